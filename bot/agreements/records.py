"""Tables of agreements, of the members who agree, and of private answers about a trial and about new members."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedText, InWorkspace, UtcDateTime, new_id


class Agreements(InWorkspace, Base):
    """A group's own agreements. A group without a row has the first text, version 1."""

    __tablename__ = "agreements"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(EncryptedText)
    changed_by: Mapped[str] = mapped_column(String(20))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Agreed(InWorkspace, Base):
    """An agreement of somebody with a version. The group sees how many agree, never who."""

    __tablename__ = "agreed"
    __table_args__ = (UniqueConstraint("group_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TrialAnswer(InWorkspace, Base):
    """A member's private answer after a trial. The rows go as soon as they are counted."""

    __tablename__ = "trial_answers"
    __table_args__ = (UniqueConstraint("group_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(20))
    # "yes", "doubt" or "no"; None: not answered.
    answer: Mapped[str | None] = mapped_column(String(10))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TalkFirst(InWorkspace, Base):
    """A member would rather talk first about somebody new. Only the number is told, to the group's owner."""

    __tablename__ = "talk_first"
    __table_args__ = (UniqueConstraint("group_id", "newcomer", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    newcomer: Mapped[str] = mapped_column(String(20))
    user: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
