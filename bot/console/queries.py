"""Queries of the console."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from bot.console.records import ParkedLine
from bot.storage import Tx, statement


def parked_lines(tx: Tx, session_id: str) -> Sequence[ParkedLine]:
    """The lines that were parked in a session, in their order."""
    return tx.scalars(_parked_in(session_id)).all()


@statement
def _parked_in(session_id: str) -> Select[ParkedLine]:
    return (
        select(ParkedLine)
        .where(ParkedLine.session_id == session_id)
        .order_by(ParkedLine.parked_at, ParkedLine.id)
    )
