"""The sweep: runs what has fallen due, in one transaction with everything that it sets off.

Rows are locked, handled and deleted in the same transaction, so a process that dies in the middle leaves them as they
were, and two processes never handle one row (SKIP LOCKED on PostgreSQL; SQLite has a single writer). Many rows share
a transaction, for as long as nobody else has to wait for it; when one of them fails, each gets a transaction of its
own, so that it does not hold up its neighbours.

A kind without a handler comes from another version: it stays for a process that knows it, and so does what waits
behind it in its lane.
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
from bot.jobs.queue import Handler, Job, was_cancelled
from bot.jobs.records import JobRow
from bot.storage import Store, StoreBusy, StoreUnavailable, Tx, Workspace, statement

log = structlog.get_logger()

MAX_BATCH = 500
FIRST_BATCH = 20
# How long one transaction goes on taking rows. On SQLite everybody who clicks waits for it.
BUDGET_SECONDS = 0.04
# A click holds the row of its session and may want one of ours: whoever clicks goes first, and we come again.
LOCK_TIMEOUT = text("SET LOCAL lock_timeout = '200ms'")
_DELETE_POSTGRESQL = text("DELETE FROM due WHERE id = ANY(:ids)")
_DELETE_SQLITE = text("DELETE FROM due WHERE id IN (SELECT value FROM json_each(:ids))")
# The pause before a handler that failed is tried again, in seconds, by number of earlier tries; then every hour.
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
    """Runs due rows until none is left. One at a time per process: the waker sees to that.

    `first` is awaited before each look: by then the clock must be right.
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
        """Runs everything that is due now."""
        await self._before_run()
        while not self._stopping and await self._run_batch():
            pass

    def stop_accepting(self) -> None:
        """Takes no more; what is being handled is finished."""
        self._stopping = True

    async def next_at(self) -> datetime | None:
        """The earliest moment at which something falls due that we know."""
        return await self._store.read(self._next_at)

    def _next_at(self, tx: Tx) -> datetime | None:
        return tx.scalar(_next(self._kinds))

    async def _run_batch(self) -> bool:
        """Handles what fits in one transaction; False when nothing is due any more."""
        try:
            if not await self._store.read(self._anything_due):
                return False
            return self._count_handled(await self._store.transact(self._handle, None))
        except StoreBusy:
            pass
        except StoreUnavailable:
            raise
        except Exception:
            # Which one failed shows when each is on its own.
            self._batch_size = FIRST_BATCH
        for row_id in await self._store.read(self._due_ids):
            await self._run_one(row_id)
        return True

    async def _run_one(self, row_id: str) -> None:
        try:
            self._count_handled(await self._store.transact(self._handle, row_id))
        except StoreBusy:
            # Somebody holds what it needs; it is still due, and comes again.
            return
        except StoreUnavailable:
            raise
        except Exception as problem:
            # No message of the exception: it may hold a case's words.
            log.exception("due_failed", error=type(problem).__name__)
            metrics.observe_job(await self._store.transact(_retry_later, row_id), "failed")

    def _count_handled(self, late: list[float]) -> bool:
        """Counts what was handled, once it is committed; False when it was nothing."""
        for seconds in late:
            metrics.observe_job(seconds, "done")
        return bool(late)

    def _handle(self, tx: Tx, only: str | None) -> list[float]:
        """Handles what fits in the time, or one row only; returns how many seconds late each of them was."""
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
        self._adapt_batch_size(len(rows), len(handled))
        return [(tx.now - row.scheduled_at).total_seconds() for row in rows[: len(handled)]]

    def _handle_one(self, tx: Tx, row: Row[str, str, str, str, str, datetime, dict[str, Any]]) -> None:
        job = Job(
            Workspace(row.team_id, row.enterprise_id), row.kind, row.subject, row.scheduled_at, dict(row.data)
        )
        if was_cancelled(tx, job):
            # An earlier one in this transaction has cancelled or moved it.
            return
        with logs.about(workspace=job.workspace.team_id, kind=job.kind):
            self._handlers[job.kind](tx, job)

    def _anything_due(self, tx: Tx) -> bool:
        return tx.scalar(_any(tx.now, self._kinds)) is not None

    def _due_ids(self, tx: Tx) -> list[str]:
        return list(tx.scalars(_first_ids(tx.now, self._kinds)))

    def _adapt_batch_size(self, taken: int, handled: int) -> None:
        """Locks about as many rows as fit in the time."""
        if handled < taken:
            self._batch_size = max(handled * 2, FIRST_BATCH)
        elif taken == self._batch_size:
            self._batch_size = min(self._batch_size * 4, MAX_BATCH)


_AHEAD = aliased(JobRow)


def _is_next_of_its_key(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """None of these is ahead of it in its lane."""
    ahead = or_(_AHEAD.at < JobRow.at, and_(_AHEAD.at == JobRow.at, _AHEAD.id < JobRow.id))
    some = select(_AHEAD.id).where(_AHEAD.ordering_key == JobRow.ordering_key, ahead, which).exists()
    return or_(JobRow.ordering_key.is_(None), ~some)


def _due(now: datetime, kinds: list[str]) -> ColumnElement[bool]:
    return and_(JobRow.at <= now, JobRow.kind.in_(kinds), _is_next_of_its_key(true()))


@statement
def _any(now: datetime, kinds: list[str]) -> Select[str]:
    return select(JobRow.id).where(_due(now, kinds)).limit(1)


@statement
def _first_ids(now: datetime, kinds: list[str]) -> Select[str]:
    return select(JobRow.id).where(_due(now, kinds)).order_by(JobRow.at, JobRow.id).limit(FIRST_BATCH)


@statement
def _next(kinds: list[str]) -> Select[datetime]:
    ours = (JobRow.kind.in_(kinds), _is_next_of_its_key(_AHEAD.kind.not_in(kinds)))
    return select(JobRow.at).where(*ours).order_by(JobRow.at).limit(1)


@statement
def _batch(
    now: datetime, kinds: list[str], at_most: int, only: str, *, one: bool
) -> Select[str, str, str, str, str, datetime, dict[str, Any]]:
    due = _due(now, kinds)
    return (
        select(*_COLUMNS)
        .where(and_(due, JobRow.id == only) if one else due)
        # By `at` alone, which has an index: with the id, all that is due was sorted for every batch.
        .order_by(JobRow.at)
        .limit(at_most)
        .with_for_update(skip_locked=True, of=JobRow)
    )


def _delete(tx: Tx, ids: list[str]) -> None:
    # One parameter for all of them: a statement with 500 took longer to write down and to read than to carry out.
    if tx.dialect == "postgresql":
        tx.sql.execute(_DELETE_POSTGRESQL, {"ids": ids})
    else:
        tx.sql.execute(_DELETE_SQLITE, {"ids": json.dumps(ids)})


def _retry_later(tx: Tx, row_id: str) -> float:
    """Later, by a pause that grows; returns how many seconds late it is by now."""
    row = tx.sql.get(JobRow, row_id, with_for_update=True)
    if row is None:
        return 0.0
    pause = PAUSES[row.attempts] if row.attempts < len(PAUSES) else LONGEST_PAUSE
    row.attempts += 1
    row.at = tx.now + timedelta(seconds=pause)
    return (tx.now - row.scheduled_at).total_seconds()
