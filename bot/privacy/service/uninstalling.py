"""A workspace that took the app or its token away: everything waits, and after an uninstall everything goes in the end."""

from typing import Any

from sqlalchemy import select

from bot.delivery import outbox
from bot.delivery.token_pauses import EVERY_METHOD, end_token_pause
from bot.jobs.suspensions import end_suspension, suspend, suspension
from bot.privacy.service.wholes import forget_workspace
from bot.sessions import service as sessions
from bot.storage import Base, Tx

# Where it shows that a workspace is ours: an event of somebody else's installation changes nothing.
_KNOWN_BY = ("installations", "groups", "people", "outbox")


def suspend_workspace(tx: Tx, *, uninstalled: bool) -> None:
    """Suspend this workspace; after an uninstall everything of it is deleted in the end."""
    if _has_rows(tx):
        suspend(tx, uninstalled=uninstalled)


def resume_workspace(tx: Tx) -> bool:
    """Go on in this workspace as if nothing had been. False when it was not suspended."""
    found = suspension(tx)
    if found is None:
        return False
    # Before the jobs that fell due meanwhile.
    sessions.on_suspension_over(tx, found.since)
    end_token_pause(tx, EVERY_METHOD)
    end_suspension(tx)
    tx.wake(outbox.TOPIC)
    return True


def delete_uninstalled(tx: Tx) -> bool:
    """Delete everything of this workspace if its day has come. False when it has not."""
    found = suspension(tx)
    if found is None or found.delete_at is None or found.delete_at > tx.now:
        return False
    forget_workspace(tx)
    return True


def _has_rows(tx: Tx) -> bool:
    for name in _KNOWN_BY:
        table: Any = Base.metadata.tables[name]
        rows = select(table.c.team_id).where(table.c.team_id == tx.workspace.team_id).limit(1)
        if tx.sql.execute(rows).first() is not None:
            return True
    return False
