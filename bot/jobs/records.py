"""The table of what falls due."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, InWorkspace, UtcDateTime, new_id


class JobRow(InWorkspace, Base):
    """One moment at which one thing must happen. The row goes when its handler's transaction commits."""

    __tablename__ = "due"
    __table_args__ = (
        UniqueConstraint("team_id", "enterprise_id", "kind", "subject"),
        Index("ix_due_at", "at"),
        Index("ix_due_lane_at", "lane", "at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    # What has a lane is handled one by one, the earliest first, whichever process gets to it.
    ordering_key: Mapped[str | None] = mapped_column("lane", String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it was first meant to happen; `at` moves on after a failed try.
    scheduled_at: Mapped[datetime] = mapped_column("planned_at", UtcDateTime)
    attempts: Mapped[int] = mapped_column("tries", Integer, default=0)
    # Ids and numbers only: what a handler needs that is confidential, it reads from its own tables.
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Heartbeat(Base):
    """The one row that says when a process was last at work."""

    __tablename__ = "heartbeat"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
