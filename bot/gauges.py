"""Gauges of the metrics page: figures from the database about the outbox, sessions, jobs and alarms."""

from datetime import datetime

from sqlalchemy import func, select

from bot.alarms import AlarmKind, current_alarms
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.jobs.records import JobRow
from bot.metrics.page import DatabaseFigures
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.storage import Tx

MUST_GO = (OutboxState.PENDING, OutboxState.SENDING)
UNSENT = (*MUST_GO, OutboxState.FAILED)
GOING_ON = tuple(state for state in State if state not in (State.ASKED, State.ENDED))


def database_figures(tx: Tx, *, over_http: bool = False) -> DatabaseFigures:
    """The figures of one metrics page, in one read-only transaction."""
    outbox = select(OutboxRow.state, func.count()).where(OutboxRow.state.in_(UNSENT))
    sessions = select(Session.state, func.count()).where(Session.state.in_(GOING_ON))
    by_outbox = {row[0]: row[1] for row in tx.sql.execute(outbox.group_by(OutboxRow.state))}
    by_session = {row[0]: row[1] for row in tx.sql.execute(sessions.group_by(Session.state))}
    oldest = tx.sql.scalar(select(func.min(OutboxRow.created_at)).where(OutboxRow.state.in_(MUST_GO)))
    alarms = current_alarms(tx, over_http=over_http)
    return DatabaseFigures(
        outbox={state: by_outbox.get(state, 0) for state in UNSENT},
        oldest_seconds=_since(oldest, tx.now),
        sessions={state: by_session.get(state, 0) for state in GOING_ON},
        alarms={kind: sum(one.kind is kind for one in alarms) for kind in AlarmKind},
        overdue_seconds=_since(tx.sql.scalar(select(func.min(JobRow.at))), tx.now),
    )


def _since(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, (now - at).total_seconds())
