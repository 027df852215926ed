"""The search that is going on, and how it stands."""

from datetime import datetime

from sqlalchemy import select

from bot.date_polls import rules, views
from bot.date_polls.records import DatePoll, DateSlot, DateVote
from bot.date_polls.rules import DateSearchState
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.storage import Tx, Workspace
from bot.texts import Refused

CLOSE = "dates.close"
OVER = "dates.over"
ASK = "dates.ask"
CHOOSE = "dates.choose"
LATE = "dates.late"
GOING_ON = (DateSearchState.OPEN, DateSearchState.CLOSED)


def find(tx: Tx, workspace: Workspace, search_id: str, user: str) -> tuple[DatePoll, Group]:
    """A search as a member of its group sees it, locked. Raises Refused for anyone else and any other id."""
    found = tx.sql.scalars(
        tx.locked(select(DatePoll).where(DatePoll.of(workspace), DatePoll.id == search_id))
    ).one_or_none()
    if found is None:
        raise Refused(lambda t: views.gone(t).text)
    return found, groups.group_for(tx, workspace, found.group_id, user)


def require(search: DatePoll, *states: DateSearchState) -> None:
    """Raises Refused for a search that is no longer in one of these states."""
    if search.state not in states:
        raise Refused(lambda t: views.gone(t).text)


def going_on(tx: Tx, group: Group) -> DatePoll | None:
    """The group's search; one at a time."""
    return tx.sql.scalars(
        select(DatePoll)
        .where(
            DatePoll.of(group.workspace),
            DatePoll.group_id == group.id,
            DatePoll.state.in_(GOING_ON),
        )
        .order_by(DatePoll.created_at, DatePoll.id)
    ).first()


def slots_of(tx: Tx, search: DatePoll) -> list[DateSlot]:
    """The proposed moments in order of time."""
    return list(
        tx.sql.scalars(
            select(DateSlot)
            .where(DateSlot.search_id == search.id)
            .order_by(DateSlot.starts_at, DateSlot.number)
        )
    )


def votes_of(tx: Tx, search: DatePoll) -> list[tuple[str, str, str]]:
    rows = tx.sql.execute(
        select(DateVote.slot_id, DateVote.user, DateVote.answer).where(DateVote.search_id == search.id)
    )
    return [(slot, user, answer) for slot, user, answer in rows]


def poll_view(tx: Tx, search: DatePoll, group: Group) -> views.Standing:
    """How it stands, counting those who are in the group now."""
    members = [member.user for member in groups.members(tx, group)]
    slots = {slot.id: slot.starts_at for slot in slots_of(tx, search)}
    marks = votes_of(tx, search)
    found = rules.tally(slots, marks, set(members))
    done = rules.answered(set(slots), marks, set(members))
    meeting = meetings.meeting_by_id(tx, search.workspace, search.meeting_id) if search.meeting_id else None
    return views.Standing(
        search=search.id,
        asked_by=search.asked_by,
        state=search.state,
        zone=search.zone,
        place=search.place,
        closes_at=search.closes_at or search.created_at,
        found=found,
        best=[one for one in rules.best_first(found) if one.starts_at > tx.now],
        missing=[user for user in members if user not in done],
        members=len(members),
        has_answers=bool(done - {search.asked_by}),
        chosen=meeting.starts_at if meeting else None,
        anybody=is_overdue(tx, search),
        planned=_planned_meanwhile(tx, search, group),
    )


def may_choose(tx: Tx, search: DatePoll, group: Group, user: str) -> bool:
    """Whoever asked, a fixed facilitator; when whoever asked has left, or lets it lie, any member."""
    if user == search.asked_by or (group.facilitation == "fixed" and user == group.facilitator):
        return True
    if is_overdue(tx, search):
        return True
    asker = groups.member(tx, group, search.asked_by)
    return asker is None or asker.left_at is not None


def _planned_meanwhile(tx: Tx, search: DatePoll, group: Group) -> datetime | None:
    """A meeting that somebody planned while the group is being asked."""
    for meeting in meetings.upcoming_meetings(tx, group):
        new = meeting.version == 1 and meeting.series_id is None
        if new and meeting.changed_at is not None and meeting.changed_at > search.created_at:
            return meeting.starts_at
    return None


def is_overdue(tx: Tx, search: DatePoll) -> bool:
    """Whether whoever asked has had time enough to choose."""
    closes_at = search.closes_at
    return (
        search.state == DateSearchState.CLOSED
        and closes_at is not None
        and closes_at + rules.TO_CHOOSE <= tx.now
    )


def tell(tx: Tx, search: DatePoll, group: Group) -> None:
    """Says in the channel how a search stands, where that does not stand there; of one that is over only what stands changes."""
    if search.state in GOING_ON:
        message = views.asked(groups.texts_in(group), poll_view(tx, search, group))
        last = last_moment(tx, search)
        outbox.post(tx, group.workspace, group.channel, message, key=poll_key(search), expires_at=last)
    show_poll(tx, search, group)


def show_poll(tx: Tx, search: DatePoll, group: Group) -> None:
    """Brings the message in the channel up to date, and what it asks of people at home."""
    tx.sql.flush()
    for member in groups.members(tx, group):
        groups.refresh_home(tx, group.workspace, member.user)
    outbox.update(
        tx,
        group.workspace,
        poll_key(search),
        views.asked(groups.texts_in(group), poll_view(tx, search, group)),
    )


def poll_key(search: DatePoll) -> str:
    return f"dates/{search.id}"


def last_moment(tx: Tx, search: DatePoll) -> datetime:
    return max((slot.starts_at for slot in slots_of(tx, search)), default=tx.now)


def answer_everybody(tx: Tx, search: DatePoll, group: Group) -> None:
    """Where somebody was asked in private it says how the search ended."""
    seen = poll_view(tx, search, group)
    for member in groups.members(tx, group):
        ended = views.asked(groups.texts_of(tx, group.workspace, member.user), seen)
        for kind in (ASK, CHOOSE):
            part = nudges.DigestItem(ended.text, ended.blocks)
            nudges.mark_answered(tx, group.workspace, member.user, kind, search.id, part)
