"""Table of calendar feeds."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedText, InWorkspace, UtcDateTime, new_id


class CalendarFeed(InWorkspace, Base):
    """A calendar feed of a group or a person, at an address that nobody can guess. Renewing it ends the old address."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (UniqueConstraint("team_id", "kind", "subject"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    # "group" (subject: its id) or "person" (subject: the user).
    kind: Mapped[str] = mapped_column(String(6))
    subject: Mapped[str] = mapped_column(String(20))
    # Requests are looked up by the hash. The token is kept encrypted, to be shown again.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token: Mapped[str] = mapped_column(EncryptedText)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
