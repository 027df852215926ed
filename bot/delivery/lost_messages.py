"""A message of ours that somebody deleted by hand: the rooms hear of it, and say it again while it is of use.

An event tells it, an edit that Slack refuses, or a look at the thread before a reply. What we took back ourselves is no
loss. Each return follows upon a deed of somebody; where a program deletes, it has the last word after a few times.
"""

from sqlalchemy import select

from bot import events
from bot.delivery import outbox
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.events import MessageLost
from bot.jobs import queue
from bot.storage import Tx, Workspace

MAX_RETURNS = 5


def on_message_deleted(tx: Tx, workspace: Workspace, channel: str, ts: str) -> None:
    """Slack tells that a message was deleted."""
    key = outbox.key_of(tx, workspace, channel, ts)
    if key is not None:
        mark_lost(tx, workspace, key, ts, told=True)


def mark_lost(tx: Tx, workspace: Workspace, key: str, ts: str | None, *, told: bool) -> None:
    """A message no longer stands at `ts`. Until a room has said what holds, what belongs under it waits.

    One that was posted again in the meantime stands elsewhere, and is not missed.
    """
    row = tx.scalars(tx.locked(outbox.keyed(workspace, key))).one_or_none()
    if row is None or row.kind != "post" or row.state != OutboxState.SENT or row.ts != ts:
        return
    if _we_take_it_back(tx, workspace, key):
        return
    row.ts = None
    if row.returned >= MAX_RETURNS:
        row.state, row.error = OutboxState.DROPPED, outbox.DELETED
        return
    row.state = OutboxState.LOST
    events.publish(tx, workspace, MessageLost(key, told))


def on_message_lost(tx: Tx, workspace: Workspace, event: MessageLost) -> None:
    """After every room was asked: what none of them said again is of no use any more."""
    row = tx.scalars(tx.locked(outbox.keyed(workspace, event.key))).one_or_none()
    if row is not None and row.state == OutboxState.LOST:
        row.state, row.error = OutboxState.DROPPED, outbox.DELETED
        # What waited beneath it need not wait any more.
        tx.wake(outbox.TOPIC)


def _we_take_it_back(tx: Tx, workspace: Workspace, key: str) -> bool:
    waits = select(OutboxRow.id).where(
        OutboxRow.of(workspace),
        OutboxRow.target_key == key,
        OutboxRow.kind == "delete",
        OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING)),
    )
    return tx.sql.scalars(waits).first() is not None


# After all rooms: app.py puts it last.
DUE: dict[str, queue.Handler] = events.on(MessageLost, on_message_lost)
