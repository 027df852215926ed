"""The table of events that have had their effect."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, InWorkspace, UtcDateTime, new_id


class ProcessedEvent(InWorkspace, Base):
    """One handler has dealt with one event. Written in the transaction of what it did, so it is true or not there."""

    __tablename__ = "seen_events"
    __table_args__ = (
        UniqueConstraint("team_id", "enterprise_id", "event_id", "handler"),
        Index("ix_seen_events_seen_at", "seen_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    event_id: Mapped[str] = mapped_column(String(40))
    # The handler's stable name: several rooms may listen to one kind of event, and each has an effect of its own.
    handler: Mapped[str] = mapped_column(String(120))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
