"""The outbox as the sender sees it: claim, settle, give back. Each function runs in one short transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import aliased

from bot.delivery.records import OutboxRow
from bot.storage import Tx, Workspace

# A claim lasts longer than a call to Slack may take, so that a row is in doubt only when its sender has died.
LEASE = timedelta(seconds=30)
# After the lease: as long as a request may still be under way after its sender died.
SETTLING = timedelta(seconds=20)
IN_FLIGHT = 20
KEPT_FOR = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Sending:
    """A claimed row with everything that its call needs."""

    id: int
    token: int
    workspace: Workspace
    kind: str
    key: str | None
    channel: str | None
    user: str | None
    thread_ts: str | None
    target_ts: str | None
    payload: dict[str, Any]
    started_before: datetime | None
    at_worst: str
    tries: int
    expired: bool
    lost_target: bool

    @property
    def method(self) -> str:
        return METHODS.get(self.kind) or str(self.payload["method"])


METHODS = {
    "post": "chat.postMessage",
    "direct": "chat.postMessage",
    "whisper": "chat.postEphemeral",
    "update": "chat.update",
    "delete": "chat.delete",
    "home": "views.publish",
}


def ready(tx: Tx) -> list[tuple[int, str, str, str | None]]:
    """Rows that may go now, the first of each lane: (id, team, kind, channel)."""
    rows = tx.sql.execute(
        select(OutboxRow.id, OutboxRow.team_id, OutboxRow.kind, OutboxRow.channel)
        .where(_claimable(tx.now), ~_blocked())
        .order_by(OutboxRow.id)
        .limit(IN_FLIGHT * 5)
    )
    return [(row.id, row.team_id, row.kind, row.channel) for row in rows]


def _blocked() -> Any:
    """Something must go first: what is ahead in the lane, or the message whose thread it belongs in."""
    first = aliased(OutboxRow)
    unsettled = select(first.id).where(first.state.in_(("pending", "sending")))
    ahead = unsettled.where(first.lane == OutboxRow.lane, first.id < OutboxRow.id)
    # A whisper has a lane of its own: a person is not kept waiting for what goes to everybody.
    above = unsettled.where(
        first.team_id == OutboxRow.team_id,
        first.enterprise_id == OutboxRow.enterprise_id,
        first.key == OutboxRow.thread_key,
    )
    return or_(ahead.exists(), above.exists())


def _claimable(now: datetime) -> Any:
    return or_(
        and_(OutboxRow.state == "pending", OutboxRow.not_before <= now),
        and_(OutboxRow.state == "sending", OutboxRow.lease_until <= now - SETTLING),
    )


def claim(tx: Tx, ids: list[int]) -> list[Sending]:
    """Writes down that these are being sent, before they are: a crash from here on leaves a row in doubt."""
    rows = tx.sql.scalars(
        select(OutboxRow)
        .where(OutboxRow.id.in_(ids), _claimable(tx.now))
        .order_by(OutboxRow.id)
        .with_for_update(skip_locked=True)
    ).all()
    return [_claim_one(tx, row) for row in rows]


def _claim_one(tx: Tx, row: OutboxRow) -> Sending:
    started_before = row.started_at
    row.state = "sending"
    row.token += 1
    row.lease_until = tx.now + LEASE
    if row.token == 1:
        # While it is in doubt this stays the moment from which it may have been posted.
        row.started_at = tx.now
    thread = _posted(tx, row, row.thread_key)
    target = _posted(tx, row, row.target_key)
    return Sending(
        id=row.id,
        token=row.token,
        workspace=row.workspace,
        kind=row.kind,
        key=row.key,
        channel=(target.channel if target else row.channel),
        user=row.user,
        thread_ts=thread.ts if thread else None,
        target_ts=target.ts if target else None,
        payload=row.payload or {},
        started_before=started_before,
        at_worst=row.at_worst,
        tries=row.tries,
        expired=row.expires_at is not None and row.expires_at <= tx.now,
        lost_target=bool(
            (row.thread_key and not (thread and thread.ts)) or (row.target_key and not (target and target.ts))
        ),
    )


def _posted(tx: Tx, row: OutboxRow, key: str | None) -> OutboxRow | None:
    if key is None:
        return None
    return tx.sql.scalars(
        select(OutboxRow).where(OutboxRow.of(row.workspace), OutboxRow.key == key)
    ).one_or_none()


def sent(tx: Tx, sending: Sending, ts: str | None, channel: str | None) -> bool:
    """Writes down that it arrived. False when somebody else had taken the row over in the meantime."""
    row = _mine(tx, sending)
    if row is None:
        return False
    if row.kind in ("post", "direct") and row.key:
        row.state, row.payload, row.ts = "sent", None, ts
        row.channel = channel or row.channel
        row.lease_until = None
    else:
        tx.sql.delete(row)
    return True


def give_back(tx: Tx, sending: Sending, wait: timedelta) -> None:
    """Certainly not sent: it may go again after a wait."""
    row = _mine(tx, sending)
    if row is not None:
        row.state, row.lease_until, row.token = "pending", None, row.token - 1
        row.started_at = sending.started_before
        row.tries += 1
        row.not_before = tx.now + wait


def in_doubt(tx: Tx, sending: Sending) -> None:
    """Perhaps sent: after the settling time it is looked up before it goes again."""
    row = _mine(tx, sending)
    if row is not None:
        row.lease_until = tx.now
        row.tries += 1


def give_up(tx: Tx, sending: Sending, state: str, problem: str) -> None:
    """It will not be sent: dropped because it no longer makes sense, or failed."""
    row = _mine(tx, sending)
    if row is not None:
        row.state, row.payload, row.problem = state, None, problem[:80]
        row.lease_until = None


def _mine(tx: Tx, sending: Sending) -> OutboxRow | None:
    return tx.sql.scalars(
        select(OutboxRow)
        .where(OutboxRow.id == sending.id, OutboxRow.token == sending.token, OutboxRow.state == "sending")
        .with_for_update()
    ).one_or_none()


def next_at(tx: Tx) -> datetime | None:
    """When the earliest waiting row may go, or the earliest claim runs out."""
    pending = tx.sql.scalar(
        select(func.min(OutboxRow.not_before)).where(OutboxRow.state == "pending", ~_blocked())
    )
    leased = tx.sql.scalar(select(func.min(OutboxRow.lease_until)).where(OutboxRow.state == "sending"))
    moments = [m for m in (pending, leased + SETTLING if leased else None) if m is not None]
    return min(moments) if moments else None


def prune(tx: Tx) -> None:
    """Forgets rows that nobody will edit any more."""
    tx.sql.execute(
        delete(OutboxRow).where(
            OutboxRow.state.in_(("sent", "failed", "dropped")), OutboxRow.created_at < tx.now - KEPT_FOR
        )
    )
