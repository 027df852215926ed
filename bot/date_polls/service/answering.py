"""Saying which dates suit."""

from collections.abc import Mapping

from sqlalchemy import select

from bot.date_polls import rules, views
from bot.date_polls.records import DatePoll, DateVote
from bot.date_polls.rules import DateSearchState
from bot.date_polls.service import lookup
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.slack.blocks import Block
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Texts

# A form has at most six fields, each with three choices.
VOTES_PER_FORM = 5


def vote_form(tx: Tx, workspace: Workspace, search_id: str, user: str, t: Texts, first: int = 0) -> Block:
    """The dates from `first` on, with what this person said before. Raises Refused when nobody may answer any more."""
    search, _ = lookup.find(tx, workspace, search_id, user)
    lookup.require(search, *lookup.GOING_ON)
    slots = [(slot.id, slot.starts_at) for slot in lookup.slots_of(tx, search)]
    said = {slot: answer for slot, who, answer in lookup.votes_of(tx, search) if who == user}
    zone = groups.person(tx, workspace, user).zone
    here = slots[first : first + VOTES_PER_FORM]
    more = first + VOTES_PER_FORM < len(slots)
    return views.mark_form(t, views.MarkRef(search.id, first), zone, here, said, more=more)


def vote(
    tx: Tx, workspace: Workspace, search_id: str, user: str, answers: Mapping[str, str | None], first: int
) -> int | None:
    """Keeps what somebody says; again changes it. Returns where the next form begins, None when there is no more."""
    search, group = lookup.find(tx, workspace, search_id, user)
    lookup.require(search, *lookup.GOING_ON)
    slots = [slot.id for slot in lookup.slots_of(tx, search)]
    for slot in slots:
        answer = answers.get(slot)
        if answer in rules.ANSWERS:
            _keep(tx, search, slot, user, answer)
    tx.sql.flush()
    lookup.show_poll(tx, search, group)
    seen = lookup.poll_view(tx, search, group)
    if user not in seen.missing:
        nudges.cancel_nudge(tx, workspace, user, lookup.ASK, search.id)
    everyone_has_answered(tx, search, group, seen)
    following = first + VOTES_PER_FORM
    return following if following < len(slots) else None


def has_said_yes(tx: Tx, search: DatePoll) -> None:
    """Whoever proposes dates can come then, until they say otherwise."""
    for slot in lookup.slots_of(tx, search):
        _keep(tx, search, slot.id, search.asked_by, "yes")
    tx.sql.flush()


def _keep(tx: Tx, search: DatePoll, slot: str, user: str, answer: str) -> None:
    held = tx.sql.scalars(
        select(DateVote).where(DateVote.slot_id == slot, DateVote.user == user)
    ).one_or_none()
    if held is None:
        held = DateVote(search_id=search.id, slot_id=slot, user=user, **belonging_to(search.workspace))
        tx.sql.add(held)
    held.answer = answer


def everyone_has_answered(tx: Tx, search: DatePoll, group: Group, seen: views.Standing) -> None:
    """Then there is nothing to wait for: whoever asked can choose."""
    if search.state == DateSearchState.OPEN and not seen.missing and seen.members:
        ask_to_choose(tx, search, group)


def ask_to_choose(tx: Tx, search: DatePoll, group: Group) -> None:
    """Whoever asked hears that it is time to choose; while they are out, the channel's button is for anyone."""
    nudges.plan_nudge(
        tx,
        group.workspace,
        search.asked_by,
        lookup.CHOOSE,
        search.id,
        tx.now,
        group=group.id,
        until=lookup.last_moment(tx, search),
    )
