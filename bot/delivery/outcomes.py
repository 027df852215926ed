"""Outcomes of claimed rows. Each function needs one short transaction, and changes nothing if the claim was lost."""

from datetime import timedelta

from sqlalchemy import Select, select

from bot.delivery.claims import Sending
from bot.delivery.outbox import DELETED
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx, statement


def mark_sent(tx: Tx, sending: Sending) -> bool:
    """Mark a row without a key as sent, by deleting it. False when another process took the row over."""
    row = _claimed_row(tx, sending)
    if row is None:
        return False
    if row.kind == "delete" and row.target_key is not None:
        _mark_target_deleted(tx, row)
    tx.sql.delete(row)
    return True


def note_posted(tx: Tx, sending: Sending, ts: str, channel: str | None) -> str | None:
    """Mark a keyed message as posted at `ts`; returns the `ts` that counts, if any.

    The first report wins, also if another process holds the claim by now. A second message of that process is deleted.
    """
    row = tx.scalars(tx.locked(_row(sending.id))).one_or_none()
    if row is None or row.state in (OutboxState.FAILED, OutboxState.DROPPED):
        return None
    if row.state != OutboxState.SENT and (_holds_claim(row, sending) or _was_taken_over(row, sending)):
        row.state, row.payload, row.ts = OutboxState.SENT, None, ts
        row.channel = channel or row.channel
        row.lease_until = row.claimed_by = None
    return row.ts


def _mark_target_deleted(tx: Tx, row: OutboxRow) -> None:
    """Mark a message that the bot deleted, so that Slack's message_deleted event is no loss."""
    target = tx.sql.scalars(
        select(OutboxRow)
        .where(OutboxRow.of(row.workspace), OutboxRow.key == row.target_key)
        .with_for_update()
    ).one_or_none()
    if target is not None and target.state == OutboxState.SENT:
        target.state, target.error, target.ts = OutboxState.DROPPED, DELETED, None


def release(tx: Tx, sending: Sending, wait: timedelta) -> None:
    """Release a row that was certainly not sent: it may be sent again after a wait."""
    row = _claimed_row(tx, sending)
    if row is not None:
        row.state, row.claim_count = OutboxState.PENDING, row.claim_count - 1
        row.lease_until = row.claimed_by = None
        row.started_at = sending.started_before
        row.attempts += 1
        row.not_before = tx.now + wait


def mark_in_doubt(tx: Tx, sending: Sending, wait: timedelta) -> None:
    """Mark a row in doubt: after the wait and a grace period it is looked up before it is sent again."""
    row = _claimed_row(tx, sending)
    if row is not None:
        row.lease_until = tx.now + wait
        row.attempts += 1


def mark_given_up(tx: Tx, sending: Sending, state: OutboxState, problem: str) -> None:
    """Mark a row as given up: DROPPED if it is outdated, or FAILED."""
    row = _claimed_row(tx, sending)
    if row is not None:
        row.state, row.payload, row.error = state, None, problem[:80]
        row.lease_until = row.claimed_by = None


def _holds_claim(row: OutboxRow, sending: Sending) -> bool:
    return (row.state, row.claim_count, row.claimed_by) == (
        OutboxState.SENDING,
        sending.claim_count,
        sending.process_id,
    )


def _was_taken_over(row: OutboxRow, sending: Sending) -> bool:
    # A released claim takes its number back.
    return row.claim_count > sending.claim_count or (row.state, row.claim_count) == (
        OutboxState.PENDING,
        sending.claim_count,
    )


def _claimed_row(tx: Tx, sending: Sending) -> OutboxRow | None:
    return tx.scalars(_claimed(sending.id, sending.claim_count, sending.process_id)).one_or_none()


@statement
def _row(id: int) -> Select[OutboxRow]:
    return select(OutboxRow).where(OutboxRow.id == id)


@statement
def _claimed(id: int, claim_count: int, process_id: int) -> Select[OutboxRow]:
    # After a release another process may hold a claim with the same number.
    claim = (OutboxRow.claim_count == claim_count, OutboxRow.claimed_by == process_id)
    return (
        select(OutboxRow)
        .where(OutboxRow.id == id, OutboxRow.state == OutboxState.SENDING, *claim)
        .with_for_update()
    )
