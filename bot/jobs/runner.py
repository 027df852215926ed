"""Job runner: runs due jobs in one transaction with all their effects.

Rows are locked, handled and deleted in the same transaction. A process that dies halfway leaves them unchanged, and two
processes never run the same job (SKIP LOCKED on PostgreSQL; SQLite has a single writer). A batch of jobs shares a
transaction of limited time. If one of them fails, each runs in its own transaction, so the others are not held up.

A kind without a handler comes from another version. Its job waits for a process that knows it, and so do the later jobs
of its ordering key.
"""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, text, true
from sqlalchemy.orm import aliased

from bot import logs, metrics
from bot.jobs.queue import Handler, Job, note_started, was_cancelled
from bot.jobs.records import JobRow
from bot.jobs.suspensions import is_suspended
from bot.storage import Store, StoreBusy, StoreUnavailable, Tx, Workspace, statement

log = structlog.get_logger()

MAX_BATCH = 500
FIRST_BATCH = 20
# Time budget of one batch. On SQLite every click waits for it.
BUDGET_SECONDS = 0.04
# A click may hold a session's row and wait for one of ours. The runner gives up first and tries again.
LOCK_TIMEOUT = text("SET LOCAL lock_timeout = '200ms'")
_DELETE_POSTGRESQL = text("DELETE FROM due WHERE id = ANY(:ids)")
_DELETE_SQLITE = text("DELETE FROM due WHERE id IN (SELECT value FROM json_each(:ids))")
# Seconds before a failed job runs again, by number of earlier attempts; after that every hour.
PAUSES = (5, 30, 120, 600)
LONGEST_PAUSE = 3600

_COLUMNS = (
    JobRow.id,
    JobRow.team_id,
    JobRow.enterprise_id,
    JobRow.kind,
    JobRow.subject,
    JobRow.scheduled_at,
    JobRow.data,
)


async def _no_op() -> None:
    pass


class JobRunner:
    """Job runner: runs due jobs until none is left. The worker loop runs one at a time per process.

    `before_run` is awaited before each run: the heartbeat corrects the clock there.
    """

    busy = False

    def __init__(
        self,
        store: Store,
        handlers: Mapping[str, Handler],
        before_run: Callable[[], Awaitable[None]] = _no_op,
    ) -> None:
        self._store = store
        self._handlers = handlers
        self._kinds = sorted(handlers)
        self._before_run = before_run
        self._batch_size = FIRST_BATCH
        self._stopping = False

    async def run(self) -> None:
        """Run all jobs that are due now."""
        await self._before_run()
        while not self._stopping and await self._run_batch():
            pass

    def stop_accepting(self) -> None:
        """Start no further batch; the current one is finished."""
        self._stopping = True

    async def next_at(self) -> datetime | None:
        """The earliest time of a job whose kind this version knows."""
        return await self._store.read(self._next_at)

    def _next_at(self, tx: Tx) -> datetime | None:
        return tx.scalar(_next(self._kinds))

    async def _run_batch(self) -> bool:
        """Run one batch; False when no job is due any more."""
        try:
            if not await self._store.read(self._anything_due):
                return False
            return self._count_handled(await self._store.transact(self._handle, None))
        except StoreBusy:
            pass
        except StoreUnavailable:
            raise
        except Exception:
            # Run each job on its own to find the one that failed.
            self._batch_size = FIRST_BATCH
        for row_id in await self._store.read(self._due_ids):
            await self._run_one(row_id)
        return True

    async def _run_one(self, row_id: str) -> None:
        try:
            self._count_handled(await self._store.transact(self._handle, row_id))
        except StoreBusy:
            # Another transaction holds a lock that the job needs; it stays due.
            return
        except StoreUnavailable:
            raise
        except Exception as problem:
            # Only the type of the exception: its message may quote a case.
            log.exception("due_failed", error=type(problem).__name__)
            metrics.observe_job(await self._store.transact(_retry_later, row_id), "failed")

    def _count_handled(self, late: list[float]) -> bool:
        """Count the jobs of a committed batch; False for an empty one."""
        for seconds in late:
            metrics.observe_job(seconds, "done")
        return bool(late)

    def _handle(self, tx: Tx, only: str | None) -> list[float]:
        """Run jobs within the time budget, or only the given one; returns each one's delay in seconds."""
        if tx.dialect == "postgresql":
            tx.sql.execute(LOCK_TIMEOUT)
        batch = _batch(tx.now, self._kinds, self._batch_size, only or "", one=only is not None)
        rows = tx.rows(batch).all()
        handled: list[str] = []
        began = time.perf_counter()
        for row in rows:
            self._handle_one(tx, row)
            handled.append(row.id)
            if time.perf_counter() - began > BUDGET_SECONDS:
                break
        _delete(tx, handled)
        self._batch_size = next_batch_size(self._batch_size, len(rows), len(handled))
        return [(tx.now - row.scheduled_at).total_seconds() for row in rows[: len(handled)]]

    def _handle_one(self, tx: Tx, row: Row[str, str, str, str, str, datetime, dict[str, Any]]) -> None:
        job = Job(
            Workspace(row.team_id, row.enterprise_id), row.kind, row.subject, row.scheduled_at, dict(row.data)
        )
        if was_cancelled(tx, job):
            # An earlier job of this batch cancelled or rescheduled it.
            return
        note_started(tx, job)
        with logs.about(workspace=job.workspace.team_id, kind=job.kind):
            self._handlers[job.kind](tx.of(job.workspace), job)

    def _anything_due(self, tx: Tx) -> bool:
        return tx.scalar(_any(tx.now, self._kinds)) is not None

    def _due_ids(self, tx: Tx) -> list[str]:
        return list(tx.scalars(_first_ids(tx.now, self._kinds)))


