"""Use case of retention: purge old follow-up."""

from datetime import datetime

from bot.followups import queries
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.storage import Tx


def purge_before(tx: Tx, group: Group, moment: datetime) -> None:
    """Delete the takeaways and reflections of a group from before a moment, with their nudges."""
    for found in queries.follow_up_before(tx, group, moment):
        nudges.cancel_nudges(tx, found.id)
        groups.refresh_home(tx, found.user)
        tx.sql.delete(found)
    tx.sql.flush()
