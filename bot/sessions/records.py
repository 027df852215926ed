"""Tables of sessions: the session with its timer, its participants, and an open question about downtime."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    Interval,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.groups.rules import Meets
from bot.methods.catalogue import KEPT
from bot.sessions.rules import SESSION_STATES, State
from bot.storage import Base, InWorkspace, StateOf, UtcDateTime, new_id


class Session(InWorkspace, Base):
    """The treatment of one case. Texts of the session are stored by `rounds`, never here."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_group_id_state", "group_id", "state"),
        Index("ix_sessions_presenter_state", "presenter", "state"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    case_id: Mapped[str] = mapped_column(String(16), index=True)
    presenter: Mapped[str] = mapped_column(String(20))
    # None after the facilitator has left, until somebody takes over.
    facilitator: Mapped[str | None] = mapped_column(String(20))
    started_by: Mapped[str] = mapped_column(String(20))
    # The key of the method; of a session that keeps its own it ends with `catalogue.KEPT`.
    method: Mapped[str] = mapped_column(String(30))
    # The method as it was at the start, with all its texts. None before it opened, and in a session of before.
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # How they meet this time (`groups.rules.Meets`); "thread" where nobody has said.
    meets: Mapped[str] = mapped_column(String(10), default="thread", server_default="thread")
    auto_advance: Mapped[bool] = mapped_column("goes_on_by_itself", Boolean)
    state: Mapped[State] = mapped_column(StateOf(SESSION_STATES))
    # The current phase, from 0. While the participants gather: the first phase.
    phase_index: Mapped[int] = mapped_column("number", Integer)
    # The phase with which the session begins: 1 without a look-back.
    first_phase: Mapped[int] = mapped_column("first", Integer, default=0)
    # Which activity of the phase is on, from 0.
    activity_index: Mapped[int] = mapped_column("activity", Integer, default=0, server_default="0")
    # Grows each time the facilitator goes back. Keys and buttons carry it, so a repeated phase gets new ones.
    pass_no: Mapped[int] = mapped_column("round", Integer, default=1)
    # Grows with each change. Buttons carry it, so the second click on one button is recognised.
    version: Mapped[int] = mapped_column(Integer, default=0)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remaining: Mapped[timedelta | None] = mapped_column(Interval)
    # When the timer was last set: a phase began, or was paused, extended or resumed.
    timer_set_at: Mapped[datetime | None] = mapped_column("set_at", UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How often minutes were added: in the whole session, and in the phase that is on.
    extensions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    phase_extensions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # When the group must be done. None: nobody said, or a version began the session that did not ask.
    ends_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whether whoever leads is offered a plan that ends in time, as soon as one can be given.
    offers_time: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # The phase from which only the evaluation followed: the rest was left out.
    cut_at: Mapped[int | None] = mapped_column(Integer)
    # "finished", "stopped", "unattended", "away" (too long a downtime), "declined" or "withdrawn".
    ended_how: Mapped[str | None] = mapped_column(String(12))

    @property
    def is_of_before(self) -> bool:
        """Whether a version without snapshots began it. Such a version goes on with it too, so its jobs keep their kinds."""
        return not self.method.endswith(KEPT)

    @property
    def is_written(self) -> bool:
        """Whether people write in the thread. Elsewhere they speak, so what is typed counts for nothing."""
        return self.meets == Meets.THREAD


class Participant(InWorkspace, Base):
    """A user who is or was present in a session."""

    __tablename__ = "session_participants"
    __table_args__ = (UniqueConstraint("session_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SessionAttendance(InWorkspace, Base):
    """The attendance of one person at one session, for a proof: no title, and none of what was said."""

    __tablename__ = "session_attendances"
    __table_args__ = (UniqueConstraint("session_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(20), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # How they met, and the key of the method.
    meets: Mapped[str] = mapped_column(String(10))
    method: Mapped[str] = mapped_column(String(30))
    # A value of `rules.Role`.
    role: Mapped[str] = mapped_column(String(12))
    # The years that this person chose, also once they are in no group any more. None: they have not chosen.
    keep_years: Mapped[int | None] = mapped_column(Integer)


class Absence(InWorkspace, Base):
    """A downtime of the bot during a phase, until the group has chosen what to do about it."""

    __tablename__ = "session_absences"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    # The session's version when the question was posted: part of its buttons and its key.
    version: Mapped[int] = mapped_column(Integer)
    phase_index: Mapped[int] = mapped_column("number", Integer)
    pass_no: Mapped[int] = mapped_column("round", Integer)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    # The planned end of the phase, and the time that was left at `since`.
    meant: Mapped[datetime] = mapped_column(UtcDateTime)
    left: Mapped[timedelta] = mapped_column(Interval)
