"""Queries on the outbox: where a message stands, and which ones Slack refused."""

from sqlalchemy import Select, and_, or_, select

from bot.delivery.outbox.rows import NO_TARGET, _by_key, call_key, in_workspace
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx, Workspace, statement


def ts_of(tx: Tx, key: str) -> str | None:
    """The time stamp (`ts`) of the message with this key; None while it has not been posted."""
    row = _by_key(tx, key)
    return row.ts if row else None


def is_live(tx: Tx, key: str) -> bool:
    """Whether a message with this key is in its channel, or is still to be posted."""
    row = _by_key(tx, key)
    return row is not None and row.state not in (OutboxState.FAILED, OutboxState.DROPPED)


def is_call_waiting(tx: Tx, method: str, subject: str) -> bool:
    """Whether a reading method is still to be called about this subject."""
    return tx.scalar(_waiting_call(in_workspace(tx.workspace, call_key(method, subject)))) is not None


@statement
def _waiting_call(ordering_key: str) -> Select[int]:
    under_way = (OutboxState.PENDING, OutboxState.SENDING)
    wanted = select(OutboxRow.id).where(OutboxRow.ordering_key == ordering_key)
    return wanted.where(OutboxRow.state.in_(under_way)).limit(1)


def live_keys(tx: Tx, prefix: str) -> set[str]:
    """The keys with this prefix whose message is in its channel, or is still to be posted."""
    gone = (OutboxState.FAILED, OutboxState.DROPPED, OutboxState.LOST)
    begins = OutboxRow.key.startswith(prefix, autoescape=True)
    keys = tx.sql.scalars(
        select(OutboxRow.key).where(OutboxRow.of(tx.workspace), begins, OutboxRow.state.not_in(gone))
    )
    return {key for key in keys if key is not None}


def refused_keys(tx: Tx, prefix: str) -> set[str]:
    """The keys with this prefix whose post, edit or deletion Slack refused. A later edit or deletion clears the refusal."""
    refused = or_(
        OutboxRow.state == OutboxState.FAILED,
        and_(OutboxRow.state == OutboxState.DROPPED, OutboxRow.error == NO_TARGET),
    )
    about = {"post": OutboxRow.key, "update": OutboxRow.target_key, "delete": OutboxRow.target_key}
    found: set[str] = set()
    for kind, key in about.items():
        begins = key.startswith(prefix, autoescape=True)
        keys = tx.sql.scalars(
            select(key).where(OutboxRow.of(tx.workspace), refused, OutboxRow.kind == kind, begins)
        )
        found.update(one for one in keys if one is not None)
    return found


def key_of(tx: Tx, channel: str, ts: str) -> str | None:
    """The key under which the bot posted a message."""
    return tx.scalar(_key_of(tx.workspace, channel, ts))


@statement
def _key_of(workspace: Workspace, channel: str, ts: str) -> Select[str | None]:
    return select(OutboxRow.key).where(
        OutboxRow.of(workspace), OutboxRow.channel == channel, OutboxRow.ts == ts
    )