def next_batch_size(size: int, taken: int, handled: int) -> int:
    """Size of the next batch: larger while a batch fits in the time budget, otherwise twice what it handled in time."""
    if handled < taken:
        return max(handled * 2, FIRST_BATCH)
    return min(size * 4, MAX_BATCH) if taken == size else size


_AHEAD = aliased(JobRow)


def _is_next_of_its_key(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """No earlier job with the same ordering key meets this condition."""
    ahead = or_(_AHEAD.at < JobRow.at, and_(_AHEAD.at == JobRow.at, _AHEAD.id < JobRow.id))
    some = select(_AHEAD.id).where(_AHEAD.ordering_key == JobRow.ordering_key, ahead, which).exists()
    return or_(JobRow.ordering_key.is_(None), ~some)


def _due(now: datetime, kinds: list[str]) -> ColumnElement[bool]:
    return and_(
        JobRow.at <= now, JobRow.kind.in_(kinds), ~is_suspended(JobRow.team_id), _is_next_of_its_key(true())
    )


@statement
def _any(now: datetime, kinds: list[str]) -> Select[str]:
    return select(JobRow.id).where(_due(now, kinds)).limit(1)


@statement
def _first_ids(now: datetime, kinds: list[str]) -> Select[str]:
    return select(JobRow.id).where(_due(now, kinds)).order_by(JobRow.at, JobRow.id).limit(FIRST_BATCH)


@statement
def _next(kinds: list[str]) -> Select[datetime]:
    ours = (
        JobRow.kind.in_(kinds),
        ~is_suspended(JobRow.team_id),
        _is_next_of_its_key(_AHEAD.kind.not_in(kinds)),
    )
    return select(JobRow.at).where(*ours).order_by(JobRow.at).limit(1)


@statement
def _batch(
    now: datetime, kinds: list[str], at_most: int, only: str, *, one: bool
) -> Select[str, str, str, str, str, datetime, dict[str, Any]]:
    due = _due(now, kinds)
    return (
        select(*_COLUMNS)
        .where(and_(due, JobRow.id == only) if one else due)
        # By `at` alone, which has an index. With the id, every batch sorted all due jobs.
        .order_by(JobRow.at)
        .limit(at_most)
        .with_for_update(skip_locked=True, of=JobRow)
    )


def _delete(tx: Tx, ids: list[str]) -> None:
    # One parameter for all ids: a statement with 500 parameters took longer to compile than to execute.
    if tx.dialect == "postgresql":
        tx.sql.execute(_DELETE_POSTGRESQL, {"ids": ids})
    else:
        tx.sql.execute(_DELETE_SQLITE, {"ids": json.dumps(ids)})


def _retry_later(tx: Tx, row_id: str) -> float:
    """Postpone a failed job by a growing pause; returns its delay in seconds."""
    row = tx.sql.get(JobRow, row_id, with_for_update=True)
    if row is None:
        return 0.0
    pause = PAUSES[row.attempts] if row.attempts < len(PAUSES) else LONGEST_PAUSE
    row.attempts += 1
    row.at = tx.now + timedelta(seconds=pause)
    return (tx.now - row.scheduled_at).total_seconds()
