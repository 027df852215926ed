"""Who comes to which meeting, who came, and what somebody said after staying away."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.attendance.rules import RSVP_STATES, Rsvp
from bot.storage import Base, EncryptedText, InWorkspace, StateOf, UtcDateTime, new_id


class Attendance(InWorkspace, Base):
    """What one person said about one meeting, and whether they were there."""

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("meeting_id", "user"),
        Index("ix_attendances_group_id_user", "group_id", "user"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(20))
    # With the start that it was said of: once the meeting has another date it says nothing.
    answer: Mapped[Rsvp | None] = mapped_column(StateOf(RSVP_STATES))
    answered_for: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Only whoever led the meeting when it was given reads it; nobody, where that is not known.
    reason: Mapped[str] = mapped_column(EncryptedText, default="")
    reason_for: Mapped[str | None] = mapped_column(String(20))
    # None: not known, or it does not count.
    came: Mapped[bool | None] = mapped_column(Boolean)
    # Would like to lead when nobody else does; would rather not, this time.
    would_lead: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    would_not_lead: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Has nothing to bring in this time, and need not be asked again.
    brings_nothing: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class FitCheck(InWorkspace, Base):
    """Somebody missed two meetings in a row and was asked whether the group still fits. One row for each time."""

    __tablename__ = "fits"
    __table_args__ = (UniqueConstraint("group_id", "user", "meeting_id"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(20), index=True)
    # The second of the two that were missed.
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    # "fits", "time", "rhythm" or "stop"; nobody else sees it, unless `shared`.
    answer: Mapped[str | None] = mapped_column(String(10))
    line: Mapped[str] = mapped_column(EncryptedText, default="")
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
