"""Records of fit checks."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedText, InWorkspace, UtcDateTime, new_id


class FitCheck(InWorkspace, Base):
    """The question to a member who missed two meetings in a row: does the group still fit? One row each time."""

    __tablename__ = "fits"
    __table_args__ = (UniqueConstraint("group_id", "user", "meeting_id"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(20), index=True)
    # The second of the two missed meetings.
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    # "fits", "time", "rhythm" or "stop". Private, unless `shared`.
    answer: Mapped[str | None] = mapped_column(String(10))
    line: Mapped[str] = mapped_column(EncryptedText, default="")
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
