"""A job that is ensured: one for everybody within its moment, and never none."""

import asyncio
from datetime import timedelta

from bot.jobs import queue
from bot.jobs.runner import JobRunner
from bot.storage import Store, Tx
from tests.clock import StillClock

SOON = timedelta(seconds=4)


def test_one_that_waits_keeps_its_moment_and_its_data(tx: Tx) -> None:
    queue.ensure(tx, "draw", "x", SOON, {"by": 1})
    queue.ensure(tx, "draw", "x", 2 * SOON, {"by": 2})
    queue.ensure(tx, "draw", "x", SOON / 2, {"by": 3})
    assert queue.scheduled_time(tx, "draw", "x") == tx.now + SOON


async def test_one_that_this_very_transaction_ran_comes_again(store: Store, clock: StillClock) -> None:
    """The row of a job that runs is deleted at the end: to rely on it would lose what came after it."""
    ran: list[str] = []

    def draw(tx: Tx, job: queue.Job) -> None:
        ran.append("drawn")

    def bring_in(tx: Tx, job: queue.Job) -> None:
        ran.append("brought in")
        queue.ensure(tx, "draw", "x", SOON)

    def plan(tx: Tx) -> None:
        queue.schedule(tx, "draw", "x", tx.now)
        queue.schedule(tx, "bring_in", "x", tx.now + timedelta(microseconds=1))

    await store.transact(plan)
    clock.move(seconds=1)
    runner = JobRunner(store, {"draw": draw, "bring_in": bring_in})
    await runner.run()
    clock.move(seconds=4)
    await runner.run()
    assert ran == ["drawn", "brought in", "drawn"]


async def test_many_at_once_make_one(store: Store, clock: StillClock) -> None:
    drawn: list[str] = []

    def draw(tx: Tx, job: queue.Job) -> None:
        drawn.append(job.subject)

    await asyncio.gather(*(store.transact(queue.ensure, "draw", "x", SOON) for _ in range(8)))
    clock.move(seconds=4)
    await JobRunner(store, {"draw": draw}).run()
    assert drawn == ["x"]
