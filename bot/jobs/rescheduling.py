"""Moving moments that wait, without a word about what they are for."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from bot.jobs.queue import TOPIC
from bot.jobs.records import JobRow
from bot.storage import Tx, Workspace


def postpone(tx: Tx, workspace: Workspace, kind: str, subject: str, until: datetime, **having: Any) -> None:
    """A moment that would come sooner comes at `until`, provided that its data hold these values."""
    for row in _rows(tx, JobRow.of(workspace), JobRow.kind == kind, JobRow.subject == subject):
        if row.at < until and all(row.data.get(name) == value for name, value in having.items()):
            row.at = row.scheduled_at = until
    tx.wake(TOPIC)


def shift_subject(tx: Tx, workspace: Workspace, subject: str, by: timedelta) -> None:
    """Everything that waits for a subject comes later, or sooner when `by` is negative."""
    _shift(tx, by, JobRow.of(workspace), JobRow.subject == subject)


def shift_kind(tx: Tx, kind: str, by: timedelta) -> None:
    """Everything of a kind, of every workspace, comes later, or sooner when `by` is negative."""
    _shift(tx, by, JobRow.kind == kind)


def shift_overdue(tx: Tx, by: timedelta) -> None:
    """What was due already, before the clock was set by so much, is due still."""
    if by < timedelta(0):
        _shift(tx, by, JobRow.at > tx.now, JobRow.at <= tx.now - by)


def _shift(tx: Tx, by: timedelta, *conditions: ColumnElement[bool]) -> None:
    for row in _rows(tx, *conditions):
        row.at += by
        row.scheduled_at += by
    tx.wake(TOPIC)


def _rows(tx: Tx, *conditions: ColumnElement[bool]) -> list[JobRow]:
    # A row that somebody holds is being handled at this moment: there is nothing left to move.
    return list(
        tx.sql.scalars(
            select(JobRow)
            .where(*conditions)
            .order_by(JobRow.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    )
