"""Records of polls: the poll, its candidates, and the ballots."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.polls.rules import POLL_STATES, PollState
from bot.storage import Base, InWorkspace, StateOf, UtcDateTime, new_id


class Poll(InWorkspace, Base):
    """A poll: the group chooses which case comes next."""

    __tablename__ = "polls"
    __table_args__ = (Index("ix_polls_group_id_state", "group_id", "state"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    opened_by: Mapped[str] = mapped_column(String(20))
    state: Mapped[PollState] = mapped_column(StateOf(POLL_STATES))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The case whose presenter is being asked, or has agreed.
    asked_case: Mapped[str | None] = mapped_column(String(16))
    voters: Mapped[int] = mapped_column(Integer, default=0)


class Candidate(InWorkspace, Base):
    """A case in a poll, with its rank and fate."""

    __tablename__ = "candidates"
    __table_args__ = (UniqueConstraint("poll_id", "case_id"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    poll_id: Mapped[str] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    # 0 while the poll is open; from 1 on once it is closed.
    rank: Mapped[int] = mapped_column(Integer, default=0)
    points: Mapped[int] = mapped_column(Integer, default=0)
    # "" or "declined" or "out" (withdrawn, or its presenter left).
    fate: Mapped[str] = mapped_column(String(10), default="")


class Ballot(InWorkspace, Base):
    """Ballot: what one user gives in a poll, by case. Secret, and deleted when the poll closes.

    A process of the version before reads and writes it through the view `votes` (migration 0048).
    """

    __tablename__ = "ballots"

    poll_id: Mapped[str] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True)
    user: Mapped[str] = mapped_column(String(20), primary_key=True)
    # Only cases with votes. A case that left the poll meanwhile is taken out.
    points: Mapped[dict[str, int]] = mapped_column(JSON)
