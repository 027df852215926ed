"""Coming and going: by the channel, by a button, and when an account is closed."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from bot import events
from bot.delivery import outbox
from bot.delivery.message import Answer
from bot.events import MemberJoined, MemberLeft
from bot.groups import views
from bot.groups.records import Group, Member
from bot.groups.rules import AbsenceReason
from bot.groups.service import lookup, people, settings
from bot.jobs import queue
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, for_language

# Told to the rooms above, with the group and the user.
INVITATION = "member.invite"
# Long enough for Slack to have told who it is: a bot is not invited.
BEFORE_INVITING = timedelta(minutes=1)


def observe_event(known: Group | Member, told_at: datetime | None) -> bool:
    """Whether something newer is known already; if not, this is the newest. Only Slack's own times are compared."""
    if told_at is None:
        return False
    if known.last_event_at is not None and told_at < known.last_event_at:
        return True
    known.last_event_at = told_at
    return False


def add_member(tx: Tx, group: Group, user: str) -> None:
    """From now on a member, whatever was before."""
    found = lookup.member(tx, group, user)
    if found is None:
        found = _row(group, user, tx.now, None)
        tx.sql.add(found)
    elif found.left_at is None:
        return
    _enter(tx, group, found)


def on_channel_join(tx: Tx, group: Group, user: str, told_at: datetime | None = None) -> None:
    """Someone came into the channel: who was in the group is in it again, who was not is invited.

    `told_at`: when it happened, if an event says so.
    """
    found = lookup.member(tx, group, user)
    if found is not None and observe_event(found, told_at):
        return
    if found is None:
        tx.sql.add(_row(group, user, tx.now, told_at, AbsenceReason.CHOSE))
        _plan_to_invite(tx, group, user)
    elif found.left_at is None:
        return
    elif found.absence_reason == AbsenceReason.BOTH:
        found.absence_reason = AbsenceReason.CHOSE
        _plan_to_invite(tx, group, user)
    elif found.absence_reason in (None, AbsenceReason.CHANNEL, AbsenceReason.GONE):
        _enter(tx, group, found)


def on_channel_leave(tx: Tx, group: Group, user: str, told_at: datetime | None = None) -> None:
    """Someone has left the channel. `told_at`: when it happened, if an event says so."""
    found = lookup.member(tx, group, user)
    if found is None:
        if told_at is not None:
            # That they came may still be told: by then they have gone.
            tx.sql.add(_row(group, user, tx.now, told_at, AbsenceReason.BOTH))
        return
    if observe_event(found, told_at):
        return
    if found.left_at is None:
        _go(tx, group, found, AbsenceReason.CHANNEL)
    elif found.absence_reason == AbsenceReason.CHOSE:
        found.absence_reason = AbsenceReason.BOTH


def join_group(tx: Tx, workspace: Workspace, group_id: str, user: str, present: Collection[str]) -> Group:
    """Someone in the channel joins the group, and the channel is told. Twice is as good as once.

    `present`: who is in the channel, by Slack's word of now.
    """
    group = lookup.group_by_id(tx, workspace, group_id)
    require_presence(group.channel, user, present)
    found = lookup.member(tx, group, user)
    if found is None or found.left_at is not None:
        add_member(tx, group, user)
        key = f"group/{group.id}/joined/{user}/{int(tx.now.timestamp())}"
        message = views.has_joined(lookup.texts_in(group), user)
        outbox.post(tx, workspace, group.channel, message, key=key)
    return group


def require_presence(channel: str, user: str, present: Collection[str]) -> None:
    """Raises Refused for who is not in the channel."""
    if user not in present:
        raise Refused(
            lambda t: t(
                "You are not in {channel}. Join the channel first, then the group is open to you.",
                channel=f"<#{channel}>",
            )
        )


def leave_group(tx: Tx, workspace: Workspace, group_id: str, user: str) -> Group:
    """A member leaves the group and stays in the channel. Twice is as good as once."""
    group = lookup.group_by_id(tx, workspace, group_id)
    found = lookup.member(tx, group, user)
    if found is not None and found.left_at is None:
        _go(tx, group, found, AbsenceReason.CHOSE)
    return group


