"""Rows of the outbox: how one is written, and how the row of a key is found."""

from typing import Any, cast

from sqlalchemy import Insert, Select, Table, TextClause, insert, select, text

from bot.delivery.message import Guarantee, Message
from bot.delivery.records import OutboxRow
from bot.storage import Tx, Workspace, belonging_to, seal_values, statement

TOPIC = "outbox"
# Why a row was dropped: the message was deleted, by the bot itself or by hand while it was of no use any more.
DELETED = "deleted"
# Why a row was dropped: its thread, or the message that it edits, was never posted.
NO_TARGET = "target"
METHODS = {
    "post": "chat.postMessage",
    "direct": "chat.postMessage",
    "whisper": "chat.postEphemeral",
    "update": "chat.update",
    "delete": "chat.delete",
    "home": "views.publish",
}

TABLE = cast(Table, OutboxRow.__table__)
# A Core insert: writing a record through the session took three times as long.
_INSERT: Insert = insert(TABLE)
# The payload is bound to the id of its row, so the id is taken before.
_NEXT_ID: dict[str, TextClause] = {
    "sqlite": text("SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'outbox'"),
    "postgresql": text("SELECT nextval(pg_get_serial_sequence('outbox', 'id'))"),
}


def add_row(
    tx: Tx,
    *,
    ordering_key: str,
    guarantee: Guarantee = Guarantee.AT_LEAST_ONCE,
    **values: Any,
) -> None:
    """Write an outbox row and wake the sender. Rows of one ordering key are sent in the order of their ids."""
    row = {
        "created_at": tx.now,
        "not_before": tx.now,
        # These are the names of the columns; the record has other ones.
        "lane": in_workspace(tx.workspace, ordering_key),
        "at_worst": guarantee,
        **values,
        **belonging_to(tx.workspace),
    }
    if row.get("payload") is not None:
        row = seal_values(tx.sql, TABLE, {**row, "id": next_id(tx)})
    tx.change((_INSERT, row))
    tx.wake(TOPIC)


def next_id(tx: Tx) -> int:
    """The id of the row that is written next."""
    return int(tx.sql.scalar(_NEXT_ID[tx.dialect]) or 0)


def in_workspace(workspace: Workspace, ordering_key: str) -> str:
    """An ordering key as it is stored."""
    return (
        ordering_key
        if ordering_key.startswith(f"{workspace.team_id}/")
        else f"{workspace.team_id}/{ordering_key}"
    )


def payload_of(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": message.blocks}


def call_key(method: str, subject: str) -> str:
    """The ordering key of the calls of a reading method about one subject."""
    return f"ask/{method}/{subject}"


def edits_key(ordering_key: str, key: str) -> str:
    """The ordering key for edits of a discreet message: one that Slack refuses for long holds up no other message."""
    return f"{ordering_key}/edit/{key}"


def method_of(row: Any) -> str:
    """The Web API method that a row calls."""
    return METHODS.get(row.kind) or str(row.api_method)


@statement
def keyed(workspace: Workspace, key: str) -> Select[OutboxRow]:
    """The row of a key."""
    return select(OutboxRow).where(OutboxRow.of(workspace), OutboxRow.key == key)


def _by_key(tx: Tx, key: str) -> OutboxRow | None:
    return tx.scalars(keyed(tx.workspace, key)).one_or_none()


def locked_by_key(tx: Tx, key: str) -> OutboxRow | None:
    """The row of a key, locked and read again: the sender may be claiming it at this moment."""
    return tx.scalars(tx.locked(keyed(tx.workspace, key))).one_or_none()
