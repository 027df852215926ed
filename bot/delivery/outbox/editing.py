"""Editing, deleting and discarding messages through the outbox."""

from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Update, and_, or_, select
from sqlalchemy import delete as sql_delete
from sqlalchemy import update as sql_update

from bot.delivery.message import Message
from bot.delivery.outbox.rows import DELETED, TABLE, add_row, edits_key, locked_by_key, payload_of
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx, Workspace, seal_values, statement


def update(tx: Tx, key: str, message: Message) -> None:
    """Edit the message that was posted under a key. Without such a message nothing happens."""
    # The query below bypasses the session, so pending changes must be in the database first.
    tx.sql.flush()
    rows = tx.rows(_message_and_edits(tx.workspace, key)).all()
    target = next((row for row in rows if row.key == key), None)
    if target is None or target.state in (OutboxState.FAILED, OutboxState.DROPPED, OutboxState.LOST):
        return
    refused = [row.id for row in rows if row.key != key and row.state == OutboxState.FAILED]
    if refused:
        # This edit carries all that the refused ones should have shown.
        tx.sql.execute(sql_delete(TABLE).where(TABLE.c.id.in_(refused)))
    # A post that was never claimed takes the new text itself; otherwise an edit that still waits takes it.
    unsent = target if target.state == OutboxState.PENDING and target.claim_count == 0 else None
    # Words may come with an edit: from then on the message goes with them, and is posted without telling them.
    discreet = target.discreet or (message.discreet if unsent else None)
    holds_words = target.holds_words or message.holds_words
    if (discreet, holds_words) != (target.discreet, target.holds_words):
        tx.change(_mark_words(target.id, discreet, holds_words=holds_words))
    edits = (row for row in rows if row.key != key and row.state == OutboxState.PENDING)
    waiting = unsent or next(edits, None)
    if waiting is not None:
        row = {"id": waiting.id, "team_id": tx.workspace.team_id, "payload": payload_of(message)}
        tx.change(_replace_payload(waiting.id, seal_values(tx.sql, TABLE, row)["payload"]))
        return
    add_row(
        tx,
        kind="update",
        ordering_key=edits_key(target.ordering_key, key) if target.discreet else target.ordering_key,
        target_key=key,
        discreet=target.discreet,
        # The sender takes turns between channels.
        channel=target.channel,
        payload=payload_of(message),
    )


@statement
def _message_and_edits(
    workspace: Workspace, key: str
) -> Select[int, str | None, str, int, str, str | None, str | None, bool]:
    """The message of a key with its waiting and its refused edits, all locked against the sender.

    Every vote runs this query, so it leaves the encrypted payloads out.
    """
    ours = TABLE.c.team_id == workspace.team_id
    edits_it: ColumnElement[bool] = and_(
        TABLE.c.target_key == key,
        TABLE.c.kind == "update",
        TABLE.c.state.in_((OutboxState.PENDING, OutboxState.FAILED)),
    )
    return (
        select(
            TABLE.c.id,
            TABLE.c.key,
            TABLE.c.state,
            TABLE.c.token.label("claim_count"),
            TABLE.c.lane.label("ordering_key"),
            TABLE.c.channel,
            TABLE.c.discreet,
            TABLE.c.holds_words,
        )
        # The workspace stands on both sides of the OR: before it, SQLite reads the outbox of the whole workspace.
        .where(or_(and_(ours, TABLE.c.key == key), and_(ours, edits_it)))
        .with_for_update()
    )


@statement
def _mark_words(row: int, discreet: str | None, *, holds_words: bool) -> Update:
    return sql_update(TABLE).where(TABLE.c.id == row).values(discreet=discreet, holds_words=holds_words)


@statement
def _replace_payload(row: int, payload: Any) -> Update:
    return sql_update(TABLE).where(TABLE.c.id == row).values(payload=payload)


def delete(tx: Tx, key: str) -> None:
    """Delete the message that was posted under a key. A post that still waits is dropped."""
    target = locked_by_key(tx, key)
    if target is None or target.state in (OutboxState.FAILED, OutboxState.DROPPED):
        return
    if target.state == OutboxState.LOST or (target.state == OutboxState.PENDING and target.claim_count == 0):
        target.state, target.payload, target.error = OutboxState.DROPPED, None, DELETED
        return
    tx.change(_forget_refused_deletions(tx.workspace, key))
    add_row(tx, kind="delete", ordering_key=target.ordering_key, target_key=key, channel=target.channel)


@statement
def _forget_refused_deletions(workspace: Workspace, key: str) -> Delete:
    return sql_delete(TABLE).where(
        TABLE.c.team_id == workspace.team_id,
        TABLE.c.target_key == key,
        TABLE.c.kind == "delete",
        TABLE.c.state == OutboxState.FAILED,
    )


def withdraw(tx: Tx, *keys: str) -> None:
    """Delete replies in a thread that lost its first message, and free their keys for the new thread."""
    for key in keys:
        row = locked_by_key(tx, key)
        if row is None or row.state != OutboxState.SENT:
            # A reply that is not sent yet goes to the new thread by itself.
            continue
        ordering_key, channel, ts = row.ordering_key, row.channel, row.ts
        tx.sql.delete(row)
        tx.sql.flush()
        # In a line of its own: behind a reply that waits for the new thread it would hold up what begins that thread.
        line = edits_key(ordering_key, key)
        add_row(tx, kind="delete", ordering_key=line, channel=channel, payload={"ts": ts})


def discard_pending(tx: Tx, thread: str, prefixes: tuple[str, ...], *, ephemeral: bool = False) -> set[str]:
    """Drop the outdated posts that wait for a thread: those whose key has one of the prefixes.

    With `ephemeral`, its ephemeral messages go too. Returns the keys of the dropped posts. A row that is being sent or is
    in doubt may have been posted already: it expires instead, so a later attempt finds it or drops it.
    """
    dropped: set[str] = set()
    for row in tx.scalars(tx.locked(_waiting_in(tx.workspace, thread))):
        if not (ephemeral if row.key is None else row.key.startswith(prefixes)):
            continue
        if row.state == OutboxState.PENDING and row.claim_count == 0:
            row.state, row.payload, row.error = OutboxState.DROPPED, None, "outdated"
            dropped.add(row.key or "")
        else:
            row.expires_at = tx.now
    return dropped


@statement
def _waiting_in(workspace: Workspace, thread: str) -> Select[OutboxRow]:
    return (
        select(OutboxRow)
        .where(
            OutboxRow.of(workspace),
            OutboxRow.thread_key == thread,
            OutboxRow.kind.in_(("post", "whisper")),
            OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING)),
        )
        .order_by(OutboxRow.id)
    )


def channel_renamed(tx: Tx, before: str, after: str) -> None:
    """Move all rows of a channel to its new id: waiting messages go there, and sent ones can still be edited."""
    of_channel = (OutboxRow.of(tx.workspace), OutboxRow.channel == before)
    tx.sql.execute(sql_update(OutboxRow).where(*of_channel).values(channel=after))
