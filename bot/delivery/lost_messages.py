"""Lost messages: bot messages that were deleted by hand. Rooms get a MessageLost event, and may post them again.

A message_deleted event, a refused edit, or the check of a thread before a reply shows the loss. Deletions by the bot
itself don't count. After MAX_RETURNS a message stays deleted, in case a program deletes it each time.
"""

from sqlalchemy import select

from bot import events
from bot.delivery import outbox
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.events import MessageLost
from bot.jobs import queue
from bot.storage import Tx

MAX_RETURNS = 5


def on_message_deleted(tx: Tx, channel: str, ts: str) -> None:
    """Handle Slack's message_deleted event. https://docs.slack.dev/reference/events/message/message_deleted"""
    key = outbox.key_of(tx, channel, ts)
    if key is not None:
        mark_lost(tx, key, ts, told=True)


def mark_lost(tx: Tx, key: str, ts: str | None, *, told: bool) -> None:
    """Mark the message at `ts` as lost and publish MessageLost. Its replies wait until the rooms have handled the event.

    Nothing happens if the message was posted again in the meantime, with another `ts`.
    """
    row = tx.scalars(tx.locked(outbox.keyed(tx.workspace, key))).one_or_none()
    if row is None or row.kind not in ("post", "direct") or row.state != OutboxState.SENT or row.ts != ts:
        return
    if _is_being_deleted(tx, key):
        return
    row.ts = None
    if row.returned >= MAX_RETURNS:
        row.state, row.error = OutboxState.DROPPED, outbox.DELETED
        return
    row.state = OutboxState.LOST
    events.publish(tx, MessageLost(key, told))


def on_message_lost(tx: Tx, event: MessageLost) -> None:
    """Drop a lost message that no room has posted again. Runs after the handlers of all rooms."""
    row = tx.scalars(tx.locked(outbox.keyed(tx.workspace, event.key))).one_or_none()
    if row is not None and row.state == OutboxState.LOST:
        row.state, row.error = OutboxState.DROPPED, outbox.DELETED
        # Its replies need not wait any more.
        tx.wake(outbox.TOPIC)


def _is_being_deleted(tx: Tx, key: str) -> bool:
    waits = select(OutboxRow.id).where(
        OutboxRow.of(tx.workspace),
        OutboxRow.target_key == key,
        OutboxRow.kind == "delete",
        OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING)),
    )
    return tx.sql.scalars(waits).first() is not None


# app.py runs it after the handlers of all rooms.
JOBS: dict[str, queue.Handler] = events.on(MessageLost, on_message_lost)
