"""Due work: what must happen at a moment, written down in the transaction that decides it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.storage import Tx, Workspace, belonging_to
from bot.timing.records import DueRow

TOPIC = "due"


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
    tx: Tx, workspace: Workspace, kind: str, subject: str, at: datetime, data: dict[str, Any] | None = None
) -> None:
    """Writes down that something falls due. A waiting row of the same kind and subject is moved, not doubled."""
    row = _waiting(tx, workspace, kind, subject)
    if row is None:
        row = DueRow(kind=kind, subject=subject, **belonging_to(workspace))
        tx.sql.add(row)
    row.at = row.planned_at = at
    row.data = data or {}
    row.tries = 0
    tx.sql.flush()
    tx.wake(TOPIC)


def cancel(tx: Tx, workspace: Workspace, kind: str, subject: str) -> None:
    """Takes back what was scheduled; nothing happens if there is nothing."""
    tx.sql.execute(delete(DueRow).where(DueRow.of(workspace), DueRow.kind == kind, DueRow.subject == subject))


def cancel_all(tx: Tx, workspace: Workspace, subject: str) -> None:
    """Takes back everything that was scheduled for a subject."""
    tx.sql.execute(delete(DueRow).where(DueRow.of(workspace), DueRow.subject == subject))


def moment_of(tx: Tx, workspace: Workspace, kind: str, subject: str) -> datetime | None:
    """When it falls due, or None if nothing is waiting."""
    row = _waiting(tx, workspace, kind, subject)
    return row.at if row else None


def _waiting(tx: Tx, workspace: Workspace, kind: str, subject: str) -> DueRow | None:
    return tx.sql.scalars(
        select(DueRow).where(DueRow.of(workspace), DueRow.kind == kind, DueRow.subject == subject)
    ).one_or_none()
