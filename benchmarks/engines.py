"""The engines that `lateness` compares, each in its best honest set-up: as durable as ours, and told what it likes.

An engine first writes its moments down, then runs until it is closed. What it calls at a moment only notes the time.
"""

import pickle
import time
from datetime import datetime
from typing import Any, Protocol

import structlog
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.util import datetime_to_utc_timestamp
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import create_engine, event, insert, text

from bot.jobs import queue
from bot.jobs.clock import SystemClock
from bot.jobs.records import JobRow
from bot.jobs.runner import JobRunner
from bot.jobs.worker import WorkerLoop
from bot.storage import Tx, Workspace, belonging_to, open_store

KIND = "bench.moment"
WORKSPACE = Workspace("T0BENCH")
STOPPING_SECONDS = 4

# Which moment ran, and when.
ran: list[tuple[int, float]] = []


class Engine(Protocol):
    """What each of them can be told."""

    async def write(self, count: int, at: datetime) -> datetime:
        """Writes down that many moments, all for `at`; returns what the engine made of that."""

    async def clear(self) -> None:
        """Takes them back."""

    async def start(self) -> None:
        """Begins to wait for what is written."""

    async def stop(self) -> None:
        """Lets go of everything."""


class Ours:
    """The bot's own: rows, the sweep, and APScheduler in memory to wake it. Each moment has a lane, as a session has."""

    def __init__(self, url: str) -> None:
        # What the waker says when it is idle is no news here.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
        clock = SystemClock()
        self._store = open_store(url, clock.now)
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._waker = WorkerLoop("due", JobRunner(self._store, {KIND: _ours_ran}), clock, self._scheduler)

    async def write(self, count: int, at: datetime) -> datetime:
        await self._store.transact(_schedule, count, at)
        _analyse(self._store.engine)
        return at

    async def clear(self) -> None:
        await self._store.transact(lambda tx: tx.sql.execute(text("DELETE FROM due")) and None)

    async def start(self) -> None:
        self._store.listen(queue.TOPIC, self._waker.wake)
        if self._store.notifier:
            self._store.notifier.open()
        self._scheduler.start()
        self._waker.start()

    async def stop(self) -> None:
        await self._waker.stop(STOPPING_SECONDS)
        self._scheduler.shutdown(wait=False)
        if self._store.notifier:
            await self._store.notifier.close()
        self._store.close()


def _schedule(tx: Tx, count: int, at: datetime) -> None:
    # What due.schedule writes for each, in one statement; PostgreSQL ends one that takes longer than the bot's do.
    if tx.sql.get_bind().dialect.name == "postgresql":
        tx.sql.execute(text("SET LOCAL statement_timeout = 0"))
    rows = [
        {
            "kind": KIND,
            "subject": str(number),
            "ordering_key": f"session/{number}",
            "at": at,
            "scheduled_at": at,
            "data": {},
        }
        for number in range(count)
    ]
    tx.sql.execute(insert(JobRow), [{**row, **belonging_to(WORKSPACE)} for row in rows])
    tx.wake(queue.TOPIC)


def _ours_ran(tx: Tx, item: queue.Job) -> None:
    ran.append((int(item.subject), time.time()))


class ApScheduler:
    """APScheduler 3 with its own SQLAlchemyJobStore, on the event loop.

    Jobs are coroutines, so none waits for a thread; nothing is given up for being late (misfire_grace_time=None); on
    SQLite the file has a write-ahead log, synced at each commit, as ours has.
    """

    def __init__(self, url: str) -> None:
        sql = create_engine(url)
        if sql.dialect.name == "sqlite":
            event.listen(sql, "connect", _write_ahead)
        self._jobs = SQLAlchemyJobStore(engine=sql)
        self._scheduler = AsyncIOScheduler(jobstores={"default": self._jobs}, timezone="UTC")

    async def write(self, count: int, at: datetime) -> datetime:
        # In one statement too, in the store's own form: one by one 10,000 would take half a minute.
        planner = AsyncIOScheduler(timezone="UTC")
        jobs = [
            planner.add_job(
                "benchmarks.engines:apscheduler_ran",
                "date",
                args=[number],
                id=str(number),
                run_date=at,
                next_run_time=at,
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
            for number in range(count)
        ]
        rows = [
            {
                "id": job.id,
                "next_run_time": datetime_to_utc_timestamp(at),
                "job_state": pickle.dumps(job.__getstate__(), self._jobs.pickle_protocol),
            }
            for job in jobs
        ]
        self._jobs.start(self._scheduler, "default")
        with self._jobs.engine.begin() as connection:
            connection.execute(self._jobs.jobs_t.insert(), rows)
        _analyse(self._jobs.engine)
        return at

    async def clear(self) -> None:
        self._jobs.remove_all_jobs()

    async def start(self) -> None:
        self._scheduler.start()

    async def stop(self) -> None:
        self._scheduler.shutdown(wait=False)


async def apscheduler_ran(number: int) -> None:
    """Called by APScheduler, which finds it by its name."""
    ran.append((number, time.time()))


def _write_ahead(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _analyse(sql: SqlEngine) -> None:
    """As PostgreSQL's autovacuum does in time, for whichever engine; SQLite plans without figures."""
    if sql.dialect.name == "postgresql":
        with sql.begin() as connection:
            connection.execute(text("ANALYZE"))
