"""Retention of the console: lines and questions go with the other texts of their group."""

from datetime import datetime

from bot.console import queries
from bot.storage import Tx


def purge_texts(tx: Tx, group_id: str, before: datetime) -> None:
    """Retention: delete the lines for next time and the questions of reading along from before a moment."""
    for wanted in queries.texts_before(group_id, before):
        for one in tx.sql.scalars(wanted).all():
            tx.sql.delete(one)