def profile_told(tx: Tx, workspace: Workspace, answer: Answer) -> None:
    """Writes down how someone reads, and who they are here."""
    if not answer.error:
        _known_now(tx, workspace, answer.subject, answer.data["user"])


def profile_changed(tx: Tx, workspace: Workspace, user: str, profile: dict[str, Any]) -> None:
    """Slack tells of everyone in the workspace; we keep up with those we have met."""
    if people.known_person(tx, workspace, user) is not None:
        _known_now(tx, workspace, user, profile)


def _known_now(tx: Tx, workspace: Workspace, user: str, profile: dict[str, Any]) -> None:
    found = people.remember(tx, workspace, user, profile)
    mine = lookup.groups_of(tx, workspace, user)
    if found.is_bot or profile.get("deleted"):
        why = AbsenceReason.BOT if found.is_bot else AbsenceReason.GONE
        for group in mine:
            _go(tx, group, lookup.require_member(tx, group, user), why)
        return
    if found.guest is not None:
        for group in mine:
            _read_as_the_group(tx, group, user)
            _tell_joined(tx, group, user)


def is_a_bot(tx: Tx, group: Group, found: Member) -> None:
    """A bot in the channel is no member."""
    _go(tx, group, found, AbsenceReason.BOT)


def send_invitation(tx: Tx, item: queue.Job) -> None:
    """Asks someone who is in the channel, where only they see it, whether they want to be in the group."""
    group = lookup.group_by_id(tx, item.workspace, str(item.data["group"]))
    user = str(item.data["user"])
    found = lookup.member(tx, group, user)
    if (
        found is None
        or found.left_at is None
        or found.absence_reason != AbsenceReason.CHOSE
        or lookup.is_at_rest(group)
    ):
        return
    known = people.known_person(tx, item.workspace, user)
    if known is None or not known.is_bot:
        t = for_language(known.language if known and known.guest != "stranger" else group.language)
        outbox.post_ephemeral(tx, item.workspace, group.channel, user, views.invitation(t, group))


def _plan_to_invite(tx: Tx, group: Group, user: str) -> None:
    people.person(tx, group.workspace, user)
    about = {"group": group.id, "user": user}
    queue.schedule(tx, group.workspace, INVITATION, f"{group.id}/{user}", tx.now + BEFORE_INVITING, about)


def _row(
    group: Group, user: str, since: datetime, told_at: datetime | None, outside: AbsenceReason | None = None
) -> Member:
    left_at = since if outside else None
    found = Member(
        group_id=group.id, user=user, since=since, last_event_at=told_at, **belonging_to(group.workspace)
    )
    found.left_at, found.absence_reason = left_at, outside
    return found


def _enter(tx: Tx, group: Group, found: Member) -> None:
    found.left_at, found.absence_reason, found.since = None, None, tx.now
    tx.sql.flush()
    people.person(tx, group.workspace, found.user)
    _read_as_the_group(tx, group, found.user)
    queue.cancel(tx, group.workspace, INVITATION, f"{group.id}/{found.user}")
    _tell_joined(tx, group, found.user)
    people.refresh_home(tx, group.workspace, found.user)


def _go(tx: Tx, group: Group, found: Member, why: AbsenceReason) -> None:
    found.left_at, found.absence_reason = tx.now, why
    if group.facilitation == "fixed" and group.facilitator == found.user:
        # Until the group chooses somebody else.
        group.facilitation, group.facilitator = "claim", None
        settings.show_card(tx, group)
    events.publish(tx, group.workspace, MemberLeft(group.id, found.user))
    people.refresh_home(tx, group.workspace, found.user)


def _tell_joined(tx: Tx, group: Group, user: str) -> None:
    events.publish(tx, group.workspace, MemberJoined(group.id, user))


def _read_as_the_group(tx: Tx, group: Group, user: str) -> None:
    """Of someone from another organisation no language is known: the group's is the likeliest."""
    found = people.person(tx, group.workspace, user)
    if found.guest == "stranger" and not found.chose_language:
        found.language = group.language
        people.reads_differently(tx)
