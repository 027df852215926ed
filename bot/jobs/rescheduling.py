"""Bulk rescheduling of waiting jobs: postpone, or shift by a timedelta."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from bot.jobs.queue import TOPIC
from bot.jobs.records import JobRow
from bot.storage import Tx


def postpone(tx: Tx, kind: str, subject: str, until: datetime, **having: Any) -> None:
    """Postpone a job to `until` if it is earlier and its data contain these values."""
    for row in _rows(tx, JobRow.of(tx.workspace), JobRow.kind == kind, JobRow.subject == subject):
        if row.at < until and all(row.data.get(name) == value for name, value in having.items()):
            row.at = row.scheduled_at = until
    tx.wake(TOPIC)


def shift_subject(tx: Tx, subject: str, by: timedelta) -> None:
    """Shift all jobs of a subject by `by`; a negative one makes them earlier."""
    _shift(tx, by, JobRow.of(tx.workspace), JobRow.subject == subject)


def shift_kind(tx: Tx, kind: str, by: timedelta) -> None:
    """Shift all jobs of a kind, in every workspace, by `by`; a negative one makes them earlier."""
    _shift(tx, by, JobRow.kind == kind)


def shift_overdue(tx: Tx, by: timedelta) -> None:
    """After the clock was set back by `by`, shift the jobs that were due before, so that they still are."""
    if by < timedelta(0):
        _shift(tx, by, JobRow.at > tx.now, JobRow.at <= tx.now - by)


def _shift(tx: Tx, by: timedelta, *conditions: ColumnElement[bool]) -> None:
    for row in _rows(tx, *conditions):
        row.at += by
        row.scheduled_at += by
    tx.wake(TOPIC)


def _rows(tx: Tx, *conditions: ColumnElement[bool]) -> list[JobRow]:
    # Skip locked rows: their jobs are running at this moment.
    return list(
        tx.sql.scalars(
            select(JobRow)
            .where(*conditions)
            .order_by(JobRow.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    )
