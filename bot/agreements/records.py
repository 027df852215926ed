"""What a group has agreed on, and who agrees."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedText, InWorkspace, UtcDateTime, new_id


class Agreements(InWorkspace, Base):
    """The group's own text. A group without a row goes by the text that everybody begins with, version 1."""

    __tablename__ = "agreements"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(EncryptedText)
    changed_by: Mapped[str] = mapped_column(String(20))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Agreed(InWorkspace, Base):
    """Somebody agrees with a version. The group sees how many, never who."""

    __tablename__ = "agreed"
    __table_args__ = (UniqueConstraint("group_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
