"""Queries of date polls: the poll of a group, its dates and votes, and how it stands."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select

from bot.date_polls import rules, views
from bot.date_polls.records import DatePoll, DateSlot, DateVote
from bot.date_polls.rules import DatePollState
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.storage import Tx, Workspace, statement
from bot.texts import Refused
from bot.working_time.hours import WorkingHours

# The states in which a date can still be chosen.
GOING_ON = (DatePollState.OPEN, DatePollState.CLOSED)


def date_poll_for(tx: Tx, search_id: str, user: str) -> tuple[DatePoll, Group]:
    """A date poll as a member of its group sees it, locked. Raises Refused for anyone else and any other id."""
    found = tx.scalars(tx.locked(_poll(tx.workspace, search_id))).one_or_none()
    if found is None:
        raise Refused(lambda t: views.gone(t).text)
    return found, groups.group_for(tx, found.group_id, user)


@statement
def _poll(workspace: Workspace, search_id: str) -> Select[DatePoll]:
    return select(DatePoll).where(DatePoll.of(workspace), DatePoll.id == search_id)


def date_poll_with_group(tx: Tx, search_id: str) -> tuple[DatePoll, Group] | None:
    """A date poll with its group, locked, for job handlers."""
    found = tx.scalars(tx.locked(_poll_by_id(search_id))).one_or_none()
    return (found, groups.group_by_id(tx, found.group_id)) if found else None


@statement
def _poll_by_id(search_id: str) -> Select[DatePoll]:
    return select(DatePoll).where(DatePoll.id == search_id)


def require_state(search: DatePoll, *states: DatePollState) -> None:
    """Raises Refused for a date poll that is in none of these states."""
    if search.state not in states:
        raise Refused(lambda t: views.gone(t).text)


def running_date_poll(tx: Tx, group: Group) -> DatePoll | None:
    """The date poll of a group; at most one runs at a time."""
    return tx.scalars(_running(group.workspace, group.id, GOING_ON)).first()


@statement
def _running(workspace: Workspace, group_id: str, states: Sequence[DatePollState]) -> Select[DatePoll]:
    return (
        select(DatePoll)
        .where(DatePoll.of(workspace), DatePoll.group_id == group_id, DatePoll.state.in_(states))
        .order_by(DatePoll.created_at, DatePoll.id)
    )


def draft_of_form(tx: Tx, group: Group, user: str, form: str) -> DatePoll | None:
    """The draft that this very window made."""
    return tx.scalars(_draft(group.workspace, group.id, user, form)).first()


@statement
def _draft(workspace: Workspace, group_id: str, user: str, form: str) -> Select[DatePoll]:
    return select(DatePoll).where(
        DatePoll.of(workspace),
        DatePoll.group_id == group_id,
        DatePoll.asked_by == user,
        DatePoll.state == DatePollState.DRAFT,
        DatePoll.form == form,
    )


def slots_of(tx: Tx, search: DatePoll) -> list[DateSlot]:
    """The proposed dates in order of time."""
    return list(tx.scalars(_slots(search.id)))


@statement
def _slots(search_id: str) -> Select[DateSlot]:
    wanted = select(DateSlot).where(DateSlot.search_id == search_id)
    return wanted.order_by(DateSlot.starts_at, DateSlot.number)


def slot_of(tx: Tx, search: DatePoll, slot_id: str) -> DateSlot | None:
    """A proposed date by id, if it belongs to this date poll."""
    found = tx.get(DateSlot, slot_id)
    return found if found is not None and found.search_id == search.id else None


def vote_on_slot(tx: Tx, slot_id: str, user: str) -> DateVote | None:
    """A user's vote on one date."""
    return tx.scalars(_vote(slot_id, user)).one_or_none()


@statement
def _vote(slot_id: str, user: str) -> Select[DateVote]:
    return select(DateVote).where(DateVote.slot_id == slot_id, DateVote.user == user)


def votes_of(tx: Tx, search: DatePoll) -> list[tuple[str, str, str]]:
    """The votes as (slot, user, answer)."""
    return [(slot, user, answer) for slot, user, answer in tx.rows(_votes(search.id))]


