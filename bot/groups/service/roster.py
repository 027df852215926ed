"""Roster: who is in a group's channel by Slack's own list, and what follows from it.

Events tell of comings and goings. An event that never arrived would keep somebody in the group for good, with the right to
read cases, so the list is read each night, at the start, and before each session and poll.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog

from bot import events
from bot.delivery import outbox
from bot.delivery.message import Answer
from bot.events import MemberInvited
from bot.groups import queries, rules
from bot.groups.records import Group, Member
from bot.groups.service import membership
from bot.groups.service.people import ensure_person
from bot.jobs import queue
from bot.storage import BATCH, Tx

log = structlog.get_logger()

RECONCILE, RECONCILE_ALL = "group.reconcile", "groups.reconcile"
BOT, PAGE = "groups.bot", "groups.members_page"
# The largest page. https://docs.slack.dev/reference/methods/conversations.members
PAGE_SIZE = 1000
# Apart by so much, the calls for two groups stay far below the limit of conversations.members (delivery/rate_limits.py).
APART = timedelta(seconds=2)
# At night there is time for all of them.
NIGHT = timedelta(hours=3)


# When


def schedule_reconciliation(tx: Tx, *, over: timedelta = timedelta(0)) -> None:
    """Schedules the reconciliation of all groups, spread over some time. At each start and each night."""
    for workspace in queries.workspaces_with_groups(tx):
        queue.schedule(tx.of(workspace), RECONCILE_ALL, "all", tx.now, {"over": over.total_seconds()})


def on_reconcile_all(tx: Tx, item: queue.Job) -> None:
    """Schedules the reconciliation of each group of the workspace, of some hundreds in each transaction."""
    found, begin = queries.reachable_group_ids(tx), int(item.data.get("begin", 0))
    apart = max(APART, timedelta(seconds=float(item.data["over"])) / max(len(found), 1))
    for number, group_id in enumerate(found[begin : begin + BATCH], start=begin):
        queue.schedule_no_later_than(tx, RECONCILE, group_id, tx.now + number * apart)
    if begin + BATCH < len(found):
        queue.schedule(tx, RECONCILE_ALL, "all", tx.now, {**item.data, "begin": begin + BATCH})


def reconcile_members(tx: Tx, group: Group) -> None:
    """Reconciles the members with Slack's list, after this transaction."""
    queue.schedule_no_later_than(tx, RECONCILE, group.id, tx.now)


def on_reconcile(tx: Tx, item: queue.Job) -> None:
    group = queries.group_by_id(tx, item.subject)
    if group.unreachable is None:
        _ask(tx, group)


def on_invitation(tx: Tx, item: queue.Job) -> None:
    """Reads the list before somebody is invited: a letter goes only in a small channel.

    At the beginning of a group the list was read a minute ago, for everybody in it at once.
    """
    group = queries.group_by_id(tx, str(item.data["group"]))
    user = str(item.data["user"])
    if item.data.get("listed"):
        known = {found.user for found in queries.channel_members(tx, group)}
        _invite(tx, group, user, len(known - queries.bots_among(tx, known)))
    elif queries.is_invited(tx, group, user):
        _ask(tx, group, invited=user)


# Reading the list


def _ask(tx: Tx, group: Group, *, invited: str = "") -> None:
    """Asks who the bot is, then who is in the channel: without the bot in it, a list is not to be trusted."""
    subject = f"{group.id}/{invited}" if invited else group.id
    about = {"group": group.id, "invited": invited}
    outbox.call_api(tx, "auth.test", {}, answer=BOT, subject=subject, about=about)


def on_bot_named(tx: Tx, answer: Answer) -> None:
    """The answer of auth.test, with the bot's own user id. https://docs.slack.dev/reference/methods/auth.test"""
    bot = str(answer.data.get("user_id") or "")
    if answer.error or not bot:
        _distrust(answer, answer.error or "no_bot")
        return
    group = queries.group_by_id(tx, str(answer.about["group"]))
    invited = str(answer.about["invited"])
    known = {one.user for one in queries.channel_members(tx, group)}
    about = {
        "group": group.id,
        "invited": invited,
        "bot": bot,
        "asked_at": tx.now.isoformat(),
        # Known people who were on no page so far.
        "missing": sorted({*known, bot}),
        "people": 0,
        "cursor": "",
    }
    _ask_page(tx, group, answer.subject, about)


def _ask_page(tx: Tx, group: Group, subject: str, about: dict[str, Any]) -> None:
    arguments = {"channel": group.channel, "limit": PAGE_SIZE}
    if about["cursor"]:
        arguments["cursor"] = about["cursor"]
    outbox.call_api(tx, "conversations.members", arguments, answer=PAGE, subject=subject, about=about)


def on_members_page(tx: Tx, answer: Answer) -> None:
    """A page of conversations.members. After the last one, people who left are taken out; nobody is put in.

    https://docs.slack.dev/apis/web-api/pagination
    """
    about, page = answer.about, answer.data.get("members")
    cursor = str((answer.data.get("response_metadata") or {}).get("next_cursor") or "")
    if answer.error or not isinstance(page, list) or (cursor and cursor == about["cursor"]):
        _distrust(answer, answer.error or "incomplete")
        return
    group = queries.group_by_id(tx, str(about["group"]))
    users = {str(user) for user in page}
    missing = [user for user in about["missing"] if user not in users]
    people = int(about["people"]) + len(users - {about["bot"]} - queries.bots_among(tx, users))
    if cursor:
        seen = {**about, "missing": missing, "people": people, "cursor": cursor}
        _ask_page(tx, group, answer.subject, seen)
    elif about["bot"] in missing:
        _distrust(answer, "without_bot")
    else:
        _take_out(tx, group, missing, datetime.fromisoformat(about["asked_at"]))
        _invite(tx, group, str(about["invited"]), people)


def _distrust(answer: Answer, outcome: str) -> None:
    """An answer that failed, is incomplete, or lacks the bot itself changes nothing."""
    log.warning("members_not_told", outcome=outcome, group=str(answer.about.get("group", "")))


def _take_out(tx: Tx, group: Group, users: list[str], asked_at: datetime) -> None:
    for user in users:
        found = queries.member(tx, group, user)
        if found is not None and not _came_after(found, asked_at):
            membership.on_channel_leave(tx, group, user)


def _came_after(found: Member, asked_at: datetime) -> bool:
    """Whether somebody came while the pages were read: the list may be older than that."""
    return max(found.since, found.last_event_at or found.since) > asked_at


def _invite(tx: Tx, group: Group, user: str, people: int) -> None:
    if user and people <= rules.MAX_INVITED and queries.is_invited(tx, group, user):
        ensure_person(tx, user)
        events.publish(tx, MemberInvited(group.id, user))
