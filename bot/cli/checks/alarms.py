"""Check of the alarms that running processes have raised."""

from datetime import UTC, datetime
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.alarms import Alarm, AlarmKind, current_alarms
from bot.cli.checks.finding import Finding
from bot.cli.database import engine_for
from bot.settings import Settings
from bot.storage import Tx

WHATS = {
    AlarmKind.TOKEN_REFUSED: "Messages that wait for a good token",
    AlarmKind.SCOPE_MISSING: "Messages that wait for a scope",
    AlarmKind.SUSPENDED: "Workspace",
    AlarmKind.CROWDED: "Connections (Socket Mode)",
    AlarmKind.NO_EVENT: "Events (HTTP)",
}


def check_alarms(settings: Settings) -> list[Finding]:
    """One finding for each alarm; nothing when all is quiet."""
    engine = engine_for(settings.database_url)
    try:
        with Session(engine) as sql:
            found = current_alarms(
                Tx(sql, datetime.now(UTC), read_only=True), over_http=not settings.uses_socket_mode
            )
    except SQLAlchemyError:
        return [Finding("Alarms", "problem", "the tables can't be read; run `intervisie migrate`.")]
    finally:
        engine.dispose()
    return [Finding(WHATS[alarm.kind], _state(alarm), _advice(alarm)) for alarm in found]


def _state(alarm: Alarm) -> Literal["note", "problem"]:
    # Before the first start it could not be otherwise.
    return "note" if alarm.kind is AlarmKind.NO_EVENT else "problem"


def _advice(alarm: Alarm) -> str:
    since = f" since {alarm.since:%Y-%m-%d %H:%M} UTC" if alarm.since else ""
    if alarm.kind is AlarmKind.NO_EVENT:
        return alarm.advice
    seen = f"{alarm.count} counted" if alarm.count is not None else alarm.error
    until = f", and everything of it is deleted on {alarm.until:%Y-%m-%d}" if alarm.until else ""
    return f"{seen}{since}{until}. {alarm.advice}"
