"""Tables of selections: the selection, who is there, the cases that something was said about, and what people marked."""

from datetime import datetime, timedelta

from sqlalchemy import Boolean, ForeignKey, Index, Integer, Interval, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.selections.rules import SELECTION_STATES, MarkKind, SelectionState
from bot.storage import Base, InWorkspace, StateOf, UtcDateTime, new_id


class Selection(InWorkspace, Base):
    """A gathering without a case, in which a group chooses one. It holds no words: cases do."""

    __tablename__ = "selections"
    __table_args__ = (Index("ix_selections_group_id_state", "group_id", "state"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    started_by: Mapped[str] = mapped_column(String(20))
    # None after the facilitator has left, until somebody takes over.
    facilitator: Mapped[str | None] = mapped_column(String(20))
    # What the session will have: the key of its method, how they meet, whether phases follow by themselves, its end.
    method: Mapped[str] = mapped_column(String(30))
    meets: Mapped[str] = mapped_column(String(10))
    auto_advance: Mapped[bool] = mapped_column(Boolean)
    ends_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[SelectionState] = mapped_column(StateOf(SELECTION_STATES))
    # Grows with each change of the state. Buttons carry it, so the second click on one button is recognised.
    version: Mapped[int] = mapped_column(Integer, default=0)
    # The end of the step or the poll that is on; None in a pause.
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What was left of it when a pause began; None without a pause.
    remaining: Mapped[timedelta | None] = mapped_column(Interval)
    # How often the step was extended.
    extensions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # The case whose presenter is being asked.
    asked_case: Mapped[str | None] = mapped_column(String(16))
    # A value of `rules.Outcome`.
    outcome: Mapped[str] = mapped_column(String(12), default="")
    # The session that the presenter's yes opened.
    session_id: Mapped[str | None] = mapped_column(String(16))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SelectionParticipant(InWorkspace, Base):
    """A user who is or was there. Deleted when the selection ends."""

    __tablename__ = "selection_participants"
    __table_args__ = (UniqueConstraint("selection_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    selection_id: Mapped[str] = mapped_column(ForeignKey("selections.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SelectionCase(InWorkspace, Base):
    """A case about which the selection knows something: a line that was typed for its owner, its rank, or its fate."""

    __tablename__ = "selection_cases"
    __table_args__ = (UniqueConstraint("selection_id", "case_id"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    selection_id: Mapped[str] = mapped_column(ForeignKey("selections.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    # Whoever leads typed it as a line for its owner.
    is_line: Mapped[bool] = mapped_column(Boolean, default=False)
    # Its place in the vote on the spot, from 1; 0 without one.
    rank: Mapped[int] = mapped_column(Integer, default=0)
    # "" or "declined": its presenter would rather not bring it today.
    fate: Mapped[str] = mapped_column(String(10), default="")


class SelectionMark(InWorkspace, Base):
    """What somebody marked a case with. Only counts are shown; deleted when the selection ends."""

    __tablename__ = "selection_marks"
    __table_args__ = (UniqueConstraint("selection_id", "kind", "user", "case_id"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    selection_id: Mapped[str] = mapped_column(ForeignKey("selections.id", ondelete="CASCADE"), index=True)
    # A value of `rules.MarkKind`.
    kind: Mapped[str] = mapped_column(String(5), default=MarkKind.ECHO)
    user: Mapped[str] = mapped_column(String(20))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
