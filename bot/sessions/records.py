"""The tables of sessions and of who takes part in them."""

from datetime import datetime, timedelta

from sqlalchemy import Boolean, ForeignKey, Index, Integer, Interval, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.sessions.rules import SESSION_STATES, State
from bot.storage import Base, InWorkspace, StateOf, UtcDateTime, new_id


class Session(InWorkspace, Base):
    """The treatment of one case. What is said in it stands in the thread and with `rounds`, never here."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_group_id_state", "group_id", "state"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    case_id: Mapped[str] = mapped_column(String(16), index=True)
    presenter: Mapped[str] = mapped_column(String(20))
    # None when the facilitator has left and nobody has taken over yet.
    facilitator: Mapped[str | None] = mapped_column(String(20))
    started_by: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(String(30))
    auto_advance: Mapped[bool] = mapped_column("goes_on_by_itself", Boolean)
    state: Mapped[State] = mapped_column(StateOf(SESSION_STATES))
    # The phase that is on, from 0; the first one while people gather.
    phase_index: Mapped[int] = mapped_column("number", Integer)
    # Where it begins: 1 when there is nothing to look back on.
    first_phase: Mapped[int] = mapped_column("first", Integer, default=0)
    # Grows each time the facilitator goes back, so that a phase that comes again is another one.
    pass_no: Mapped[int] = mapped_column("round", Integer, default=1)
    # Grows with each change of state: tells a second click on one button from a click on a newer one.
    version: Mapped[int] = mapped_column(Integer, default=0)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remaining: Mapped[timedelta | None] = mapped_column(Interval)
    # When the clock was last set: a phase began, was held, extended or taken up again.
    timer_set_at: Mapped[datetime | None] = mapped_column("set_at", UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # "finished", "stopped", "unattended", "away" (the bot was, for too long), "declined" or "withdrawn".
    ended_how: Mapped[str | None] = mapped_column(String(12))


class Participant(InWorkspace, Base):
    """Someone who is present in a session."""

    __tablename__ = "session_participants"
    __table_args__ = (UniqueConstraint("session_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Absence(InWorkspace, Base):
    """The bot was away in the middle of a phase, and the group has not chosen yet what to do about it."""

    __tablename__ = "session_absences"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    # The session's version at the question: the buttons carry it, and the message is posted under it.
    version: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the phase would have ended, and what was left of it at `since`.
    meant: Mapped[datetime] = mapped_column(UtcDateTime)
    left: Mapped[timedelta] = mapped_column(Interval)
