"""Suspensions: while Slack has taken a workspace away from the bot, its jobs and messages wait; perhaps for ever.

Both tokens_revoked and app_uninstalled suspend. Slack says nothing when the app is installed again, so the token is tried.
https://docs.slack.dev/reference/events/tokens_revoked https://docs.slack.dev/reference/events/app_uninstalled
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from bot.jobs.queue import TOPIC
from bot.jobs.records import Suspension
from bot.storage import Tx, Workspace, belonging_to, statement

# How long everything is kept after the app was uninstalled.
KEPT_UNINSTALLED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SuspendedWorkspace:
    """A suspended workspace: since when, and when everything of it is deleted, if the app was uninstalled."""

    workspace: Workspace
    since: datetime
    delete_at: datetime | None


def is_suspended(team_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Condition: the workspace in this column is suspended."""
    return team_id.in_(select(Suspension.team_id))


def suspended_workspaces(tx: Tx) -> list[SuspendedWorkspace]:
    """Every suspended workspace, the longest first."""
    return [
        SuspendedWorkspace(row.workspace, row.since, row.delete_at) for row in tx.scalars(_every_suspension())
    ]


@statement
def _every_suspension() -> Select[Suspension]:
    return select(Suspension).order_by(Suspension.since, Suspension.team_id)


def suspension(tx: Tx) -> SuspendedWorkspace | None:
    """The suspension of this workspace, locked; None without one."""
    row = _locked(tx)
    return None if row is None else SuspendedWorkspace(row.workspace, row.since, row.delete_at)


def suspend(tx: Tx, *, uninstalled: bool) -> None:
    """Suspend this workspace. Slack sends both events in any order: the first moment counts."""
    row = _locked(tx)
    if row is None:
        row = Suspension(since=tx.now, delete_at=None, **belonging_to(tx.workspace))
        tx.sql.add(row)
    if uninstalled and row.delete_at is None:
        row.delete_at = tx.now + KEPT_UNINSTALLED


def end_suspension(tx: Tx) -> None:
    """End the suspension of this workspace; what waited goes on after this commit."""
    row = _locked(tx)
    if row is not None:
        tx.sql.delete(row)
        tx.sql.flush()
    tx.wake(TOPIC)


def _locked(tx: Tx) -> Suspension | None:
    wanted = select(Suspension).where(Suspension.of(tx.workspace))
    return tx.sql.scalars(tx.locked(wanted)).one_or_none()
