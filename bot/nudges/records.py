"""What somebody is still to be told in private, and what they were told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedJson, InWorkspace, Moment, new_id


class Nudge(InWorkspace, Base):
    """One thing that somebody is to be told or asked, as soon as its moment has come and nothing stands against it."""

    __tablename__ = "nudges"
    __table_args__ = (
        UniqueConstraint("team_id", "enterprise_id", "user", "kind", "subject"),
        Index("ix_nudges_user_at", "user", "at"),
        Index("ix_nudges_subject", "subject"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    # Which room composes it: "meeting.prepare", "step.ask", …
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    group_id: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(Moment)
    # From then on it makes no sense any more.
    until: Mapped[datetime | None] = mapped_column(Moment)
    # Ids and numbers that its room needs; never words of a case.
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Letter(InWorkspace, Base):
    """A private message as it was sent: one or several nudges, so that an answer to one of them can change its part."""

    __tablename__ = "letters"
    __table_args__ = (Index("ix_letters_user_sent_at", "user", "sent_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    sent_at: Mapped[datetime] = mapped_column(Moment)
    # A list of {kind, subject, group, text, blocks}.
    parts: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJson)
