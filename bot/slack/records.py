"""Tables of processed events, for deduplication, of the installation, and of the connections of each process."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, InWorkspace, UtcDateTime, new_id


class ProcessedEvent(InWorkspace, Base):
    """An event that a handler has processed. Written in the transaction of the handler's effect."""

    __tablename__ = "seen_events"
    __table_args__ = (
        UniqueConstraint("team_id", "event_id", "handler"),
        Index("ix_seen_events_seen_at", "seen_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    event_id: Mapped[str] = mapped_column(String(40))
    # The handler's stable name: handlers of several rooms may process the same event.
    handler: Mapped[str] = mapped_column(String(120))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Installation(Base):
    """An installation: the workspace of the token, and the organisation that it is in now."""

    __tablename__ = "installations"

    team_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    # Empty outside an organisation.
    enterprise_id: Mapped[str] = mapped_column(String(20))


class SocketCount(Base):
    """How many Socket Mode connections a process has, and Slack's count while that is too high."""

    __tablename__ = "socket_counts"

    process_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    connections: Mapped[int] = mapped_column(Integer)
    crowded_count: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
