"""Posting through the outbox: messages, Home views, and calls of Slack's reading methods."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from bot.delivery.message import Guarantee, Message
from bot.delivery.outbox.rows import NO_TARGET, _by_key, add_row, call_key, locked_by_key, payload_of
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx, Workspace, statement


def post(
    tx: Tx,
    channel: str,
    message: Message,
    *,
    key: str,
    thread: str | None = None,
    expires_at: datetime | None = None,
    guarantee: Guarantee = Guarantee.AT_LEAST_ONCE,
) -> None:
    """Post in a channel, or in the thread under the message that was posted with the key `thread`.

    A key is free again after Slack refused its message, or after somebody deleted it by hand (lost_messages.py).
    """
    free, returned = _slot_for(tx, key)
    if free:
        add_row(
            tx,
            kind="post",
            ordering_key=f"{channel}/{thread or key}",
            key=key,
            channel=channel,
            thread_key=thread,
            payload=payload_of(message),
            discreet=message.discreet,
            holds_words=message.holds_words,
            expires_at=expires_at,
            guarantee=guarantee,
            returned=returned,
        )


def post_dm(
    tx: Tx,
    user: str,
    message: Message,
    *,
    key: str,
    expires_at: datetime | None = None,
    guarantee: Guarantee = Guarantee.AT_LEAST_ONCE,
) -> None:
    """Send a private message to a person. A key is free again after somebody deleted the message by hand."""
    free, returned = _slot_for(tx, key, after_refusal=False)
    if free:
        add_row(
            tx,
            kind="direct",
            ordering_key=f"direct/{user}",
            key=key,
            user=user,
            payload=payload_of(message),
            discreet=message.discreet,
            holds_words=message.holds_words,
            expires_at=expires_at,
            guarantee=guarantee,
            returned=returned,
        )


def post_ephemeral(tx: Tx, channel: str, user: str, message: Message, *, thread: str | None = None) -> None:
    """Show a message in a channel or thread to one person only. Slack does not promise that it arrives.

    In a conversation with the bot itself (its channel id begins with D) it becomes an ordinary message.
    https://docs.slack.dev/reference/methods/chat.postEphemeral
    """
    add_row(
        tx,
        kind="direct" if channel.startswith("D") else "whisper",
        ordering_key=f"whisper/{user}",
        channel=channel,
        user=user,
        thread_key=thread,
        payload=payload_of(message),
        guarantee=Guarantee.AT_MOST_ONCE,
    )


def publish_home(tx: Tx, user: str, view: dict[str, Any], *, background: bool = False) -> None:
    """Show a new Home tab to a person. A view that still waits is replaced; once somebody waits for it, it stays so."""
    waiting = tx.scalars(tx.locked(_waiting_home(tx.workspace, user))).first()
    if waiting is not None:
        waiting.payload = {"view": view}
        waiting.background = waiting.background and background
        return
    add_row(
        tx,
        kind="home",
        ordering_key=f"home/{user}",
        user=user,
        payload={"view": view},
        background=background,
    )


def call_api(
    tx: Tx,
    method: str,
    arguments: dict[str, Any],
    *,
    answer: str,
    subject: str,
    about: dict[str, Any] | None = None,
    background: bool = False,
) -> None:
    """Call a reading method of Slack. The use case that is registered under the name `answer` gets the result.

    `about` comes back with the answer. `background`: nobody waits for it, as at night.
    """
    add_row(
        tx,
        kind="ask",
        asks=method,
        background=background,
        ordering_key=call_key(method, subject),
        payload={
            "method": method,
            "arguments": arguments,
            "answer": answer,
            "subject": subject,
            "about": about or {},
        },
    )


def _slot_for(tx: Tx, key: str, *, after_refusal: bool = True) -> tuple[bool, int]:
    """Whether a message may be posted under this key, and how often it was posted again before.

    A row that Slack refused, or whose message was deleted by hand, is removed for the new one.
    """
    row = _by_key(tx, key)
    if row is None or not _frees_key(row, after_refusal):
        return row is None, 0
    row = locked_by_key(tx, key)
    if row is None or not _frees_key(row, after_refusal):
        # Another process posted again under this key at the same moment.
        return row is None, 0
    returned = row.returned + (1 if row.state == OutboxState.LOST else 0)
    # A new row, not this one again: ids give the order, and another process may still hold a claim of this row.
    tx.sql.delete(row)
    tx.sql.flush()
    return True, returned


def _frees_key(row: OutboxRow, after_refusal: bool) -> bool:
    """Whether somebody deleted the message by hand, or Slack refused it or its thread."""
    refused = row.state == OutboxState.FAILED or (row.state == OutboxState.DROPPED and row.error == NO_TARGET)
    return row.state == OutboxState.LOST or (after_refusal and refused)


@statement
def _waiting_home(workspace: Workspace, user: str) -> Select[OutboxRow]:
    """A view that can still be replaced: the sender has not claimed it."""
    return select(OutboxRow).where(
        OutboxRow.of(workspace),
        OutboxRow.kind == "home",
        OutboxRow.state == OutboxState.PENDING,
        OutboxRow.user == user,
    )
