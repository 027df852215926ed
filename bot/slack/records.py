"""Tables of processed events, for deduplication, and of the installation."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
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
