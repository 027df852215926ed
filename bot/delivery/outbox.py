"""Writing to the outbox. Nothing is sent here: a row is written in the caller's transaction.

Posting under a key that exists does nothing, so keys are deterministic ("session/<id>/phase/3/prompt") and a use
case that runs twice posts once. What Slack refused does not exist: under its key it is said anew. Edits of one message,
and Home views of one person, merge: the latest wins.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Insert, Select, Table, Update, and_, insert, or_, select
from sqlalchemy import delete as delete_rows
from sqlalchemy import update as sql_update

from bot.delivery.message import Guarantee, Message
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx, Workspace, belonging_to, statement

TOPIC = "outbox"
# Why a row was dropped that we took back ourselves, or that is of no use any more after somebody deleted it.
DELETED = "deleted"
# Why a row was dropped whose thread, or whose message to edit, was never posted.
NO_PLACE = "target"
METHODS = {
    "post": "chat.postMessage",
    "direct": "chat.postMessage",
    "whisper": "chat.postEphemeral",
    "update": "chat.update",
    "delete": "chat.delete",
    "home": "views.publish",
}


_ROWS = cast(Table, OutboxRow.__table__)
# Past the session: to write a record of its own down took it three times as long.
_INSERT: Insert = insert(_ROWS)


def post(
    tx: Tx,
    workspace: Workspace,
    channel: str,
    message: Message,
    *,
    key: str,
    thread: str | None = None,
    expires_at: datetime | None = None,
    at_worst: Guarantee = Guarantee.AT_LEAST_ONCE,
) -> None:
    """Posts in a channel, or in the thread under the message that was posted with the key `thread`.

    What was refused before, or deleted by hand and is of use (gone.py), is said anew with the words of now.
    """
    free, returned = _place_for(tx, workspace, key)
    if free:
        _add(
            tx,
            workspace,
            kind="post",
            lane=f"{channel}/{thread or key}",
            key=key,
            channel=channel,
            thread_key=thread,
            payload=_payload(message),
            expires_at=expires_at,
            at_worst=at_worst,
            returned=returned,
        )


def post_dm(
    tx: Tx,
    workspace: Workspace,
    user: str,
    message: Message,
    *,
    key: str,
    expires_at: datetime | None = None,
    at_worst: Guarantee = Guarantee.AT_LEAST_ONCE,
) -> None:
    """Sends a private message to a person."""
    if _by_key(tx, workspace, key) is None:
        _add(
            tx,
            workspace,
            kind="direct",
            lane=f"direct/{user}",
            key=key,
            user=user,
            payload=_payload(message),
            expires_at=expires_at,
            at_worst=at_worst,
        )


def update(tx: Tx, workspace: Workspace, key: str, message: Message) -> None:
    """Edits the message that was posted under a key. Without such a message nothing happens."""
    # What was changed through the session must be there before it is looked at past the session.
    tx.sql.flush()
    rows = tx.rows(_edited(workspace, key)).all()
    target = next((row for row in rows if row.key == key), None)
    if target is None or target.state in (OutboxState.FAILED, OutboxState.DROPPED, OutboxState.LOST):
        return
    refused = [row.id for row in rows if row.key != key and row.state == OutboxState.FAILED]
    if refused:
        # This one says what they could not say.
        tx.sql.execute(delete_rows(_ROWS).where(_ROWS.c.id.in_(refused)))
    # Never tried: what goes out first is the latest. Otherwise an edit that still waits becomes this one.
    unsent = target if target.state == OutboxState.PENDING and target.token == 0 else None
    edits = (row for row in rows if row.key != key and row.state == OutboxState.PENDING)
    waiting = unsent or next(edits, None)
    if waiting is not None:
        tx.change(_reword(waiting.id, _payload(message)))
        return
    _add(
        tx,
        workspace,
        kind="update",
        lane=target.lane,
        target_key=key,
        payload=_payload(message),
        at_worst=Guarantee.AT_LEAST_ONCE,
    )


@statement
def _edited(workspace: Workspace, key: str) -> Select[int, str | None, str, int, str]:
    """The message of a key, an edit of it that waits and those that were refused.

    They are as they stand once nobody else holds them: the sender may be claiming one this very moment. Every vote
    passes here, so the old text is left where it is.
    """
    ours = and_(_ROWS.c.team_id == workspace.team_id, _ROWS.c.enterprise_id == workspace.enterprise_id)
    edits_it: ColumnElement[bool] = and_(
        _ROWS.c.target_key == key,
        _ROWS.c.kind == "update",
        _ROWS.c.state.in_((OutboxState.PENDING, OutboxState.FAILED)),
    )
    return (
        select(_ROWS.c.id, _ROWS.c.key, _ROWS.c.state, _ROWS.c.token, _ROWS.c.lane)
        # The workspace stands on both sides: said once before them, SQLite reads the whole workspace's outbox.
        .where(or_(and_(ours, _ROWS.c.key == key), and_(ours, edits_it)))
        .with_for_update()
    )


@statement
def _reword(row: int, payload: dict[str, Any]) -> Update:
    return sql_update(_ROWS).where(_ROWS.c.id == row).values(payload=payload)


def delete(tx: Tx, workspace: Workspace, key: str) -> None:
    """Takes back the message that was posted under a key."""
    target = _locked(tx, workspace, key)
    if target is None or target.state in (OutboxState.FAILED, OutboxState.DROPPED):
        return
    if target.state == OutboxState.LOST or (target.state == OutboxState.PENDING and target.claim_count == 0):
        target.state, target.payload, target.error = OutboxState.DROPPED, None, DELETED
        return
    _add(
        tx,
        workspace,
        kind="delete",
        lane=target.ordering_key,
        target_key=key,
        at_worst=Guarantee.AT_LEAST_ONCE,
    )


def withdraw(tx: Tx, workspace: Workspace, *keys: str) -> None:
    """Takes away what stands in a thread whose first message is gone, so that it can be said in the new one."""
    for key in keys:
        row = _locked(tx, workspace, key)
        if row is None or row.state != OutboxState.SENT:
            # What is still to come finds the new thread by itself.
            continue
        lane, channel, ts = row.ordering_key, row.channel, row.ts
        tx.sql.delete(row)
        tx.sql.flush()
        _add(
            tx,
            workspace,
            kind="delete",
            lane=lane,
            channel=channel,
            payload={"ts": ts},
            at_worst=Guarantee.AT_LEAST_ONCE,
        )


def post_ephemeral(
    tx: Tx, workspace: Workspace, channel: str, user: str, message: Message, *, thread: str | None = None
) -> None:
    """Shows a message in a channel or thread to one person only. Slack does not promise that it arrives.

    In a conversation with the bot itself (a channel id that begins with D) it becomes an ordinary message.
    """
    _add(
        tx,
        workspace,
        kind="direct" if channel.startswith("D") else "whisper",
        lane=f"whisper/{user}",
        channel=channel,
        user=user,
        thread_key=thread,
        payload=_payload(message),
        at_worst=Guarantee.AT_MOST_ONCE,
    )


def publish_home(tx: Tx, workspace: Workspace, user: str, view: dict[str, Any]) -> None:
    """Shows a new Home tab to a person."""
    waiting = tx.scalars(tx.locked(_waiting_home(workspace, user))).first()
    if waiting is not None:
        waiting.payload = {"view": view}
        return
    _add(
        tx,
        workspace,
        kind="home",
        lane=f"home/{user}",
        user=user,
        payload={"view": view},
        at_worst=Guarantee.AT_LEAST_ONCE,
    )


def call_api(
    tx: Tx, workspace: Workspace, method: str, arguments: dict[str, Any], *, answer: str, subject: str
) -> None:
    """Calls a reading method of Slack; the result goes to the use case that is registered as `answer`."""
    _add(
        tx,
        workspace,
        kind="ask",
        asks=method,
        lane=f"ask/{method}/{subject}",
        payload={"method": method, "arguments": arguments, "answer": answer, "subject": subject},
        at_worst=Guarantee.AT_LEAST_ONCE,
    )


def channel_renamed(tx: Tx, workspace: Workspace, before: str, after: str) -> None:
    """A channel has another id from now on: what waits for it goes there, and what stands in it can still be edited."""
    of_it = (OutboxRow.of(workspace), OutboxRow.channel == before)
    tx.sql.execute(sql_update(OutboxRow).where(*of_it).values(channel=after))


def ts_of(tx: Tx, workspace: Workspace, key: str) -> str | None:
    """Where the message with this key stands in its channel; None while it has not been posted."""
    row = _by_key(tx, workspace, key)
    return row.ts if row else None


def is_live(tx: Tx, workspace: Workspace, key: str) -> bool:
    """Whether a message with this key is in its channel, or is still to come there."""
    row = _by_key(tx, workspace, key)
    return row is not None and row.state not in (OutboxState.FAILED, OutboxState.DROPPED)


def refused_keys(tx: Tx, workspace: Workspace, beginning: str) -> set[str]:
    """The keys, with a certain beginning, of what Slack refused to post or to edit; a later edit makes that good."""
    refused = or_(
        OutboxRow.state == OutboxState.FAILED,
        and_(OutboxRow.state == OutboxState.DROPPED, OutboxRow.error == NO_PLACE),
    )
    about = {"post": OutboxRow.key, "update": OutboxRow.target_key}
    found: set[str] = set()
    for kind, key in about.items():
        begins = key.startswith(beginning, autoescape=True)
        keys = tx.sql.scalars(
            select(key).where(OutboxRow.of(workspace), refused, OutboxRow.kind == kind, begins)
        )
        found.update(one for one in keys if one is not None)
    return found


def key_of(tx: Tx, workspace: Workspace, channel: str, ts: str) -> str | None:
    """The key under which we posted a message."""
    return tx.scalar(_key_of(workspace, channel, ts))


@statement
def _key_of(workspace: Workspace, channel: str, ts: str) -> Select[str | None]:
    return select(OutboxRow.key).where(
        OutboxRow.of(workspace), OutboxRow.channel == channel, OutboxRow.ts == ts
    )


def _payload(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": message.blocks}


def method_of(row: Any) -> str:
    """The method of the Web API that a row calls."""
    return METHODS.get(row.kind) or str(row.api_method)


def _add(tx: Tx, workspace: Workspace, *, lane: str, **values: Any) -> None:
    row = {
        "created_at": tx.now,
        "not_before": tx.now,
        "lane": lane if lane.startswith(f"{workspace.team_id}/") else f"{workspace.team_id}/{lane}",
        **values,
        **belonging_to(workspace),
    }
    tx.change((_INSERT, row))
    tx.wake(TOPIC)


def _by_key(tx: Tx, workspace: Workspace, key: str) -> OutboxRow | None:
    return tx.scalars(keyed(workspace, key)).one_or_none()


@statement
def keyed(workspace: Workspace, key: str) -> Select[OutboxRow]:
    """The row of a key."""
    return select(OutboxRow).where(OutboxRow.of(workspace), OutboxRow.key == key)


def _place_for(tx: Tx, workspace: Workspace, key: str) -> tuple[bool, int]:
    """Whether something may be posted under this key, and how often it was posted again before.

    What was refused, or deleted by hand, makes place for another row.
    """
    row = _by_key(tx, workspace, key)
    if row is None or not _makes_place(row):
        return row is None, 0
    row = _locked(tx, workspace, key)
    if row is None or not _makes_place(row):
        # Another process has said it anew in the same instant.
        return row is None, 0
    returned = row.returned + (1 if row.state == OutboxState.LOST else 0)
    # Not the same row again: its number gives the order, and a claim of it may still come to its end somewhere.
    tx.sql.delete(row)
    tx.sql.flush()
    return True, returned


def _makes_place(row: OutboxRow) -> bool:
    """Refused by Slack, or because what it belongs under was, or deleted by hand."""
    return row.state in (OutboxState.FAILED, OutboxState.LOST) or (
        row.state == OutboxState.DROPPED and row.error == NO_PLACE
    )


def _locked(tx: Tx, workspace: Workspace, key: str) -> OutboxRow | None:
    """The row of a key, as it is once nobody else holds it: the sender may be claiming it this very moment."""
    return tx.scalars(tx.locked(keyed(workspace, key))).one_or_none()


@statement
def _waiting_home(workspace: Workspace, user: str) -> Select[OutboxRow]:
    """A view that can still be changed; one that the sender has just claimed is no longer among them."""
    return select(OutboxRow).where(
        OutboxRow.of(workspace),
        OutboxRow.kind == "home",
        OutboxRow.state == OutboxState.PENDING,
        OutboxRow.user == user,
    )
