"""The sweep: runs what has fallen due, each row in one transaction with everything that it sets off.

A row is locked, handled and deleted in the same transaction, so a process that dies in the middle leaves the row
as it was, and two processes never handle one row (SKIP LOCKED on PostgreSQL; SQLite has a single writer).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select

from bot.storage import Store, StoreUnavailable, Tx
from bot.timing.due import Handler, Item
from bot.timing.records import DueRow

log = structlog.get_logger()

BATCH = 50
# The pause before a handler that failed is tried again, in seconds, by number of earlier tries; then every hour.
PAUSES = (5, 30, 120, 600)
LONGEST_PAUSE = 3600


class Sweep:
    """Runs due rows until none is left. One at a time per process: the waker sees to that."""

    def __init__(self, store: Store, handlers: Mapping[str, Handler]) -> None:
        self._store = store
        self._handlers = handlers

    async def run(self) -> None:
        """Runs everything that is due now."""
        while due := await self._store.read(_due_ids):
            for row_id in due:
                await self._run_one(row_id)

    async def next_at(self) -> datetime | None:
        """The earliest moment at which something falls due."""
        return await self._store.read(lambda tx: tx.sql.scalar(select(func.min(DueRow.at))))

    async def _run_one(self, row_id: str) -> None:
        try:
            await self._store.transact(self._handle, row_id)
        except StoreUnavailable:
            raise
        except Exception as problem:
            # No message of the exception: it may hold a case's words.
            log.exception("due_failed", error=type(problem).__name__)
            await self._store.transact(_postpone, row_id)

    def _handle(self, tx: Tx, row_id: str) -> None:
        row = tx.sql.scalars(
            select(DueRow).where(DueRow.id == row_id).with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None or row.at > tx.now:
            return
        item = Item(row.workspace, row.kind, row.subject, row.planned_at, dict(row.data))
        # Deleted first, so that a handler may schedule the same kind and subject again.
        tx.sql.delete(row)
        tx.sql.flush()
        handler = self._handlers.get(item.kind)
        if handler is None:
            log.error("due_unknown", kind=item.kind)
            return
        handler(tx, item)


def _due_ids(tx: Tx) -> list[str]:
    return list(
        tx.sql.scalars(
            select(DueRow.id).where(DueRow.at <= tx.now).order_by(DueRow.at, DueRow.id).limit(BATCH)
        )
    )


def _postpone(tx: Tx, row_id: str) -> None:
    row = tx.sql.get(DueRow, row_id, with_for_update=True)
    if row is None:
        return
    pause = PAUSES[row.tries] if row.tries < len(PAUSES) else LONGEST_PAUSE
    row.tries += 1
    row.at = tx.now + timedelta(seconds=pause)