@statement
def _votes(search_id: str) -> Select[str, str, str]:
    return select(DateVote.slot_id, DateVote.user, DateVote.answer).where(DateVote.search_id == search_id)


def users_who_said_yes(tx: Tx, group: Group, meeting: Meeting) -> list[str]:
    """The present members who said yes to the date of a meeting, in the date poll that planned it."""
    members = {member.user for member in groups.members(tx, group)}
    return [user for user in tx.scalars(_said_yes(meeting.id, meeting.starts_at)) if user in members]


@statement
def _said_yes(meeting_id: str, starts_at: datetime) -> Select[str]:
    return (
        select(DateVote.user)
        .join(DateSlot, DateSlot.id == DateVote.slot_id)
        .join(DatePoll, DatePoll.id == DateSlot.search_id)
        .where(
            DatePoll.meeting_id == meeting_id,
            DatePoll.state == DatePollState.CHOSEN,
            DateSlot.starts_at == starts_at,
            DateVote.answer == "yes",
        )
        .order_by(DateVote.user)
    )


def last_date(tx: Tx, search: DatePoll) -> datetime:
    """The start of the last proposed date."""
    return max((slot.starts_at for slot in slots_of(tx, search)), default=tx.now)


def standing_of(tx: Tx, search: DatePoll, group: Group) -> views.Standing:
    """The state of a date poll, counting the present participants. A leader from outside answers beside them."""
    members = [member.user for member in groups.participants_of(tx, group)]
    leader = groups.leader_of(tx, group)
    slots = {slot.id: slot.starts_at for slot in slots_of(tx, search)}
    marks = votes_of(tx, search)
    found = rules.tally(slots, marks, set(members), leader.user if leader is not None else None)
    done = rules.users_done(set(slots), marks, set(members))
    meeting = meetings.meeting_by_id(tx, search.meeting_id) if search.meeting_id else None
    return views.Standing(
        search=search.id,
        group=group.id,
        asked_by=search.asked_by,
        state=search.state,
        zone=group.zone,
        place=search.place,
        closes_at=search.closes_at or search.created_at,
        found=found,
        best=[one for one in rules.best_first(found) if one.starts_at > tx.now],
        missing=[user for user in members if user not in done],
        leader_missing=_without_answer(leader, set(slots), marks),
        members=len(members),
        has_answers=bool(done - {search.asked_by}),
        chosen=meeting.starts_at if meeting else None,
        anybody=is_choice_overdue(tx, search, group),
        planned=_planned_meanwhile(tx, search, group),
    )


def _without_answer(leader: Member | None, slots: set[str], marks: Sequence[tuple[str, str, str]]) -> str:
    """The leader from outside while they have not answered for every date; empty otherwise."""
    if leader is None or rules.users_done(slots, marks, {leader.user}):
        return ""
    return leader.user


def is_chooser(tx: Tx, search: DatePoll, group: Group, user: str) -> bool:
    """Whether a user may choose: the asker or a fixed facilitator; any member if overdue or the asker left."""
    if user == search.asked_by or (group.facilitation == "fixed" and user == group.facilitator):
        return True
    if is_choice_overdue(tx, search, group):
        return True
    asker = groups.member(tx, group, search.asked_by)
    return asker is None or asker.left_at is not None


def _planned_meanwhile(tx: Tx, search: DatePoll, group: Group) -> datetime | None:
    """The start of a meeting that somebody planned since the date poll began."""
    for meeting in meetings.upcoming_meetings(tx, group):
        new = meeting.version == 1 and meeting.series_id is None
        if new and meeting.changed_at is not None and meeting.changed_at > search.created_at:
            return meeting.starts_at
    return None


def is_choice_overdue(tx: Tx, search: DatePoll, group: Group) -> bool:
    """Whether the asker has not chosen in time: from then on any member may."""
    closes_at = search.closes_at
    return (
        search.state == DatePollState.CLOSED
        and closes_at is not None
        and rules.overdue_at(closes_at, hours_of(search, group)) <= tx.now
    )


def hours_of(search: DatePoll, group: Group) -> WorkingHours:
    """The group's working hours, in the zone that the date poll began in."""
    return replace(group.working_hours, zone=search.zone)
