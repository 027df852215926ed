"""A waker while the database is away: it keeps trying, says so once, and can be ended."""

import asyncio
from datetime import datetime

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
