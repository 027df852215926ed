"""The bot's own messages with people's words: found by their keys, and deleted when these words go."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from bot.delivery.message import Message
from bot.delivery.outbox.editing import delete, update
from bot.delivery.outbox.rows import add_row, edits_key, locked_by_key
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx

# No SQL statement holds more conditions than this.
_AT_ONCE = 50


def keys_with_words(
    tx: Tx,
    *,
    to: str | None = None,
    channel_prefixes: Collection[str] = (),
    private_prefixes: Collection[str] = (),
) -> list[str]:
    """The keys of messages with people's words that stand in Slack or are on their way there, the oldest first.

    All that went in private to a person, with words or without, those in a channel whose key is one of the prefixes or goes on from it, and those in private
    to anybody whose key does.
    """
    conditions: list[ColumnElement[bool]] = [] if to is None else [_is_private_to(to)]
    conditions += [_begins(prefix, "post") for prefix in channel_prefixes]
    conditions += [_begins(prefix, "direct") for prefix in private_prefixes]
    found: dict[str, None] = {}
    for first in range(0, len(conditions), _AT_ONCE):
        wanted = select(OutboxRow.key).where(_stands(tx), or_(*conditions[first : first + _AT_ONCE]))
        found.update(dict.fromkeys(key for key in tx.sql.scalars(wanted.order_by(OutboxRow.id)) if key))
    return list(found)


def _begins(prefix: str, kind: str) -> ColumnElement[bool]:
    goes_on = OutboxRow.key.startswith(f"{prefix}/", autoescape=True)
    return and_(OutboxRow.holds_words, OutboxRow.kind == kind, or_(OutboxRow.key == prefix, goes_on))


def _is_private_to(user: str) -> ColumnElement[bool]:
    return and_(OutboxRow.user == user, OutboxRow.kind == "direct", OutboxRow.key.is_not(None))


def old_keys_with_words(tx: Tx, channel: str, before: datetime, at_most: int) -> list[str]:
    """The keys of a channel's messages with people's words from before a moment, the oldest first.

    One whose deletion Slack refused is left out while that refusal is known: at night it would be refused again.
    """
    wanted = (
        select(OutboxRow.key)
        .where(
            _stands(tx),
            OutboxRow.holds_words,
            OutboxRow.channel == channel,
            OutboxRow.created_at < before,
            ~_has_deletion(OutboxState.FAILED),
        )
        .order_by(OutboxRow.id)
        .limit(at_most)
    )
    return [key for key in tx.sql.scalars(wanted) if key is not None]


def old_private_keys_with_words(tx: Tx, before: datetime) -> list[str]:
    """The keys of the private messages of sessions with people's words from before a moment, the oldest first."""
    return _old_private_keys(tx, before, OutboxRow.key.startswith("session/"))


def old_letters_with_words(
    tx: Tx, before: datetime, users: Collection[str], kept: Collection[str]
) -> list[str]:
    """The keys of other private messages with people's words to these people from before a moment, the oldest first.

    `kept`: the beginnings of keys that stay.
    """
    stays = [OutboxRow.key.startswith(beginning) for beginning in ("session/", *kept)]
    return _old_private_keys(tx, before, and_(OutboxRow.user.in_(users), ~or_(*stays)))


def _old_private_keys(tx: Tx, before: datetime, condition: ColumnElement[bool]) -> list[str]:
    wanted = (
        select(OutboxRow.key)
        .where(
            _stands(tx),
            OutboxRow.holds_words,
            OutboxRow.kind == "direct",
            OutboxRow.created_at < before,
            condition,
            ~_has_deletion(OutboxState.FAILED),
        )
        .order_by(OutboxRow.id)
    )
    return [key for key in tx.sql.scalars(wanted) if key is not None]


def remove_words(tx: Tx, keys: Collection[str], instead: Message) -> None:
    """Delete these messages. One with replies of the bot beneath it is edited to `instead`: the thread stays.

    The sender spreads the calls over time, and takes them up again after a crash.
    """
    for key in keys:
        row = locked_by_key(tx, key)
        if row is None:
            continue
        if _has_replies(tx, row):
            row.holds_words = False
            update(tx, key, instead)
        else:
            delete(tx, key)


def _has_replies(tx: Tx, row: OutboxRow) -> bool:
    replies = select(OutboxRow.id).where(
        OutboxRow.ordering_key == row.ordering_key, OutboxRow.thread_key == row.key
    )
    return row.kind == "post" and tx.sql.scalars(replies.limit(1)).first() is not None


def note_standing(tx: Tx, key: str, channel: str, ts: str, *, thread: str | None = None) -> None:
    """Note where a message of before stands, as if it had been kept since; a duplicate of a known one is deleted.

    Which messages of before hold words nobody knows, so this one does. Its time is that of Slack: a term counts from there.
    """
    row = locked_by_key(tx, key)
    if row is None:
        add_row(
            tx,
            kind="post",
            ordering_key=f"{channel}/{thread or key}",
            key=key,
            channel=channel,
            thread_key=thread,
            state=OutboxState.SENT,
            ts=ts,
            holds_words=True,
            created_at=datetime.fromtimestamp(float(ts), UTC),
        )
    elif row.state == OutboxState.SENT and row.ts != ts:
        line = edits_key(row.ordering_key, key)
        add_row(tx, kind="delete", ordering_key=line, channel=channel, payload={"ts": ts})


def is_removal_waiting(tx: Tx, prefix: str) -> bool:
    """Whether messages whose key goes on from this prefix are still to be deleted or emptied."""
    wanted = select(OutboxRow.id).where(
        OutboxRow.of(tx.workspace),
        OutboxRow.kind.in_(("delete", "update")),
        OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING)),
        OutboxRow.target_key.startswith(f"{prefix}/", autoescape=True),
    )
    return tx.sql.scalars(wanted.limit(1)).first() is not None


def undeletable(tx: Tx, keys: Collection[str]) -> set[str]:
    """Which of these messages Slack did not let the bot delete."""
    found: set[str] = set()
    known = list(keys)
    for first in range(0, len(known), _AT_ONCE):
        wanted = select(OutboxRow.target_key).where(
            OutboxRow.of(tx.workspace),
            OutboxRow.kind == "delete",
            OutboxRow.state == OutboxState.FAILED,
            OutboxRow.target_key.in_(known[first : first + _AT_ONCE]),
        )
        found.update(key for key in tx.sql.scalars(wanted) if key is not None)
    return found


def _stands(tx: Tx) -> ColumnElement[bool]:
    """Posted or still to be posted, and nothing waits that takes it away."""
    gone = (OutboxState.FAILED, OutboxState.DROPPED, OutboxState.LOST)
    return and_(
        OutboxRow.of(tx.workspace),
        OutboxRow.kind.in_(("post", "direct")),
        OutboxRow.state.not_in(gone),
        ~_has_deletion(OutboxState.PENDING, OutboxState.SENDING),
    )


def _has_deletion(*states: OutboxState) -> ColumnElement[bool]:
    deletion = aliased(OutboxRow)
    return (
        select(deletion.id)
        .where(
            deletion.team_id == OutboxRow.team_id,
            deletion.target_key == OutboxRow.key,
            deletion.kind == "delete",
            deletion.state.in_(states),
        )
        .exists()
    )
