"""A group of eight meetings: led from outside at first, and by its own members in the end."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.attendance import service as attendance
from bot.attendance.records import Attendance
from bot.groups import service as groups
from bot.groups.records import Group
from bot.leaders import service as leaders
from bot.leaders.views import AloneRef
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.nudges.records import Digest
from bot.sessions import service as sessions
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.conftest import outgoing, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.leaders.people import PETRA, hold, leader_of, led_group, sweep

MEMBERS = [ANNA, BRAM, CHLOE, DAAN]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST, EVERY = date(2027, 1, 27), timedelta(days=14)
# What a participant is asked, and a leader from outside never: to bring a case, whether the group fits, a look back.
ASKED_OF_PARTICIPANTS = {
    "presence.prepare",
    "presence.present",
    "presence.fits",
    "step.ask",
    "reflection.ask",
}


def the_group(tx: Tx) -> Group:
    return tx.sql.scalars(select(Group)).one()


def plan(tx: Tx, day: date) -> None:
    meetings.plan_meeting(tx, the_group(tx).id, ANNA, "", day.isoformat(), "15:00", "")
    sweep(tx)


def everybody_answers(tx: Tx) -> None:
    meeting = meetings.next_meeting(tx, the_group(tx))
    assert meeting is not None
    at = int(meeting.starts_at.timestamp())
    for one in groups.members(tx, the_group(tx)):
        attendance.answer_invitation(tx, meeting.id, at, one.user, "yes")
    sweep(tx)


def meet(tx: Tx) -> str:
    """The session, led by whom the form proposes; everybody in the group is there. Returns who led."""
    group = the_group(tx)
    # Not Anna: it is her case.
    led = attendance.facilitator_for_session(tx, group, BRAM)
    led = led if led != ANNA else BRAM
    hold(tx, group, led, here=tuple(one.user for one in groups.members(tx, group)))
    return led


def kinds_asked(tx: Tx, user: str) -> set[str]:
    digests = tx.sql.scalars(select(Digest).where(Digest.user == user))
    return {str(part["kind"]) for digest in digests for part in digest.parts}


# It counts over months what its steps do together; each step has a test of its own, on both databases.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_leader_from_outside_takes_leave_after_seven_of_eight_meetings(
    store: Store, clock: StillClock
) -> None:
    await store.transact(led_group)
    led = []
    for number in range(8):
        day = FIRST + number * EVERY
        clock.move_to(datetime.combine(day - timedelta(days=12), time(10), AMSTERDAM))
        await store.transact(plan, day)
        await store.transact(everybody_answers)
        clock.move_to(datetime.combine(day - timedelta(days=1), time(15), AMSTERDAM))
        await store.transact(sweep)
        clock.move_to(datetime.combine(day, time(15), AMSTERDAM))
        led.append(await store.transact(meet))
        clock.move_to(datetime.combine(day + timedelta(days=1), time(10), AMSTERDAM))
        await store.transact(sweep)
        if number == 4:
            assert await store.read(lambda tx: leader_of(tx, the_group(tx)).facilitated) == 5
        if number == 6:
            await store.transact(_take_leave)
    assert led[:5] == [PETRA] * 5
    assert PETRA not in led[5:]
    assert await store.read(lambda tx: kinds_asked(tx, PETRA) & ASKED_OF_PARTICIPANTS) == set()
    assert "presence.card" in await store.read(kinds_asked, PETRA)
    assert await store.read(_came, PETRA) == set()
    assert await store.read(_came, DAAN) == {True}

    def after(tx: Tx) -> None:
        group = the_group(tx)
        assert groups.leader_of(tx, group) is None
        assert sorted(one.user for one in groups.members(tx, group)) == MEMBERS
        # The eighth meeting knew nothing of her.
        last = tx.sql.scalars(select(Meeting).order_by(Meeting.starts_at.desc())).first()
        assert last is not None
        asked = tx.sql.scalars(select(Attendance.user).where(Attendance.meeting_id == last.id))
        assert sorted(asked) == MEMBERS
        lines = [text for text in texts_of(outgoing(tx)) if "Schrijf je één regel" in text]
        assert len(lines) == 2

    await store.read(after)


def _came(tx: Tx, user: str) -> set[bool | None]:
    return set(
        tx.sql.scalars(select(Attendance.came).where(Attendance.user == user, Attendance.came.is_not(None)))
    )


def _take_leave(tx: Tx) -> None:
    group = the_group(tx)
    leader = leader_of(tx, group)
    assert (leader.facilitated, leader.read_along) == (5, 2)
    assert leader.alone_asked_at is not None
    assert sessions.running_session(tx, group) is None
    leaders.go_on_alone(tx, AloneRef(group.id, PETRA, int(leader.alone_asked_at.timestamp())), CHLOE)
    leaders.say_goodbye(tx, group.id, DAAN)
    sweep(tx)
