"""The addresses at which calendars look for meetings."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedText, InWorkspace, UtcDateTime, new_id


class CalendarFeed(InWorkspace, Base):
    """An address that nobody can guess, of a group or of a person. Whoever renews or stops it ends the old one."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (UniqueConstraint("team_id", "enterprise_id", "kind", "subject"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    # "group" (subject: its id) or "person" (subject: the user).
    kind: Mapped[str] = mapped_column(String(6))
    subject: Mapped[str] = mapped_column(String(20))
    # By the hash it is found, so that a copy of the database opens nothing; the token itself is there to be shown again.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token: Mapped[str] = mapped_column(EncryptedText)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
