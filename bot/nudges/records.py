"""Tables of nudges, digests, do-not-disturb and muted topics."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedJson, EncryptedText, InWorkspace, UtcDateTime, new_id


class Nudge(InWorkspace, Base):
    """A nudge: a message to a person that waits for its digest."""

    __tablename__ = "nudges"
    __table_args__ = (
        UniqueConstraint("team_id", "user", "kind", "subject"),
        Index("ix_nudges_user_at", "user", "at"),
        Index("ix_nudges_subject", "subject"),
        Index("ix_nudges_group_id", "group_id"),
        Index("ix_nudges_until", "until"),
        Index("ix_nudges_at", "at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    # The kind selects the composer: "presence.prepare", "step.ask", …
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    group_id: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The nudge expires then.
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Ids and numbers for the composer; never words of a case.
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Planning order per person; breaks ties between nudges with the same `at`.
    number: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class Digest(InWorkspace, Base):
    """A digest: a sent private message. Its items are kept, so that an answer can change one of them."""

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
    # The rules.WRITTEN_AS of the version that wrote it; versions before this column leave 0.
    written_as: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # The note about a snooze.
    note: Mapped[str] = mapped_column(EncryptedText, default="", server_default="")


class DoNotDisturb(InWorkspace, Base):
    """Do-not-disturb: a person's own absence, and Slack's last answer."""

    __tablename__ = "quiet"
    __table_args__ = (UniqueConstraint("team_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    # Their own absence, and its last day as YYYY-MM-DD; empty when they did not say.
    away: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    away_until: Mapped[str] = mapped_column(String(10), default="", server_default="")
    # Slack: the moment of the last call, of its answer, and the end of do-not-disturb.
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    quiet_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MutedTopic(InWorkspace, Base):
    """A topic of nudges that somebody has muted."""

    __tablename__ = "silences"
    __table_args__ = (UniqueConstraint("team_id", "user", "topic"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(20))
