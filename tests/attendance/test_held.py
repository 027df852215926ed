"""Sessions that begin at a meeting, and what they mean for it."""

from bot.attendance import service
from bot.jobs import queue
from bot.meetings.rules import MeetingState
from bot.storage import Store, Tx
from tests.attendance.people import (
    at,
    group_of,
    in_channel,
    plan,
    sweep,
    the,
    until,
)
from tests.clock import StillClock


def _begins(tx: Tx, meeting: str, session: str) -> None:
    service.on_session_opened(tx, group_of(tx, meeting), session)


def _ends(tx: Tx, meeting: str, session: str, held: bool) -> None:
    about = {"group": group_of(tx, meeting).id, "session": session, "held": held}
    queue.schedule(tx, "session.ended", session, tx.now, about)
    sweep(tx)


async def test_a_second_session_that_nobody_began_leaves_the_meeting_held(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-20", "10:00")
    await until(store, clock, at("2027-01-20", 9))
    await store.transact(_begins, meeting, "s1")
    clock.move(hours=2)
    await store.transact(_ends, meeting, "s1", True)
    clock.move(hours=3)
    await store.transact(_begins, meeting, "s2")
    await store.transact(_ends, meeting, "s2", False)
    assert (await store.read(the, meeting)).state == MeetingState.OPENED


async def test_a_session_begun_anew_is_not_ended_by_the_one_before_it(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-20", "15:00")
    await until(store, clock, at("2027-01-20", 14))
    await store.transact(_begins, meeting, "s1")
    await store.transact(_begins, meeting, "s2")
    await store.transact(_ends, meeting, "s1", False)
    assert (await store.read(the, meeting)).state == MeetingState.OPENED
    await store.transact(_ends, meeting, "s2", False)
    assert (await store.read(the, meeting)).state == MeetingState.PLANNED


async def test_a_session_tried_in_the_morning_silences_nothing(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20", "15:00")
    await until(store, clock, at("2027-01-20", 7, 30))
    await store.transact(_begins, meeting, "s1")
    clock.move(minutes=20)
    await store.transact(_ends, meeting, "s1", False)
    await until(store, clock, at("2027-01-20", 13, 1))
    assert any("Over een uur" in text or "Vandaag komen" in text for text in await store.read(in_channel))
