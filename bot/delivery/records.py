"""The outbox: what must be sent, and which message was posted under which key."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.delivery.states import OUTBOX_STATES, OutboxState
from bot.storage import Base, EncryptedJson, InWorkspace, StateOf, UtcDateTime


class OutboxRow(InWorkspace, Base):
    """One call to Slack. A post's row stays when it is done: it says where the message of that key stands."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("team_id", "enterprise_id", "key"),
        Index("ix_outbox_state_not_before", "state", "not_before"),
        Index("ix_outbox_lane_id", "lane", "id"),
        Index("ix_outbox_channel_ts", "channel", "ts"),
        # With the workspace, as the key has it: by the shorter one SQLite reads a whole workspace for each edit.
        Index("ix_outbox_team_id_enterprise_id_target_key", "team_id", "enterprise_id", "target_key"),
        # SQLite otherwise gives the number of the newest row again once that row is gone; PostgreSQL never does. A
        # migration that makes this table anew must say so again: Alembic does not read it back.
        {"sqlite_autoincrement": True},
    )

    # The number gives the order within a lane.
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    kind: Mapped[str] = mapped_column(String(12))
    # The method of a question to Slack; every other kind has one of its own (outbox.METHODS).
    api_method: Mapped[str | None] = mapped_column("asks", String(40))
    ordering_key: Mapped[str] = mapped_column("lane", String(200))
    key: Mapped[str | None] = mapped_column(String(160))
    target_key: Mapped[str | None] = mapped_column(String(160))
    thread_key: Mapped[str | None] = mapped_column(String(160))
    channel: Mapped[str | None] = mapped_column(String(20))
    user: Mapped[str | None] = mapped_column(String(20))
    # Confidential, and wiped as soon as it is sent. Read by whoever sends it only: one that can't be read stops no other.
    payload: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson, deferred=True)
    state: Mapped[OutboxState] = mapped_column(StateOf(OUTBOX_STATES), default=OutboxState.PENDING)
    guarantee: Mapped[str] = mapped_column("at_worst", String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column("tries", Integer, default=0)
    # Counts the claims: whoever claims a row for the second time must first look whether it was sent.
    claim_count: Mapped[int] = mapped_column("token", Integer, default=0)
    # The number of the process that holds the claim (storage/notifications.py).
    claimed_by: Mapped[int | None] = mapped_column("owner", Integer)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ts: Mapped[str | None] = mapped_column(String(20))
    # How often it was posted again because somebody had deleted it by hand.
    returned: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    error: Mapped[str | None] = mapped_column("problem", String(80))


class TokenBucket(InWorkspace, Base):
    """What is left of one of Slack's limits in one workspace, and until when Slack refuses."""

    __tablename__ = "pace"

    team_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    enterprise_id: Mapped[str] = mapped_column(String(20), primary_key=True, default="")
    # A method, or a method and a channel.
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    level: Mapped[float] = mapped_column(Float)
    filled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
