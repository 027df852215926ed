"""Tables of the console: lines that come back, the time that phases took, and who may read a case beforehand."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedText, InWorkspace, UtcDateTime, new_id


class ParkedLine(InWorkspace, Base):
    """A line that somebody parked during a session: theirs alone, and sent to them afterwards."""

    __tablename__ = "parked_lines"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(EncryptedText)
    # The window in which it was typed, so that the same one sent twice parks one line.
    form: Mapped[str] = mapped_column(String(20), default="", server_default="")
    parked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NextTimeLine(InWorkspace, Base):
    """A line for next time: what a group does differently then, or what somebody who led wants to remember."""

    __tablename__ = "next_time_lines"
    __table_args__ = (UniqueConstraint("session_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    # The session in which it was written: it comes back in a later one.
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    # Whose own line it is; empty for the line of the group.
    user: Mapped[str] = mapped_column(String(20), index=True)
    text: Mapped[str] = mapped_column(EncryptedText)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhaseTime(InWorkspace, Base):
    """From when to when a phase was on, for whoever led it."""

    __tablename__ = "phase_times"
    __table_args__ = (UniqueConstraint("session_id", "number", "round"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    phase_index: Mapped[int] = mapped_column("number", Integer)
    pass_no: Mapped[int] = mapped_column("round", Integer)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReadAlong(InWorkspace, Base):
    """Whether a presenter lets one person, who leads, read the case beforehand; and the question that comes back."""

    __tablename__ = "read_alongs"
    __table_args__ = (UniqueConstraint("case_id", "facilitator"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[str] = mapped_column(String(16))
    facilitator: Mapped[str] = mapped_column(String(20))
    # None: asked, and not answered.
    allowed: Mapped[bool | None] = mapped_column(Boolean)
    question: Mapped[str] = mapped_column(EncryptedText, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
