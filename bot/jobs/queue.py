"""Due work: what must happen at a moment, written down in the transaction that decides it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Delete, Select, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert, ReturningInsert

from bot.jobs.records import JobRow
from bot.storage import Tx, Workspace, belonging_to, new_id, statement

TOPIC = "due"
_CANCELLED = "jobs.cancelled"
_ROWS = cast(Table, JobRow.__table__)
_UNIQUE = ["team_id", "enterprise_id", "kind", "subject"]


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler is told: which kind of moment, of what, and when it was meant to be."""

    workspace: Workspace
    kind: str
    subject: str
    at: datetime
    data: dict[str, Any]


Handler = Callable[[Tx, Job], None]


def schedule(
    tx: Tx,
    workspace: Workspace,
    kind: str,
    subject: str,
    at: datetime,
    data: dict[str, Any] | None = None,
    *,
    ordering_key: str | None = None,
) -> None:
    """Writes down that something falls due. A waiting row of the same kind and subject is moved, not doubled.

    What has the same `ordering_key` is handled in the order of its moments, also when several processes are at work.
    """
    # A moved row is another row: the sweep that is handling the old one, perhaps this very transaction, takes away
    # the old one's id only.
    tx.change(_upsert(workspace, kind, subject, new_id(), at, data or {}, ordering_key, dialect=tx.dialect))
    _note_cancelled(tx, workspace, kind, subject)
    tx.wake(TOPIC)


@statement
def _upsert(
    workspace: Workspace,
    kind: str,
    subject: str,
    id: str,
    at: datetime,
    data: dict[str, Any],
    ordering_key: str | None,
    *,
    dialect: str,
) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    moved = {"id": id, "lane": ordering_key, "at": at, "planned_at": at, "data": data, "tries": 0}
    # One statement, not a look and a write: on PostgreSQL another process may just be handling the row that waits.
    # With the lock on it gone, the database knows whether there is something to move.
    return (
        insert(_ROWS)
        .values(kind=kind, subject=subject, **belonging_to(workspace), **moved)
        .on_conflict_do_update(index_elements=_UNIQUE, set_=moved)
    )


def schedule_no_later_than(tx: Tx, workspace: Workspace, kind: str, subject: str, at: datetime) -> None:
    """As `schedule`, but what waits already only ever comes sooner.

    For a look that may come too early and must not come too late: two transactions that know nothing of each other
    may both ask for it.
    """
    wanted, values = _upsert_earlier(workspace, kind, subject, new_id(), at, dialect=tx.dialect)
    if tx.sql.connection().execute(wanted, values).first() is not None:
        # One that has not moved is still to be handled, perhaps by the very sweep that this runs in.
        _note_cancelled(tx, workspace, kind, subject)
        tx.wake(TOPIC)


@statement
def _upsert_earlier(
    workspace: Workspace, kind: str, subject: str, id: str, at: datetime, *, dialect: str
) -> ReturningInsert[str]:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    moved = {"id": id, "at": at, "planned_at": at, "tries": 0}
    return (
        insert(_ROWS)
        .values(kind=kind, subject=subject, data={}, **belonging_to(workspace), **moved)
        .on_conflict_do_update(index_elements=_UNIQUE, set_=moved, where=_ROWS.c.at > at)
        .returning(_ROWS.c.id)
    )


def cancel(tx: Tx, workspace: Workspace, kind: str, subject: str) -> None:
    """Takes back what was scheduled; nothing happens if there is nothing."""
    tx.change(_cancel(workspace, kind, subject))
    _note_cancelled(tx, workspace, kind, subject)


def cancel_all(tx: Tx, workspace: Workspace, subject: str) -> None:
    """Takes back everything that was scheduled for a subject."""
    tx.change(_cancel_all(workspace, subject))
    _note_cancelled(tx, workspace, None, subject)


@statement
def _cancel(workspace: Workspace, kind: str, subject: str) -> Delete:
    return delete(JobRow).where(JobRow.of(workspace), JobRow.kind == kind, JobRow.subject == subject)


@statement
def _cancel_all(workspace: Workspace, subject: str) -> Delete:
    return delete(JobRow).where(JobRow.of(workspace), JobRow.subject == subject)


def was_cancelled(tx: Tx, job: Job) -> bool:
    """Whether this transaction has moved or cancelled a moment since the sweep began it."""
    cancelled: set[tuple[Workspace, str | None, str]] = tx.sql.info.get(_CANCELLED, set())
    return bool(cancelled & {(job.workspace, job.kind, job.subject), (job.workspace, None, job.subject)})


def _note_cancelled(tx: Tx, workspace: Workspace, kind: str | None, subject: str) -> None:
    tx.sql.info.setdefault(_CANCELLED, set()).add((workspace, kind, subject))


def scheduled_time(tx: Tx, workspace: Workspace, kind: str, subject: str) -> datetime | None:
    """When it falls due, or None if nothing is waiting."""
    row = _waiting(tx, workspace, kind, subject)
    return row.at if row else None


def _waiting(tx: Tx, workspace: Workspace, kind: str, subject: str) -> JobRow | None:
    return tx.scalars(_row(workspace, kind, subject)).one_or_none()


@statement
def _row(workspace: Workspace, kind: str, subject: str) -> Select[JobRow]:
    return select(JobRow).where(JobRow.of(workspace), JobRow.kind == kind, JobRow.subject == subject)
