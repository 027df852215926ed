"""Records of date polls: the poll, its proposed dates, and the votes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.date_polls.rules import DATE_POLL_STATES, DatePollState
from bot.meetings.rules import USUAL_MINUTES
from bot.storage import Base, EncryptedText, InWorkspace, StateOf, UtcDateTime, new_id


class DatePoll(InWorkspace, Base):
    """A date poll: a member proposes dates, all vote, and one date becomes a meeting."""

    __tablename__ = "date_searches"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    state: Mapped[DatePollState] = mapped_column(StateOf(DATE_POLL_STATES))
    asked_by: Mapped[str] = mapped_column(String(20))
    zone: Mapped[str] = mapped_column(String(60))
    # How long the meeting will take.
    minutes: Mapped[int] = mapped_column(Integer, default=USUAL_MINUTES, server_default=str(USUAL_MINUTES))
    place: Mapped[str] = mapped_column(EncryptedText, default="")
    # The day, in `zone`, until which everyone may answer, and the moment that follows from it.
    until: Mapped[str | None] = mapped_column(String(10))
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    meeting_id: Mapped[str | None] = mapped_column(String(16))
    # The window of the last step: sent again, it changes the result of that step.
    form: Mapped[str | None] = mapped_column(String(40))


class DateSlot(InWorkspace, Base):
    """A proposed date, by its number in the form."""

    __tablename__ = "date_slots"
    __table_args__ = (UniqueConstraint("search_id", "number"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    search_id: Mapped[str] = mapped_column(ForeignKey("date_searches.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    day: Mapped[str] = mapped_column(String(10))
    hour: Mapped[str] = mapped_column(String(5))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DateVote(InWorkspace, Base):
    """A user's vote on a proposed date: "yes", "maybe" (if need be) or "no"."""

    __tablename__ = "date_marks"
    __table_args__ = (UniqueConstraint("slot_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    search_id: Mapped[str] = mapped_column(ForeignKey("date_searches.id", ondelete="CASCADE"), index=True)
    slot_id: Mapped[str] = mapped_column(ForeignKey("date_slots.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(String(5))
