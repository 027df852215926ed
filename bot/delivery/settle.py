"""What became of a claimed row. Each runs in one short transaction, and touches nothing of a claim that was lost."""

from datetime import timedelta

from sqlalchemy import select

from bot.delivery.queue import Sending
from bot.delivery.records import OutboxRow
from bot.storage import Tx


def sent(tx: Tx, sending: Sending, ts: str | None, channel: str | None) -> bool:
    """Writes down that it arrived. False when somebody else had taken the row over in the meantime."""
    row = _mine(tx, sending)
    if row is None:
        return False
    if row.kind in ("post", "direct") and row.key:
        row.state, row.payload, row.ts = "sent", None, ts
        row.channel = channel or row.channel
        row.lease_until = row.owner = None
    else:
        tx.sql.delete(row)
    return True


def stands_elsewhere(tx: Tx, sending: Sending, ts: str | None) -> bool:
    """Whether somebody else has settled the row with another message than the one at this time stamp.

    While they are still at it they look the message up first, and find ours.
    """
    row = tx.sql.get(OutboxRow, sending.id)
    return row is not None and row.state == "sent" and row.ts is not None and row.ts != ts


def give_back(tx: Tx, sending: Sending, wait: timedelta) -> None:
    """Certainly not sent: it may go again after a wait."""
    row = _mine(tx, sending)
    if row is not None:
        row.state, row.token = "pending", row.token - 1
        row.lease_until = row.owner = None
        row.started_at = sending.started_before
        row.tries += 1
        row.not_before = tx.now + wait


def in_doubt(tx: Tx, sending: Sending, wait: timedelta) -> None:
    """Perhaps sent: after the settling time and a wait it is looked up before it goes again."""
    row = _mine(tx, sending)
    if row is not None:
        row.lease_until = tx.now + wait
        row.tries += 1


def give_up(tx: Tx, sending: Sending, state: str, problem: str) -> None:
    """It will not be sent: dropped because it no longer makes sense, or failed."""
    row = _mine(tx, sending)
    if row is not None:
        row.state, row.payload, row.problem = state, None, problem[:80]
        row.lease_until = row.owner = None


def _mine(tx: Tx, sending: Sending) -> OutboxRow | None:
    # A claim that was given back leaves its number to the next one, which may be another process's.
    claim = (OutboxRow.token == sending.token, OutboxRow.owner == sending.owner)
    return tx.sql.scalars(
        select(OutboxRow)
        .where(OutboxRow.id == sending.id, OutboxRow.state == "sending", *claim)
        .with_for_update()
    ).one_or_none()
