"""What somebody is still to be told in private, what they were told, and when they would rather not be."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedJson, EncryptedText, InWorkspace, UtcDateTime, new_id


class Nudge(InWorkspace, Base):
    """One thing that somebody is to be told or asked, as soon as its moment has come and nothing stands against it."""

    __tablename__ = "nudges"
    __table_args__ = (
        UniqueConstraint("team_id", "enterprise_id", "user", "kind", "subject"),
        Index("ix_nudges_user_at", "user", "at"),
        Index("ix_nudges_subject", "subject"),
        Index("ix_nudges_group_id", "group_id"),
        Index("ix_nudges_until", "until"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    # Which room composes it: "meeting.prepare", "step.ask", …
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    group_id: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # From then on it makes no sense any more.
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Ids and numbers that its room needs; never words of a case.
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # The how-manieth that was planned for this person: of one moment, the earlier planned is said first.
    number: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class Digest(InWorkspace, Base):
    """A private message as it was sent: one or several nudges, so that an answer to one of them can change its part."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_user_sent_at", "user", "sent_at"),
        Index("ix_letters_sent_at", "sent_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # A list of {kind, subject, group, until, data, text, blocks, answered}; `until` in Unix seconds.
    parts: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJson)
    # By which rules.WRITTEN_AS; what a version that did not know of it writes has none.
    written_as: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # What became of it: until when it was put off.
    note: Mapped[str] = mapped_column(EncryptedText, default="", server_default="")


class DoNotDisturb(InWorkspace, Base):
    """When somebody would rather not be disturbed: what they told us, and what Slack last said."""

    __tablename__ = "quiet"
    __table_args__ = (UniqueConstraint("team_id", "enterprise_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    # By their own word; the last day of it as YYYY-MM-DD, empty when they did not say.
    away: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    away_until: Mapped[str] = mapped_column(String(10), default="", server_default="")
    # When Slack was last asked about them, when it answered, and until when they are not to be disturbed by its word.
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    quiet_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MutedTopic(InWorkspace, Base):
    """A kind of nudge that somebody does not want."""

    __tablename__ = "silences"
    __table_args__ = (UniqueConstraint("team_id", "enterprise_id", "user", "topic"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(20))
