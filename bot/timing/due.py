"""Due work: what must happen at a moment, written down in the transaction that decides it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage import Tx, Workspace, belonging_to, new_id
from bot.timing.records import DueRow

TOPIC = "due"
_TAKEN_BACK = "due.taken_back"


@dataclass(frozen=True, slots=True)
class Item:
    """What a handler is told: which kind of moment, of what, and when it was meant to be."""

    workspace: Workspace
    kind: str
    subject: str
    at: datetime
    data: dict[str, Any]


Handler = Callable[[Tx, Item], None]


def schedule(
    tx: Tx,
    workspace: Workspace,
    kind: str,
    subject: str,
    at: datetime,
    data: dict[str, Any] | None = None,
    *,
    lane: str | None = None,
) -> None:
    """Writes down that something falls due. A waiting row of the same kind and subject is moved, not doubled.

    What has the same `lane` is handled in the order of its moments, also when several processes are at work.
    """
    insert = postgresql.insert if tx.sql.get_bind().dialect.name == "postgresql" else sqlite.insert
    # A moved row is another row: the sweep that is handling the old one, perhaps this very transaction, takes away
    # the old one's id only.
    moved = {"id": new_id(), "lane": lane, "at": at, "planned_at": at, "data": data or {}, "tries": 0}
    # One statement, not a look and a write: on PostgreSQL another process may just be handling the row that waits.
    # With the lock on it gone, the database knows whether there is something to move.
    tx.sql.execute(
        insert(DueRow)
        .values(kind=kind, subject=subject, **belonging_to(workspace), **moved)
        .on_conflict_do_update(index_elements=["team_id", "enterprise_id", "kind", "subject"], set_=moved)
    )
    _no_longer(tx, workspace, kind, subject)
    tx.wake(TOPIC)


def hasten(tx: Tx, workspace: Workspace, kind: str, subject: str, at: datetime) -> None:
    """As `schedule`, but what waits already only ever comes sooner.

    For a look that may come too early and must not come too late: two transactions that know nothing of each other
    may both ask for it.
    """
    insert = postgresql.insert if tx.sql.get_bind().dialect.name == "postgresql" else sqlite.insert
    moved = {"id": new_id(), "at": at, "planned_at": at, "tries": 0}
    written = tx.sql.connection().execute(
        insert(DueRow)
        .values(kind=kind, subject=subject, data={}, **belonging_to(workspace), **moved)
        .on_conflict_do_update(
            index_elements=["team_id", "enterprise_id", "kind", "subject"],
            set_=moved,
            where=DueRow.at > at,
        )
        .returning(DueRow.id)
    )
    if written.first() is not None:
        # One that has not moved is still to be handled, perhaps by the very sweep that this runs in.
        _no_longer(tx, workspace, kind, subject)
        tx.wake(TOPIC)


def cancel(tx: Tx, workspace: Workspace, kind: str, subject: str) -> None:
    """Takes back what was scheduled; nothing happens if there is nothing."""
    tx.sql.execute(delete(DueRow).where(DueRow.of(workspace), DueRow.kind == kind, DueRow.subject == subject))
    _no_longer(tx, workspace, kind, subject)


def cancel_all(tx: Tx, workspace: Workspace, subject: str) -> None:
    """Takes back everything that was scheduled for a subject."""
    tx.sql.execute(delete(DueRow).where(DueRow.of(workspace), DueRow.subject == subject))
    _no_longer(tx, workspace, None, subject)


def taken_back(tx: Tx, item: Item) -> bool:
    """Whether this transaction has moved or cancelled a moment since the sweep began it."""
    said: set[tuple[Workspace, str | None, str]] = tx.sql.info.get(_TAKEN_BACK, set())
    return bool(said & {(item.workspace, item.kind, item.subject), (item.workspace, None, item.subject)})


def _no_longer(tx: Tx, workspace: Workspace, kind: str | None, subject: str) -> None:
    tx.sql.info.setdefault(_TAKEN_BACK, set()).add((workspace, kind, subject))


def moment_of(tx: Tx, workspace: Workspace, kind: str, subject: str) -> datetime | None:
    """When it falls due, or None if nothing is waiting."""
    row = _waiting(tx, workspace, kind, subject)
    return row.at if row else None


def _waiting(tx: Tx, workspace: Workspace, kind: str, subject: str) -> DueRow | None:
    return tx.sql.scalars(
        select(DueRow).where(DueRow.of(workspace), DueRow.kind == kind, DueRow.subject == subject)
    ).one_or_none()
