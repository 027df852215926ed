"""Worker loop: runs a worker after a commit that wrote work, at the next known time, and on the heartbeat's poll.

APScheduler is only the alarm clock and keeps its jobs in memory; due jobs are in our own tables. Its job store, measured,
loses due jobs in a crash and fires twice with two processes (docs/decisions/0001).
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.jobs.clock import Clock
from bot.storage import StoreUnavailable

log = structlog.get_logger()

# Debounce after a run: while hundreds vote at once, each commit wakes the sender, which waits for rate limits anyway.
DEBOUNCE_SECONDS = 0.02
# Shortest wait: due work may be locked by another process, or wait for a rate limit.
MIN_WAIT = timedelta(milliseconds=50)
RETRY_SECONDS = 1


class Worker(Protocol):
    async def run(self) -> None:
        """Do, or start, all work that is possible now."""

    async def next_at(self) -> datetime | None:
        """The earliest time of further work."""

    @property
    def busy(self) -> bool:
        """Whether work that a run started is still going on."""

    def stop_accepting(self) -> None:
        """Start nothing new from now on."""


class WorkerLoop:
    """Worker loop: runs one worker whenever there may be work, one run at a time, and knows when it is idle."""

    def __init__(self, name: str, worker: Worker, clock: Clock, scheduler: AsyncIOScheduler) -> None:
        self._name = name
        self._worker = worker
        self._clock = clock
        self._scheduler = scheduler
        self._wanted = asyncio.Event()
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._on_idle: list[Callable[[], None]] = []
        self._stopping = False
        self._unavailable = False
        self._ran_at: float | None = None
        self.next_at: datetime | None = None
        clock.on_jump(self.wake)

    def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name=self._name)
        self.wake()

    async def stop(self, seconds: float) -> None:
        """Stop accepting work, wait at most `seconds` for running work, then stop."""
        self._stopping = True
        self._worker.stop_accepting()
        if self._task:
            self.wake()
            try:
                async with asyncio.timeout(seconds):
                    await self._idle.wait()
            except TimeoutError:
                # Nothing is lost: work without a commit is done after the next start.
                log.warning("stopped_while_busy", kind=self._name)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Run soon: there may be work."""
        self._idle.clear()
        self._wanted.set()

    async def settled(self) -> None:
        """Wait until no work is possible at the current time."""
        await self._idle.wait()

    @property
    def is_idle(self) -> bool:
        return self._idle.is_set()

    def on_idle(self, callback: Callable[[], None]) -> None:
        self._on_idle.append(callback)

    async def _forever(self) -> None:
        while True:
            await self._wanted.wait()
            if self._ran_at is not None:
                early = self._ran_at + DEBOUNCE_SECONDS - asyncio.get_running_loop().time()
                await asyncio.sleep(max(0.0, early))
            self._wanted.clear()
            try:
                await self._worker.run()
                self.next_at = await self._worker.next_at()
                self._unavailable = False
            except StoreUnavailable:
                if self._stopping:
                    # The work waits in the database for the next start.
                    self._idle.set()
                    return
                if not self._unavailable:
                    log.warning("store_unavailable", kind=self._name)
                self._unavailable = True
                await asyncio.sleep(RETRY_SECONDS)
                self._wanted.set()
                continue
            except Exception as problem:
                log.exception("worker_failed", kind=self._name, error=type(problem).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            self._ran_at = asyncio.get_running_loop().time()
            if self.next_at is not None and not self._stopping:
                self._set_alarm(self.next_at)
            if not self._wanted.is_set() and not self._worker.busy:
                self._idle.set()
                for callback in self._on_idle:
                    callback()

    async def _on_alarm(self) -> None:
        self.wake()

    def _set_alarm(self, at: datetime) -> None:
        # APScheduler goes by the machine's clock; the app's clock may be ahead of it, or faster.
        wait = max(at - self._clock.now(), MIN_WAIT)
        run_at = datetime.now(at.tzinfo) + timedelta(
            seconds=self._clock.machine_seconds(wait.total_seconds())
        )
        self._scheduler.add_job(
            # APScheduler runs a plain function in a thread, and an event loop takes no call from there.
            self._on_alarm,
            "date",
            run_date=run_at,
            id=f"{self._name}-next",
            replace_existing=True,
            misfire_grace_time=None,
            coalesce=True,
        )
