"""A waker while the database is away: it keeps trying, says so once, and can be ended."""

import asyncio
import threading
from datetime import datetime
from typing import ClassVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import capture_logs

from bot.jobs.worker import WorkerLoop
from bot.storage import StoreUnavailable
from tests.clock import StillClock


class Away:
    """A worker whose database is away for a number of rounds."""

    def __init__(self, rounds: int) -> None:
        self.left = rounds
        self.tried = asyncio.Event()
        self.busy = False

    def stop_accepting(self) -> None:
        pass

    async def run(self) -> None:
        self.left -= 1
        self.tried.set()
        if self.left >= 0:
            raise StoreUnavailable

    async def next_at(self) -> datetime | None:
        return None


async def test_it_goes_on_once_the_database_is_back_and_says_so_once() -> None:
    worker = Away(2)
    waker = WorkerLoop("due", worker, StillClock(), AsyncIOScheduler())
    with capture_logs() as logs:
        waker.start()
        async with asyncio.timeout(10):
            await waker.settled()
    await waker.stop(1)
    assert [line["event"] for line in logs] == ["store_unavailable"]


async def test_it_can_be_ended_while_the_database_stays_away() -> None:
    worker = Away(1000)
    waker = WorkerLoop("due", worker, StillClock(), AsyncIOScheduler())
    waker.start()
    async with asyncio.timeout(10):
        await worker.tried.wait()
    async with asyncio.timeout(5):
        await waker.stop(1)


class Later:
    """A worker that has more to do in a moment."""

    def __init__(self, clock: StillClock) -> None:
        self._clock = clock
        self.runs = 0
        self.busy = False
        self.again = asyncio.Event()

    def stop_accepting(self) -> None:
        pass

    async def run(self) -> None:
        self.runs += 1
        if self.runs == 2:
            self.again.set()

    async def next_at(self) -> datetime | None:
        return self._clock.now() if self.runs == 1 else None


class Noting(WorkerLoop):
    """Notes the thread of each wake."""

    threads: ClassVar[set[str]] = set()

    def wake(self) -> None:
        self.threads.add(threading.current_thread().name)
        super().wake()


async def test_the_alarm_rings_in_the_event_loop() -> None:
    """From another thread, `python -X dev` refuses the call, and the bot stops delivering."""
    scheduler, clock = AsyncIOScheduler(timezone="UTC"), StillClock()
    worker = Later(clock)
    Noting.threads.clear()
    waker = Noting("due", worker, clock, scheduler)
    scheduler.start()
    waker.start()
    async with asyncio.timeout(10):
        await worker.again.wait()
    await waker.stop(1)
    scheduler.shutdown(wait=False)
    assert Noting.threads == {threading.current_thread().name}
