"""A group with a meeting, and short ways to act around it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from bot.attendance import jobs as attendance_jobs
from bot.attendance import service
from bot.attendance.service import subjects
from bot.delivery.records import OutboxRow
from bot.events import MeetingPlanned
from bot.fit_checks import jobs as fit_check_jobs
from bot.groups.records import Group, Member
from bot.jobs import queue
from bot.jobs.queue import Handler
from bot.meetings import rules as meeting_rules
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.nudges import service as nudges
from bot.nudges.records import Digest, Nudge
from bot.standstill import jobs as standstill_jobs
from bot.storage import Store, Tx, belonging_to
from tests.clock import StillClock
from tests.conftest import OURS, due_items, make_group, outgoing, run_due
from tests.factories import ANNA, BRAM, CHLOE, DAAN, deliver

EVERYONE = (ANNA, BRAM, CHLOE, DAAN)
# Six weeks after the clock of the tests: a Thursday.
DAY, HOUR = "2027-02-25", "15:00"
ROOMS = (attendance_jobs.JOBS, standstill_jobs.JOBS, fit_check_jobs.JOBS)
DIGESTS = {**attendance_jobs.DIGESTS, **fit_check_jobs.DIGESTS}


def _one_after_the_other(kind: str) -> Handler:
    """Several rooms handle some kinds: attendance first, as in the bot."""
    found = [jobs[kind] for jobs in ROOMS if kind in jobs]

    def run(tx: Tx, item: queue.Job) -> None:
        for handler in found:
            handler(tx, item)

    return run


HANDLERS: dict[str, Handler] = {
    **{kind: _one_after_the_other(kind) for jobs in ROOMS for kind in jobs},
    nudges.DELIVER: nudges.digest_job(DIGESTS),
}


def plan(
    tx: Tx, /, day: str = DAY, hour: str = HOUR, *, users: tuple[str, ...] = EVERYONE, **settings: Any
) -> str:
    """A group that meets; returns the meeting. Anna planned it."""
    group = make_group(tx, *users, **settings)
    return plan_again(tx, group, day, hour)


def plan_again(tx: Tx, group: Group, day: str, hour: str = HOUR, meeting: str = "") -> str:
    """Plans another meeting, or moves one."""
    found = meetings.plan_meeting(tx, group.id, ANNA, meeting, day, hour, "Kamer 2")
    sweep(tx)
    return found.id


def plan_of_series(tx: Tx, first: str, day: str) -> str:
    """Another meeting of the same group, as a rhythm plans them: nothing in the channel tells of this one alone."""
    one = the(tx, first)
    found = Meeting(
        group_id=one.group_id,
        state=MeetingState.PLANNED,
        day=day,
        hour=one.hour,
        zone=one.zone,
        starts_at=meeting_rules.moment_of(day, one.hour, one.zone),
        planned_by=ANNA,
        version=1,
        **belonging_to(OURS),
    )
    tx.sql.add(found)
    tx.sql.flush()
    data = {"meeting": found.id, "group": one.group_id, "version": 1, "alone": False}
    queue.schedule(tx, MeetingPlanned.kind, found.id, tx.now, data)
    sweep(tx)
    return found.id


def move(tx: Tx, meeting: str, day: str, hour: str = HOUR) -> None:
    plan_again(tx, group_of(tx, meeting), day, hour, meeting)


def sweep(tx: Tx) -> int:
    """What is due for this room, and the private messages that may go."""
    return run_due(tx, HANDLERS)


async def until(store: Any, clock: StillClock, moment: datetime) -> None:
    """Moves the clock from one thing that falls due to the next, so that everything happens at its own time."""
    while clock.now() < moment:
        clock.move_to(min(await store.read(_next_due, clock.now()), moment))
        await store.transact(sweep)


def _next_due(tx: Tx, now: datetime) -> datetime:
    """The first moment after now at which this room has something to do."""
    ahead = [row.at for row in due_items(tx) if row.kind in HANDLERS and row.at > now]
    return min(ahead, default=datetime.max.replace(tzinfo=UTC))


def at(day: str, hour: int, minute: int = 0) -> datetime:
    """A moment in UTC; in winter Amsterdam is an hour later."""
    return datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=UTC)


def the(tx: Tx, meeting: str) -> Meeting:
    return tx.sql.scalars(select(Meeting).where(Meeting.id == meeting)).one()


def group_of(tx: Tx, meeting: str) -> Group:
    return tx.sql.scalars(select(Group).where(Group.id == the(tx, meeting).group_id)).one()


def member_of(tx: Tx, meeting: str, user: str) -> Member:
    group = group_of(tx, meeting)
    return tx.sql.scalars(select(Member).where(Member.group_id == group.id, Member.user == user)).one()


def says(tx: Tx, meeting: str, user: str, answer: str) -> None:
    found = the(tx, meeting)
    service.answer_invitation(tx, meeting, subjects.start_of(found), user, answer)


def in_channel(tx: Tx) -> list[str]:
    """What was posted and not taken back; nothing is sent in these tests, so an edit shows in its message."""
    rows = outgoing(tx, "post")
    return [str(row.payload["text"]) for row in rows if row.payload]


def invitation_message(tx: Tx, meeting: str) -> dict[str, Any]:
    key = the(tx, meeting).invitation
    found = select(OutboxRow).where(OutboxRow.key == key)
    row = tx.sql.scalars(found, execution_options={"populate_existing": True}).one()
    assert row.payload is not None
    return dict(row.payload)


def buttons(payload: dict[str, Any]) -> list[str]:
    return [
        element["action_id"]
        for block in payload["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def letters(tx: Tx, user: str) -> list[str]:
    """What somebody got in private, as it stands now."""
    found = tx.sql.scalars(select(Digest).where(Digest.user == user).order_by(Digest.sent_at, Digest.id))
    return ["\n\n".join(part["text"] for part in one.parts) for one in found]


def kinds(tx: Tx, user: str) -> list[str]:
    """What somebody is still to be told."""
    return [one.kind for one in tx.sql.scalars(select(Nudge).where(Nudge.user == user).order_by(Nudge.at))]


async def call_off(store: Store, meeting: str) -> None:
    """The meeting is cancelled, and everybody is told."""
    await store.transact(meetings.cancel_meeting, meeting, ANNA)
    await store.transact(sweep)
    await store.transact(deliver)
