"""Records of attendance: the RSVP of each person for a meeting, and whether they came."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.attendance.rules import RSVP_STATES, Rsvp
from bot.storage import Base, EncryptedText, InWorkspace, StateOf, UtcDateTime, new_id


class Attendance(InWorkspace, Base):
    """The RSVP and the attendance of one person at one meeting."""

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("meeting_id", "user"),
        Index("ix_attendances_group_id_user", "group_id", "user"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(20))
    # The RSVP holds only while the meeting still starts at `answered_for`.
    answer: Mapped[Rsvp | None] = mapped_column(StateOf(RSVP_STATES))
    answered_for: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Read only by `reason_for`, the facilitator when it was given; by nobody when that is None.
    reason: Mapped[str] = mapped_column(EncryptedText, default="")
    reason_for: Mapped[str | None] = mapped_column(String(20))
    # None: not known, or not counted.
    came: Mapped[bool | None] = mapped_column(Boolean)
    # Offers to lead when nobody else does; prefers not to lead this time.
    would_lead: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    would_not_lead: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Has no case for this meeting, and is not asked again.
    brings_nothing: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
