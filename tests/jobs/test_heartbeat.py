"""The heartbeat tells a machine that slept, or was off, from one whose clock was set."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.jobs.heartbeat import HeartbeatLoop, LastAbsence, last_absence
from bot.jobs.records import Heartbeat
from bot.storage import Store, Tx
from tests.clock import StillClock


class Machine(StillClock):
    """A machine whose wall clock can be set, and that can sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.steady = 0.0

    def monotonic(self) -> float:
        return self.steady

    def passes(self, seconds: float) -> None:
        """Time passes, whether or not anybody is awake."""
        self.steady += seconds
        self._at += timedelta(seconds=seconds)

    def is_set(self, seconds: float) -> None:
        """Somebody sets the clock; no time passes."""
        self._at += timedelta(seconds=seconds)


class Told:
    """What the sessions hear."""

    def __init__(self) -> None:
        self.away: list[tuple[datetime, datetime]] = []
        self.steps: list[float] = []

    def was_away(self, tx: Tx, since: datetime, until: datetime) -> None:
        self.away.append((since, until))

    def stepped(self, tx: Tx, by: timedelta) -> None:
        self.steps.append(by.total_seconds())


@pytest.fixture
def clock() -> Machine:
    return Machine()


@pytest.fixture
def told() -> Told:
    return Told()


def heartbeat(store: Store, clock: Machine, told: Told) -> HeartbeatLoop:
    return HeartbeatLoop(store, clock, told.was_away, told.stepped)


async def beat_for(one: HeartbeatLoop, clock: Machine, seconds: int) -> None:
    for _ in range(0, seconds, 5):
        clock.passes(5)
        await one.check()


async def test_as_long_as_it_beats_nobody_was_away(store: Store, clock: Machine, told: Told) -> None:
    await beat_for(heartbeat(store, clock, told), clock, 600)
    assert (told.away, told.steps) == ([], [])


async def test_a_laptop_that_slept_was_away_from_the_last_beat_on(
    store: Store, clock: Machine, told: Told
) -> None:
    one = heartbeat(store, clock, told)
    await beat_for(one, clock, 60)
    before = clock.now()
    clock.passes(3600)
    await one.check()
    [(since, until)] = told.away
    assert timedelta(0) <= before - since < timedelta(seconds=20)
    assert until == clock.now()
    await beat_for(one, clock, 60)
    assert len(told.away) == 1


async def test_a_process_that_comes_back_after_a_while_knows_how_long_nobody_was_there(
    store: Store, clock: Machine, told: Told
) -> None:
    await heartbeat(store, clock, told).check()
    clock.passes(1000)
    await heartbeat(store, clock, told).check()
    [(since, until)] = told.away
    assert until - since == timedelta(seconds=1000)


async def test_a_quick_restart_is_not_an_absence(store: Store, clock: Machine, told: Told) -> None:
    await heartbeat(store, clock, told).check()
    clock.passes(90)
    await heartbeat(store, clock, told).check()
    assert told.away == []


async def test_as_long_as_another_process_is_at_work_nobody_was_away(
    store: Store, clock: Machine, told: Told
) -> None:
    sleeping, awake = heartbeat(store, clock, told), heartbeat(store, clock, told)
    await sleeping.check()
    await beat_for(awake, clock, 600)
    await sleeping.check()
    assert told.away == []


@pytest.mark.parametrize("seconds", [3600.0, -3600.0, 40.0])
async def test_a_clock_that_is_set_is_a_step_and_no_absence(
    sqlite_store: Store, clock: Machine, told: Told, seconds: float
) -> None:
    one = heartbeat(sqlite_store, clock, told)
    await beat_for(one, clock, 60)
    clock.is_set(seconds)
    clock.passes(5)
    await one.check()
    assert told.steps == pytest.approx([seconds])
    assert told.away == []
    await beat_for(one, clock, 300)
    assert (len(told.steps), told.away) == (1, [])


@pytest.mark.parametrize(("seconds", "is_absence"), [(119, False), (120, True)])
async def test_nobody_was_there_from_two_minutes_without_a_beat_on(
    sqlite_store: Store, clock: Machine, told: Told, seconds: int, is_absence: bool
) -> None:
    await heartbeat(sqlite_store, clock, told).check()
    clock.passes(seconds)
    await heartbeat(sqlite_store, clock, told).check()
    assert bool(told.away) is is_absence
    found = await sqlite_store.read(last_absence)
    assert found == (LastAbsence(*told.away[0]) if is_absence else None)


@pytest.mark.parametrize(("seconds", "is_step"), [(5, False), (-5, False), (6, True), (-6, True)])
async def test_a_clock_was_set_when_two_clocks_differ_by_more_than_five_seconds(
    sqlite_store: Store, clock: Machine, told: Told, seconds: int, is_step: bool
) -> None:
    one = heartbeat(sqlite_store, clock, told)
    await one.check()
    clock.is_set(seconds)
    clock.passes(20)
    await one.check()
    assert bool(told.steps) is is_step


async def test_a_beat_is_written_every_fifteen_seconds_and_no_more_often(
    sqlite_store: Store, clock: Machine, told: Told
) -> None:
    def last_beat(tx: Tx) -> datetime:
        return tx.sql.scalars(select(Heartbeat.at)).one()

    one, begun = heartbeat(sqlite_store, clock, told), clock.now()
    await one.check()
    clock.passes(14)
    await one.check()
    assert await sqlite_store.read(last_beat) == begun
    clock.passes(1)
    await one.check()
    assert await sqlite_store.read(last_beat) == clock.now()


async def test_a_clock_that_is_put_right_by_a_little_is_nothing(
    sqlite_store: Store, clock: Machine, told: Told
) -> None:
    one = heartbeat(sqlite_store, clock, told)
    await beat_for(one, clock, 60)
    clock.is_set(2)
    await beat_for(one, clock, 60)
    assert (told.steps, told.away) == ([], [])


async def test_the_demos_clock_may_be_moved_without_anybody_having_been_away(
    store: Store, clock: Machine, told: Told
) -> None:
    one = heartbeat(store, clock, told)
    await beat_for(one, clock, 60)
    clock.move(days=3)
    await one.check()
    await beat_for(one, clock, 60)
    assert (told.steps, told.away) == ([], [])
