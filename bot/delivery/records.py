"""Tables of the outbox and of the rate limits."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.delivery.states import OUTBOX_STATES, OutboxState
from bot.storage import Base, EncryptedJson, InWorkspace, StateOf, UtcDateTime


class OutboxRow(InWorkspace, Base):
    """A call to Slack. The row of a post stays after it was sent: it maps the key to the message's `ts`."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("team_id", "key"),
        Index("ix_outbox_state_not_before", "state", "not_before"),
        # For the rows that wait longest, without a sort. With the last two, SQLite passes over a closed channel's rows unread.
        Index("ix_outbox_state_id_channel_kind", "state", "id", "channel", "kind"),
        Index("ix_outbox_lane_id", "lane", "id"),
        Index("ix_outbox_channel_ts", "channel", "ts"),
        # For the nightly purge.
        Index("ix_outbox_created_at", "created_at"),
        # Both columns: with one, SQLite reads the rows of a whole workspace for each edit.
        Index("ix_outbox_team_id_target_key", "team_id", "target_key"),
        # Without AUTOINCREMENT, SQLite reuses the highest id after its row is deleted. A migration that rebuilds this
        # table must set it again, because Alembic does not reflect it.
        {"sqlite_autoincrement": True},
    )

    # Ids give the order within an ordering key.
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    kind: Mapped[str] = mapped_column(String(12))
    # The method of an `ask` row; every other kind has a fixed method (outbox.METHODS).
    api_method: Mapped[str | None] = mapped_column("asks", String(40))
    ordering_key: Mapped[str] = mapped_column("lane", String(200))
    key: Mapped[str | None] = mapped_column(String(160))
    target_key: Mapped[str | None] = mapped_column(String(160))
    thread_key: Mapped[str | None] = mapped_column(String(160))
    channel: Mapped[str | None] = mapped_column(String(20))
    user: Mapped[str | None] = mapped_column(String(20))
    # Confidential, and deleted once sent. Deferred: only the sender reads it, and an unreadable one stops no other row.
    payload: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson, deferred=True)
    state: Mapped[OutboxState] = mapped_column(StateOf(OUTBOX_STATES), default=OutboxState.PENDING)
    guarantee: Mapped[str] = mapped_column("at_worst", String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column("tries", Integer, default=0)
    # Number of claims: from the second claim on, a message is looked up before it is sent again.
    claim_count: Mapped[int] = mapped_column("token", Integer, default=0)
    # The id of the process that holds the claim (Notifier.process_id).
    claimed_by: Mapped[int | None] = mapped_column("owner", Integer)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ts: Mapped[str | None] = mapped_column(String(20))
    # A post: the text of its notification; the full text follows in an edit. An edit: it gives such a message its full text.
    discreet: Mapped[str | None] = mapped_column(String(200))
    # People's words stand in the message: its `ts` is kept until the message is deleted.
    holds_words: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Nobody waits for it: it goes after everything else, and leaves room in its method's rate limit.
    background: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # How often the message was posted again after somebody deleted it by hand.
    returned: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    error: Mapped[str | None] = mapped_column("problem", String(80))


class TokenPauseRow(InWorkspace, Base):
    """Token pause of one workspace: Slack refuses the bot's token, or one method for want of a scope."""

    __tablename__ = "token_pauses"

    team_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    # A method, or "" for every call.
    method: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(80))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    refusals: Mapped[int] = mapped_column(Integer)


class TokenBucket(InWorkspace, Base):
    """Token bucket of a rate limit in one workspace, and until when Slack refuses calls after a 429."""

    __tablename__ = "pace"

    team_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    # A method, or a method and a channel.
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    level: Mapped[float] = mapped_column(Float)
    filled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
