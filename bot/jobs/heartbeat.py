"""The pulse: notices when the machine slept, was off, or had its clock set, and wakes the workers now and then.

It waits on the event loop, whose own clock nobody can set; APScheduler's jobs wait for a time of day, so a clock that
is set back by an hour would leave them silent for as long.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select

from bot.jobs.clock import Clock, SystemClock
from bot.jobs.records import Heartbeat
from bot.storage import Store, StoreUnavailable, Tx

log = structlog.get_logger()

# The safety net: how often the workers look even if nothing woke them, in seconds.
POLL_SECONDS = 5
# How often it is written down that somebody is at work.
HEARTBEAT_INTERVAL = timedelta(seconds=15)
# Without a beat for this long nobody was at work, and whoever was waiting for a moment must be told.
DOWNTIME_AFTER = timedelta(minutes=2)
# A difference between two clocks that is no longer their usual drift.
STEP = timedelta(seconds=5)

OnDowntime = Callable[[Tx, datetime, datetime], None]
OnClockStep = Callable[[Tx, timedelta], None]


@dataclass(slots=True)
class _Look:
    wall: datetime
    steady: float


class HeartbeatLoop:
    """Call `check` before anything that is due is handled; `start` keeps it going by itself.

    `was_away(tx, since, until)` hears of a time in which no process was at work; `stepped(tx, by)` that the machine's
    clock was set forward (or back, when negative) while no time passed. A process that is not `at_work` (it only answers
    people) looks at the clocks alone.
    """

    def __init__(
        self, store: Store, clock: Clock, was_away: OnDowntime, stepped: OnClockStep, *, at_work: bool = True
    ) -> None:
        self._store = store
        self._clock = clock
        self._was_away = was_away
        self._stepped = stepped
        self._at_work = at_work
        self._wake: list[Callable[[], None]] = []
        self._last: _Look | None = None
        self._beaten_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None
        self._checking = asyncio.Lock()
        self._moved_by_hand = False
        clock.on_jump(self._by_hand)

    def on_net(self, callback: Callable[[], None]) -> None:
        self._wake.append(callback)

    def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name="pulse")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def check(self) -> None:
        """Looks at the clocks; after it, what is due is really due. Raises StoreUnavailable."""
        async with self._checking:
            look = _Look(self._clock.now(), self._clock.monotonic())
            step = timedelta(0) if self._last is None else _step(self._last, look)
            jumped = abs(step) > STEP and not self._moved_by_hand
            if (
                jumped
                or self._beaten_at is None
                or look.wall - self._beaten_at >= HEARTBEAT_INTERVAL
                or self._moved_by_hand
            ):
                await self._beat(step if jumped else timedelta(0))
                look = _Look(self._clock.now(), self._clock.monotonic())
                self._beaten_at = look.wall
            self._moved_by_hand = False
            self._last = look

    async def _beat(self, step: timedelta) -> None:
        theirs = await self._store.read(_database_time)
        if theirs is not None and isinstance(self._clock, SystemClock):
            # Several machines on one database go by its clock; then a step of this machine's own harms nobody.
            off = self._clock.agree_with(theirs)
            if abs(off) > STEP:
                log.warning("clock_off", seconds=round(off.total_seconds(), 1))
            step = timedelta(0)
        if step:
            log.warning("clock_stepped", seconds=round(step.total_seconds(), 1))
        if self._at_work:
            await self._store.transact(self._write, step, self._moved_by_hand)

    def _write(self, tx: Tx, step: timedelta, forgiven: bool) -> None:
        heartbeat = tx.sql.get(Heartbeat, 1, with_for_update=True)
        if heartbeat is None:
            tx.sql.add(Heartbeat(id=1, at=tx.now))
            return
        if step:
            heartbeat.at += step
            self._stepped(tx, step)
        if tx.now - heartbeat.at >= DOWNTIME_AFTER and not forgiven:
            log.warning("was_away", seconds=round((tx.now - heartbeat.at).total_seconds()))
            self._was_away(tx, heartbeat.at, tx.now)
        heartbeat.at = tx.now

    async def _forever(self) -> None:
        while True:
            await asyncio.sleep(self._clock.waiting(POLL_SECONDS))
            try:
                await self.check()
            except StoreUnavailable:
                log.warning("store_unavailable", kind="pulse")
            except Exception as problem:
                log.exception("worker_failed", kind="pulse", error=type(problem).__name__)
            for wake in self._wake:
                wake()

    def _by_hand(self) -> None:
        self._moved_by_hand = True


def _step(last: _Look, look: _Look) -> timedelta:
    """By how much the wall clock went another way than time did."""
    return (look.wall - last.wall) - timedelta(seconds=look.steady - last.steady)


def _database_time(tx: Tx) -> datetime | None:
    """What the database server's clock says; SQLite has none of its own."""
    if tx.sql.get_bind().dialect.name != "postgresql":
        return None
    return tx.sql.scalar(select(func.clock_timestamp()))
