"""Check of overdue work: does a process handle due jobs?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.app import composes, due_handlers
from bot.cli.checks.finding import Finding
from bot.cli.database import engine_for
from bot.delivery import sendable
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.jobs.records import JobRow
from bot.nudges.records import Nudge
from bot.settings import Settings

LONG = timedelta(hours=1)
WHAT = "Planned work"


def check_waiting(settings: Settings) -> Finding:
    """The job kinds that are overdue for an hour; kinds unknown to this version come first."""
    engine = engine_for(settings.database_url)
    before = datetime.now(UTC) - LONG
    try:
        with engine.connect() as connection:
            unknown = list(_unknown(connection, before))
            overdue = _counted(
                connection,
                select(JobRow.kind, func.count())
                .where(JobRow.at <= before, JobRow.kind.in_(sorted(due_handlers())))
                .group_by(JobRow.kind),
            )
    except SQLAlchemyError:
        return Finding(WHAT, "problem", "the tables can't be read; run `intervisie migrate`.")
    finally:
        engine.dispose()
    if unknown:
        advice = (
            f"this version does not know what has been waiting for an hour: {', '.join(unknown)}. It stays for the "
            "version that planned it; docs/operations.md says how to go on or back."
        )
        return Finding(WHAT, "problem", advice)
    if overdue:
        advice = f"nobody took for an hour: {', '.join(overdue)}. See whether a worker runs."
        return Finding(WHAT, "note", advice)
    return Finding(WHAT, "ok")


def _unknown(connection: Connection, before: datetime) -> Iterator[str]:
    due = (JobRow.at <= before, JobRow.kind.not_in(sorted(due_handlers())))
    nudges = (Nudge.at <= before, Nudge.kind.not_in(sorted(composes())))
    messages = (
        OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING)),
        OutboxRow.not_before <= before,
        OutboxRow.kind.not_in(sendable.KINDS),
    )
    for kind, waiting in ((JobRow.kind, due), (Nudge.kind, nudges), (OutboxRow.kind, messages)):
        yield from _counted(connection, select(kind, func.count()).where(*waiting).group_by(kind))


def _counted(connection: Connection, wanted: Select[str, int]) -> list[str]:
    return sorted(f"{count} × {kind}" for kind, count in connection.execute(wanted))
