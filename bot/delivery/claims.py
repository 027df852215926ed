"""Claims: a sender takes rows of the outbox for a while. Each function needs one short transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    delete,
    not_,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from bot.delivery import rate_limits, token_pauses
from bot.delivery.outbox import method_of
from bot.delivery.outbox.rows import TABLE
from bot.delivery.rate_limits import Call, RateLimits
from bot.delivery.records import OutboxRow
from bot.delivery.sendable import IN_FLIGHT_GRACE, is_claimable, is_held_up
from bot.delivery.states import OutboxState
from bot.storage import BATCH, Tx, UnreadableText, Workspace, decrypt_value, is_process_dead, statement

# Longer than a look-up and a call to Slack may take: a row is in doubt only if its sender is dead or stuck.
LEASE = timedelta(seconds=30)
RETENTION = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Sending:
    """A claimed outbox row, with everything that the call to Slack needs."""

    id: int
    claim_count: int
    process_id: int
    workspace: Workspace
    kind: str
    method: str
    key: str | None
    # The key of the message itself, of the one that it edits, or of its thread.
    about: str
    thread_key: str | None
    channel: str | None
    user: str | None
    thread_ts: str | None
    target_ts: str | None
    payload: dict[str, Any]
    # No configured key decrypts the payload: the row fails, and holds up no other.
    unreadable: bool
    created_at: datetime
    started_before: datetime | None
    guarantee: str
    discreet: str | None
    attempts: int
    expired: bool
    lost_target: bool


def claim(tx: Tx, ids: list[int], process_id: int) -> list[Sending]:
    """Claim rows before they are sent. A crash after this commit leaves them in doubt.

    Rows stay pending if another process claimed them, another row must go first, or a rate limit is reached by now.
    """
    found = tx.rows(_to_claim(ids, tx.now, tx.now - IN_FLIGHT_GRACE)).all()
    stored = {row.id: payload for row, payload in found}
    rows = [row for row, _ in found]
    limits = RateLimits(tx, locked=True)
    limits.load([_call(row) for row in rows])
    going: list[OutboxRow] = []
    for row in rows:
        if not limits.wait(_call(row)):
            limits.take(_call(row))
            going.append(row)
    posted = _posted(tx, going)
    return [_claim_one(tx, row, process_id, posted, _payload(row, stored[row.id])) for row in going]


@statement
def _to_claim(ids: list[int], now: datetime, grace_over: datetime) -> Select[OutboxRow, str | None]:
    return (
        select(OutboxRow, type_coerce(OutboxRow.payload, Text))
        .where(OutboxRow.id.in_(ids), is_claimable(now, grace_over), ~is_held_up())
        .order_by(OutboxRow.id)
        .with_for_update(skip_locked=True)
    )


def _payload(row: OutboxRow, stored: str | None) -> dict[str, Any] | None:
    """The decrypted payload; None if no key decrypts it."""
    if stored is None:
        return {}
    try:
        payload: dict[str, Any] = decrypt_value(TABLE.c.payload, stored, (row.team_id, row.id))
    except UnreadableText:
        return None
    return payload


def _call(row: OutboxRow) -> Call:
    return Call(row.workspace, method_of(row), row.channel, row.background)


_Posted = dict[tuple[Workspace, str | None], OutboxRow]


def _posted(tx: Tx, rows: list[OutboxRow]) -> _Posted:
    """The messages that these rows reply to or edit."""
    wanted = {
        (row.team_id, key) for row in rows for key in (row.thread_key, row.target_key) if key is not None
    }
    if not wanted:
        return {}
    return {(row.workspace, row.key): row for row in tx.scalars(_keyed(sorted(wanted)))}


@statement
def _keyed(wanted: list[tuple[str, str]]) -> Select[OutboxRow]:
    return select(OutboxRow).where(tuple_(OutboxRow.team_id, OutboxRow.key).in_(wanted))


def _claim_one(
    tx: Tx, row: OutboxRow, process_id: int, posted: _Posted, payload: dict[str, Any] | None
) -> Sending:
    started_before = row.started_at
    row.state, row.claimed_by = OutboxState.SENDING, process_id
    row.claim_count += 1
    row.lease_until = tx.now + LEASE
    if row.claim_count == 1:
        # The start of the first attempt: a message in doubt is looked up from here on.
        row.started_at = tx.now
    thread = posted.get((row.workspace, row.thread_key)) if row.thread_key else None
    target = posted.get((row.workspace, row.target_key)) if row.target_key else None
    return Sending(
        id=row.id,
        claim_count=row.claim_count,
        process_id=process_id,
        workspace=row.workspace,
        kind=row.kind,
        method=method_of(row),
        key=row.key,
        about=row.key or row.target_key or row.thread_key or "",
        thread_key=row.thread_key,
        channel=(target.channel if target else row.channel),
        user=row.user,
        thread_ts=thread.ts if thread else None,
        target_ts=target.ts if target else (payload or {}).get("ts"),
        payload=payload or {},
        unreadable=payload is None,
        created_at=row.created_at,
        started_before=started_before,
        guarantee=row.guarantee,
        discreet=row.discreet,
        attempts=row.attempts,
        expired=row.expires_at is not None and row.expires_at <= tx.now,
        lost_target=bool(
            (row.thread_key and not (thread and thread.ts)) or (row.target_key and not (target and target.ts))
        ),
    )


def claimed_by_others(tx: Tx, process_id: int) -> bool:
    """Whether another process holds a claim whose lease has not run out."""
    return (
        tx.sql.scalar(select(OutboxRow.id).where(_is_claimed_by_another(tx, process_id)).limit(1)) is not None
    )


def expire_claims_of_dead_processes(tx: Tx, process_id: int) -> None:
    """End the leases of dead processes: their rows are in doubt from now on."""
    for other in tx.sql.scalars(
        select(OutboxRow.claimed_by).where(_is_claimed_by_another(tx, process_id)).distinct()
    ).all():
        if other is None or is_process_dead(tx, other):
            tx.sql.execute(
                update(OutboxRow)
                .where(
                    _is_claimed_by_another(tx, process_id),
                    OutboxRow.claimed_by.is_(None) if other is None else OutboxRow.claimed_by == other,
                )
                .values(lease_until=tx.now)
            )


def _is_claimed_by_another(tx: Tx, process_id: int) -> ColumnElement[bool]:
    return and_(
        OutboxRow.state == OutboxState.SENDING,
        OutboxRow.lease_until > tx.now,
        or_(OutboxRow.claimed_by.is_(None), OutboxRow.claimed_by != process_id),
    )


def on_clock_step(tx: Tx, by: timedelta) -> None:
    """After a clock step, shift pauses and leases, so that they keep their length."""
    for row in tx.sql.scalars(
        select(OutboxRow).where(OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING)))
    ):
        row.not_before += by
        row.lease_until = row.lease_until and row.lease_until + by
        row.started_at = row.started_at and row.started_at + by
    rate_limits.on_clock_step(tx, by)
    token_pauses.on_clock_step(tx, by)


def purge_done(tx: Tx, after: datetime | None = None) -> datetime | None:
    """Purge some finished rows after their retention period, the oldest first, and full rate-limit buckets.

    Returns the time from which to go on, so that rows which stay are looked at once; None after the last ones.
    """
    before = tx.now - RETENTION
    # A row with expires_at can still be edited until then, so keep it at least as long.
    expired = or_(OutboxRow.expires_at.is_(None), OutboxRow.expires_at < before)
    # Not the states that are done: SQLite would take their index, and read all that was ever sent.
    done = OutboxRow.state.not_in((OutboxState.PENDING, OutboxState.SENDING, OutboxState.LOST))
    # Without its `ts` a message with people's words could never be deleted.
    stands = and_(OutboxRow.holds_words, OutboxRow.state == OutboxState.SENT, OutboxRow.ts.is_not(None))
    wanted = select(OutboxRow.id, OutboxRow.created_at).where(
        OutboxRow.created_at < before, done, expired, not_(stands)
    )
    if after is not None:
        wanted = wanted.where(OutboxRow.created_at >= after)
    rows = tx.sql.execute(wanted.order_by(OutboxRow.created_at).limit(BATCH)).all()
    tx.change((delete(OutboxRow).where(OutboxRow.id.in_([row.id for row in rows])), {}))
    rate_limits.purge_full(tx)
    return rows[-1].created_at if len(rows) == BATCH else None
