"""Tables of the job queue, of the heartbeat, and of suspended workspaces."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, InWorkspace, UtcDateTime, new_id


class JobRow(InWorkspace, Base):
    """A scheduled job. The row is deleted in the transaction of its handler."""

    __tablename__ = "due"
    __table_args__ = (
        UniqueConstraint("team_id", "kind", "subject"),
        # The version before names these columns in its ON CONFLICT. The version after this one drops the constraint.
        UniqueConstraint("team_id", "enterprise_id", "kind", "subject"),
        Index("ix_due_at", "at"),
        Index("ix_due_lane_at", "lane", "at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    # Jobs with the same ordering key run one by one, the earliest first, in whichever process.
    ordering_key: Mapped[str | None] = mapped_column("lane", String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The original time; a failed attempt moves `at` to a later time.
    scheduled_at: Mapped[datetime] = mapped_column("planned_at", UtcDateTime)
    attempts: Mapped[int] = mapped_column("tries", Integer, default=0)
    # Ids and numbers only: handlers read confidential data from their own tables.
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Heartbeat(Base):
    """The single heartbeat row: when a process was last at work."""

    __tablename__ = "heartbeat"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The last absence: between these two moments no process was at work.
    away_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    away_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the first of Slack's events came in over HTTP.
    first_event_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Suspension(InWorkspace, Base):
    """Suspension of a workspace: Slack has taken back the bot's token. Its jobs and messages wait."""

    __tablename__ = "suspensions"

    team_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    # The app was uninstalled: from then on everything of the workspace is deleted.
    delete_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
