"""Outcomes of claimed rows. Each function needs one short transaction, and changes nothing if the claim was lost."""

from datetime import timedelta

from sqlalchemy import Select, select

from bot.delivery.claims import Sending
from bot.delivery.outbox import DELETED
from bot.delivery.outbox.rows import add_row, edits_key
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx, Workspace, statement


def mark_sent(tx: Tx, sending: Sending) -> bool:
    """Mark a row without a key as sent, by deleting it. False when another process took the row over."""
    row = _claimed_row(tx, sending)
    if row is None:
        return False
    if row.kind == "delete" and row.target_key is not None:
        _mark_target_deleted(tx, row)
    tx.sql.delete(row)
    return True


def note_posted(
    tx: Tx, sending: Sending, ts: str, channel: str | None, *, is_of_before: bool = False
) -> str | None:
    """Mark a keyed message as posted at `ts`; returns the `ts` that counts, if any.

    A message of before an absence is edited: it may show what the database of today does not know. The first report wins, also if another process holds the claim by now. A second message of that process is deleted.
    """
    row = tx.scalars(tx.locked(_row(sending.id))).one_or_none()
    if row is None or row.state in (OutboxState.FAILED, OutboxState.DROPPED):
        return None
    if row.state != OutboxState.SENT and (_holds_claim(row, sending) or _was_taken_over(row, sending)):
        if row.discreet or is_of_before:
            _give_full_text(tx, row, sending)
        row.state, row.payload, row.ts = OutboxState.SENT, None, ts
        row.channel = channel or row.channel
        row.lease_until = row.claimed_by = None
    return row.ts


def _give_full_text(tx: Tx, row: OutboxRow, sending: Sending) -> None:
    """Plan the edit that follows a discreet message, in the transaction that notes the message as posted.

    An edit that waits already carries the text of today, and is not overtaken by an older one.
    """
    assert row.key is not None
    of_theirs = tx.of(row.workspace)
    if of_theirs.scalar(_waiting_edit(row.workspace, row.key)) is None:
        add_row(
            of_theirs,
            kind="update",
            ordering_key=edits_key(row.ordering_key, row.key),
            target_key=row.key,
            channel=row.channel,
            payload=sending.payload,
            discreet=row.discreet,
        )


@statement
def _waiting_edit(workspace: Workspace, key: str) -> Select[int]:
    return select(OutboxRow.id).where(
        OutboxRow.of(workspace),
        OutboxRow.target_key == key,
        OutboxRow.kind == "update",
        OutboxRow.state == OutboxState.PENDING,
    )


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
