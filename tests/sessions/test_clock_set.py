"""The machine's clock was set, or summer time came: no time has passed, and none is lost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.jobs import queue
from bot.rounds.jobs import JOBS as ROUND_JOBS
from bot.sessions import jobs, service
from bot.sessions.rules import State
from bot.storage import Store, Tx
from tests.clock import START, StillClock
from tests.conftest import due_items, run_due
from tests.factories import (
    BRAM,
    CHLOE,
    deliver,
    go_on,
    keys,
    load,
    open_session,
    running_session,
    sweep,
    text_of,
    waiting,
    whispers_to,
)
from tests.sessions.absent import be_away, pressed, where

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-400)])
async def test_a_clock_that_is_set_costs_a_phase_no_second(
    store: Store, clock: StillClock, by: timedelta
) -> None:
    session_id = await store.transact(running_session)
    await store.transact(go_on, session_id, 4)
    handlers = {**jobs.JOBS, "session.phase.began": ROUND_JOBS["session.phase.began"]}
    # The word to whoever was not heard is planned when the phase has begun.
    await store.transact(run_due, handlers)
    clock.move(minutes=4)
    before = {row.kind: row.at for row in await store.read(due_items)}
    assert {"session.phase.end", "session.phase.warning", "rounds.unheard_check"} <= set(before)
    clock.move_to(clock.now() + by)

    def stepped(tx: Tx) -> None:
        deliver(tx)
        service.on_clock_step(tx, by)
        session = load(tx, session_id)
        assert session.ends_at is not None
        assert session.ends_at - tx.now == 6 * MINUTE
        after = {row.kind: row.at for row in due_items(tx)}
        for kind in ("session.phase.end", "session.phase.warning", "rounds.unheard_check"):
            assert after[kind] == before[kind] + by
        until = f"ot {session.ends_at.astimezone(ZoneInfo('Europe/Amsterdam')):%H:%M}"
        assert until in text_of(tx, "phase/5/1/prompt")
        assert len(keys(tx, "%/away/%")) == 0
        assert whispers_to(tx, CHLOE) == []

    await store.transact(stepped)
    clock.move(minutes=5, seconds=59)
    await store.transact(sweep)
    assert (await store.read(load, session_id)).state == State.RUNNING
    clock.move(seconds=1)
    await store.transact(sweep)
    assert (await store.read(load, session_id)).state == State.WAITING


async def test_what_has_just_happened_is_not_held_up_by_a_clock_set_back(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session)
    await store.transact(go_on, session_id, 9)
    by = timedelta(hours=-1)
    clock.move_to(clock.now() + by)

    def stepped(tx: Tx) -> None:
        service.on_clock_step(tx, by)
        words = [row for row in due_items(tx) if row.kind in ("session.phase.ended", "session.over")]
        assert words
        assert all(row.at <= tx.now for row in words)

    await store.transact(stepped)


async def test_a_standstill_is_as_long_by_any_clock(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(lambda tx: open_session(tx))
    clock.move(minutes=59)
    # The welcome counts who is there.
    assert await store.transact(sweep) == 1
    by = timedelta(hours=2)
    clock.move_to(clock.now() + by)
    await store.transact(service.on_clock_step, by)
    assert await store.transact(sweep) == 0
    clock.move(minutes=1)
    await store.transact(sweep)
    assert len(await store.read(keys, f"session/{session_id}/unattended/%")) == 1


def test_what_is_meant_by_the_calendar_stays(tx: Tx) -> None:
    running_session(tx)
    at = tx.now + timedelta(days=2)
    queue.schedule(tx, "meeting.reminder", "0" * 16, at)
    service.on_clock_step(tx, timedelta(hours=1))
    assert [row.at for row in waiting(tx, "meeting.reminder")] == [at]


async def test_an_open_question_moves_along_when_the_clock_is_set(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=6)
    await store.transact(be_away, minutes=4)
    by = timedelta(hours=1)
    clock.move_to(clock.now() + by)

    def stepped(tx: Tx) -> None:
        deliver(tx)
        service.on_clock_step(tx, by)
        assert "Ik was weg van 16:02 tot " in text_of(tx, where(tx, session_id))
        service.keep_to_plan(tx, BRAM, pressed(tx, session_id))
        assert load(tx, session_id).ends_at == START + 10 * MINUTE + by

    await store.transact(stepped)


# Summer time


@pytest.mark.parametrize(
    ("begins", "shown_until"),
    [
        # At three the clocks go back to two: half past two comes twice.
        (datetime(2026, 10, 25, 0, 55, tzinfo=UTC), "02:05"),
        # At two they go forward to three.
        (datetime(2027, 3, 28, 0, 55, tzinfo=UTC), "03:05"),
    ],
)
async def test_a_phase_across_summer_time_lasts_its_real_minutes(
    store: Store, clock: StillClock, begins: datetime, shown_until: str
) -> None:
    clock.move_to(begins)
    session_id = await store.transact(running_session)
    assert shown_until in await store.read(text_of, "phase/1/1/prompt")
    clock.move(minutes=9, seconds=59)
    await store.transact(sweep)
    assert (await store.read(load, session_id)).state == State.RUNNING
    clock.move(seconds=1)
    await store.transact(sweep)
    assert (await store.read(load, session_id)).state == State.WAITING


async def test_an_absence_across_summer_time_is_as_long_as_it_was(store: Store, clock: StillClock) -> None:
    # From 01:58 until 03:03 by the clock on the wall, five minutes for a person.
    clock.move_to(datetime(2027, 3, 28, 0, 55, tzinfo=UTC))
    session_id = await store.transact(running_session)
    clock.move(minutes=8)

    def back(tx: Tx) -> None:
        be_away(tx, minutes=5)
        said = text_of(tx, where(tx, session_id))
        assert "Ik was weg van 01:58 tot 03:03." in said
        service.keep_to_plan(tx, BRAM, pressed(tx, session_id))
        assert load(tx, session_id).ends_at == tx.now + 2 * MINUTE

    await store.transact(back)
