"""An absence of the bot, for the tests of what comes of it."""

from datetime import timedelta

from sqlalchemy import select

from bot.sessions import service
from bot.sessions.records import Absence
from bot.sessions.views import ControlRef
from bot.storage import Tx
from tests.factories import (
    keys,
)


def be_away(tx: Tx, /, **since: float) -> None:
    """The bot has been away since so long ago, until now."""
    service.on_downtime(tx, tx.now - timedelta(**since), tx.now)


def where(tx: Tx, session_id: str) -> str:
    """The end of the key of the question about the last absence."""
    return keys(tx, f"session/{session_id}/away/%")[-1].split("/", 2)[2]


def pressed(tx: Tx, session_id: str) -> ControlRef:
    """What the buttons of the open question carry."""
    absence = tx.sql.scalars(select(Absence).where(Absence.session_id == session_id)).one()
    return ControlRef(session_id, absence.phase_index, absence.pass_no, absence.version)
