"""Job queue: a job is scheduled in the transaction that decides it, and runs after that commit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Delete, Select, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert, ReturningInsert

from bot.jobs.records import JobRow
from bot.storage import Tx, Workspace, belonging_to, new_id, statement

TOPIC = "due"
_CANCELLED = "jobs.cancelled"
_STARTED = "jobs.started"
_ROWS = cast(Table, JobRow.__table__)
_UNIQUE = ["team_id", "kind", "subject"]


@dataclass(frozen=True, slots=True)
class Job:
    """Job, as its handler gets it: kind, subject, data, and the time for which it was scheduled."""

    workspace: Workspace
    kind: str
    subject: str
    at: datetime
    data: dict[str, Any]


Handler = Callable[[Tx, Job], None]


def schedule(
    tx: Tx,
    kind: str,
    subject: str,
    at: datetime,
    data: dict[str, Any] | None = None,
    *,
    ordering_key: str | None = None,
) -> None:
    """Schedule a job. A waiting job of the same kind and subject is rescheduled, so there is never a second one.

    Jobs with the same `ordering_key` run one by one in the order of their times, also with several processes.
    """
    # A rescheduled row gets a new id. The job runner, perhaps in this very transaction, deletes by the old id.
    tx.change(
        _upsert(tx.workspace, kind, subject, new_id(), at, data or {}, ordering_key, dialect=tx.dialect)
    )
    _note_cancelled(tx, kind, subject)
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
    # One upsert, not a read and a write: on PostgreSQL another process may be handling the waiting row. The upsert
    # waits for its lock, and only then decides whether there is a row to reschedule.
    return (
        insert(_ROWS)
        .values(kind=kind, subject=subject, **belonging_to(workspace), **moved)
        .on_conflict_do_update(index_elements=_UNIQUE, set_=moved)
    )


def schedule_no_later_than(tx: Tx, kind: str, subject: str, at: datetime) -> None:
    """Schedule a job, or move the waiting one to an earlier time; never to a later one.

    For checks that may run too early but not too late: independent transactions may schedule the same one.
    """
    moved = _upsert_earlier(tx.workspace, kind, subject, new_id(), at, dialect=tx.dialect)
    if tx.change(moved).first() is not None:
        # Only if the row moved. Otherwise the waiting job still has to run, perhaps later in this transaction.
        _note_cancelled(tx, kind, subject)
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


def ensure(tx: Tx, kind: str, subject: str, within: timedelta, data: dict[str, Any] | None = None) -> None:
    """Make sure that a job is scheduled for a moment from now: one that waits already stays as it is.

    For what is derived from stored facts, as a message that counts: a use case stores its fact and ensures the job, and all
    facts until then are drawn once. Both lock the record that the facts belong to, the handler before it reads. Then a
    job that waits will see this fact, and a job that does not see it is deleted before this runs.
    """
    if (tx.workspace, kind, subject) in tx.sql.info.get(_STARTED, ()):
        # This transaction ran the job already, and deletes its row when it ends.
        schedule(tx, kind, subject, tx.now + within, data)
    elif tx.change(
        _insert(tx.workspace, kind, subject, new_id(), tx.now + within, data or {}, dialect=tx.dialect)
    ).first():
        tx.wake(TOPIC)
    else:
        tx.expect(TOPIC)


@statement
def _insert(
    workspace: Workspace,
    kind: str,
    subject: str,
    id: str,
    at: datetime,
    data: dict[str, Any],
    *,
    dialect: str,
) -> ReturningInsert[str]:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    new = {"id": id, "at": at, "planned_at": at, "data": data, "tries": 0}
    return (
        insert(_ROWS)
        .values(kind=kind, subject=subject, **belonging_to(workspace), **new)
        .on_conflict_do_nothing()
        .returning(_ROWS.c.id)
    )


def note_started(tx: Tx, job: Job) -> None:
    """Note that this transaction runs a job: from now on a new one is needed for what it does not see."""
    tx.sql.info.setdefault(_STARTED, set()).add((job.workspace, job.kind, job.subject))


def cancel(tx: Tx, kind: str, subject: str) -> None:
    """Cancel a scheduled job; without one nothing happens."""
    tx.change(_cancel(tx.workspace, kind, subject))
    _note_cancelled(tx, kind, subject)


def cancel_all(tx: Tx, subject: str) -> None:
    """Cancel all scheduled jobs of a subject."""
    tx.change(_cancel_all(tx.workspace, subject))
    _note_cancelled(tx, None, subject)


@statement
def _cancel(workspace: Workspace, kind: str, subject: str) -> Delete:
    return delete(JobRow).where(JobRow.of(workspace), JobRow.kind == kind, JobRow.subject == subject)


@statement
def _cancel_all(workspace: Workspace, subject: str) -> Delete:
    return delete(JobRow).where(JobRow.of(workspace), JobRow.subject == subject)


def was_cancelled(tx: Tx, job: Job) -> bool:
    """Whether this transaction rescheduled or cancelled a job that its batch had already read."""
    cancelled: set[tuple[Workspace, str | None, str]] = tx.sql.info.get(_CANCELLED, set())
    return bool(cancelled & {(job.workspace, job.kind, job.subject), (job.workspace, None, job.subject)})


def _note_cancelled(tx: Tx, kind: str | None, subject: str) -> None:
    tx.sql.info.setdefault(_CANCELLED, set()).add((tx.workspace, kind, subject))


def scheduled_time(tx: Tx, kind: str, subject: str) -> datetime | None:
    """The time of a waiting job; None without one."""
    row = _waiting(tx, kind, subject)
    return row.at if row else None


def _waiting(tx: Tx, kind: str, subject: str) -> JobRow | None:
    return tx.scalars(_row(tx.workspace, kind, subject)).one_or_none()


@statement
def _row(workspace: Workspace, kind: str, subject: str) -> Select[JobRow]:
    return select(JobRow).where(JobRow.of(workspace), JobRow.kind == kind, JobRow.subject == subject)
