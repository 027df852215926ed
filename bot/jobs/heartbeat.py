"""Heartbeat: notices downtime and clock steps, and polls the workers as a safety net.

It sleeps on the event loop, whose monotonic clock nobody can set. APScheduler waits for a time of day: after the clock
is set back by an hour, its jobs would stay silent for an hour.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, func, select

from bot.jobs.clock import Clock, SystemClock
from bot.jobs.records import Heartbeat
from bot.storage import Store, StoreUnavailable, Tx, statement

log = structlog.get_logger()

# Stays as it is: monitoring may filter log lines by it.
LOG_KIND = "pulse"

# How often the workers look for work even if nothing woke them.
POLL_SECONDS = 5
# How often the heartbeat row is written.
HEARTBEAT_INTERVAL = timedelta(seconds=15)
# After this long without a heartbeat, `on_downtime` is called.
DOWNTIME_AFTER = timedelta(minutes=2)
# A larger difference between two clocks is a step, not drift.
CLOCK_STEP_AFTER = timedelta(seconds=5)

OnDowntime = Callable[[Tx, datetime, datetime], None]
OnClockStep = Callable[[Tx, timedelta], None]


@dataclass(slots=True)
class _Reading:
    wall: datetime
    steady: float


class HeartbeatLoop:
    """Heartbeat loop: the job runner awaits `check` before each run; `start` repeats it in the background.

    `on_downtime(tx, since, until)` reports a period without a working process. `on_clock_step(tx, by)` reports that the
    machine's clock was set forward, or back if negative. A process that is not `at_work` (it only answers people)
    compares the clocks and writes no heartbeat.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        on_downtime: OnDowntime,
        on_clock_step: OnClockStep,
        *,
        at_work: bool = True,
    ) -> None:
        self._store = store
        self._clock = clock
        self._on_downtime = on_downtime
        self._on_clock_step = on_clock_step
        self._at_work = at_work
        self._on_poll: list[Callable[[], None]] = []
        self._last: _Reading | None = None
        self._last_beat_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None
        self._checking = asyncio.Lock()
        self._moved_by_hand = False
        clock.on_jump(self._on_jump)

    def on_poll(self, callback: Callable[[], None]) -> None:
        self._on_poll.append(callback)

    def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name="heartbeat")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def check(self) -> None:
        """Compare the clocks, and write a heartbeat if it is time. Raises StoreUnavailable."""
        async with self._checking:
            look = _Reading(self._clock.now(), self._clock.monotonic())
            step = timedelta(0) if self._last is None else _step(self._last, look)
            jumped = abs(step) > CLOCK_STEP_AFTER and not self._moved_by_hand
            if (
                jumped
                or self._last_beat_at is None
                or look.wall - self._last_beat_at >= HEARTBEAT_INTERVAL
                or self._moved_by_hand
            ):
                await self._beat(step if jumped else timedelta(0))
                look = _Reading(self._clock.now(), self._clock.monotonic())
                self._last_beat_at = look.wall
            self._moved_by_hand = False
            self._last = look

    async def _beat(self, step: timedelta) -> None:
        database_now = await self._store.read(_database_time)
        if database_now is not None and isinstance(self._clock, SystemClock):
            # All machines follow the database's clock, so a step of this machine's clock does no harm.
            off = self._clock.adjust_to(database_now)
            if abs(off) > CLOCK_STEP_AFTER:
                log.warning("clock_off", seconds=round(off.total_seconds(), 1))
            step = timedelta(0)
        if step:
            log.warning("clock_stepped", seconds=round(step.total_seconds(), 1))
        if self._at_work:
            await self._store.transact(self._write, step, self._moved_by_hand)

    def _write(self, tx: Tx, step: timedelta, moved_by_hand: bool) -> None:
        heartbeat = tx.sql.get(Heartbeat, 1, with_for_update=True)
        if heartbeat is None:
            tx.sql.add(Heartbeat(id=1, at=tx.now))
            return
        if step:
            heartbeat.at += step
            self._on_clock_step(tx, step)
        if tx.now - heartbeat.at >= DOWNTIME_AFTER and not moved_by_hand:
            log.warning("was_away", seconds=round((tx.now - heartbeat.at).total_seconds()))
            heartbeat.away_since, heartbeat.away_until = heartbeat.at, tx.now
            self._on_downtime(tx, heartbeat.at, tx.now)
        heartbeat.at = tx.now

    async def _forever(self) -> None:
        while True:
            await asyncio.sleep(self._clock.machine_seconds(POLL_SECONDS))
            try:
                await self.check()
            except StoreUnavailable:
                log.warning("store_unavailable", kind=LOG_KIND)
            except Exception as problem:
                log.exception("worker_failed", kind=LOG_KIND, error=type(problem).__name__)
            for wake in self._on_poll:
                wake()

    def _on_jump(self) -> None:
        self._moved_by_hand = True


def _step(last: _Reading, look: _Reading) -> timedelta:
    """The clock step: wall-clock time passed minus monotonic time passed."""
    return (look.wall - last.wall) - timedelta(seconds=look.steady - last.steady)


@dataclass(frozen=True, slots=True)
class LastAbsence:
    """The last time that no process was at work, perhaps because an older copy of the database was put back."""

    since: datetime
    until: datetime


def last_absence(tx: Tx) -> LastAbsence | None:
    """The last absence; None without one."""
    row = tx.rows(_away()).one_or_none()
    return LastAbsence(row.away_since, row.away_until) if row and row.away_since and row.away_until else None


@statement
def _away() -> Select[datetime | None, datetime | None]:
    return select(Heartbeat.away_since, Heartbeat.away_until).where(Heartbeat.id == 1)


def _database_time(tx: Tx) -> datetime | None:
    """The clock of the PostgreSQL server; None on SQLite."""
    if tx.sql.get_bind().dialect.name != "postgresql":
        return None
    return tx.sql.scalar(select(func.clock_timestamp()))
