"""What became of a claimed row. Each runs in one short transaction, and touches nothing of a claim that was lost."""

from datetime import timedelta

from sqlalchemy import Select, select

from bot.delivery.claims import Sending
from bot.delivery.outbox import DELETED
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx, statement


def mark_sent(tx: Tx, sending: Sending) -> bool:
    """Writes down that what has no key arrived. False when somebody else had taken the row over in the meantime."""
    row = _claimed_row(tx, sending)
    if row is None:
        return False
    if row.kind == "delete" and row.target_key is not None:
        _mark_target_deleted(tx, row)
    tx.sql.delete(row)
    return True


def note_posted(tx: Tx, sending: Sending, ts: str, channel: str | None) -> str | None:
    """Writes down where the message of a key stands; returns the time stamp of the one that counts, if one does.

    The first to say so is believed, also when somebody else has the claim by now: their message, should they post it
    as well, is the one too many.
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
    """What we deleted ourselves is not missed when Slack tells of it."""
    target = tx.sql.scalars(
        select(OutboxRow)
        .where(OutboxRow.of(row.workspace), OutboxRow.key == row.target_key)
        .with_for_update()
    ).one_or_none()
    if target is not None and target.state == OutboxState.SENT:
        target.state, target.error, target.ts = OutboxState.DROPPED, DELETED, None


def release(tx: Tx, sending: Sending, wait: timedelta) -> None:
    """Certainly not sent: it may go again after a wait."""
    row = _claimed_row(tx, sending)
    if row is not None:
        row.state, row.claim_count = OutboxState.PENDING, row.claim_count - 1
        row.lease_until = row.claimed_by = None
        row.started_at = sending.started_before
        row.attempts += 1
        row.not_before = tx.now + wait


def mark_in_doubt(tx: Tx, sending: Sending, wait: timedelta) -> None:
    """Perhaps sent: after the settling time and a wait it is looked up before it goes again."""
    row = _claimed_row(tx, sending)
    if row is not None:
        row.lease_until = tx.now + wait
        row.attempts += 1


def mark_given_up(tx: Tx, sending: Sending, state: OutboxState, problem: str) -> None:
    """It will not be sent: dropped because it no longer makes sense, or failed."""
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
    # A claim that is given back takes its number with it.
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
    # A claim that was given back leaves its number to the next one, which may be another process's.
    claim = (OutboxRow.claim_count == claim_count, OutboxRow.claimed_by == process_id)
    return (
        select(OutboxRow)
        .where(OutboxRow.id == id, OutboxRow.state == OutboxState.SENDING, *claim)
        .with_for_update()
    )
