"""The group's meetings, and the rhythm that they may come from."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.meetings.rules import MEETING_STATES, SERIES_STATES, MeetingState, SeriesState
from bot.storage import Base, EncryptedText, InWorkspace, StateOf, UtcDateTime, new_id


class Meeting(InWorkspace, Base):
    """A date at which the group comes together. The local day and hour are what was agreed; the moment follows."""

    __tablename__ = "meetings"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    state: Mapped[MeetingState] = mapped_column(StateOf(MEETING_STATES))
    day: Mapped[str] = mapped_column(String(10))
    hour: Mapped[str] = mapped_column(String(5))
    zone: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(EncryptedText, default="")
    planned_by: Mapped[str] = mapped_column(String(20))
    # Counts the moves, so that a reminder for an earlier date is not mistaken for one of this date.
    version: Mapped[int] = mapped_column(Integer, default=0)
    # The series that it comes from, and the day that the rhythm gave it: that stays when this one alone is moved.
    series_id: Mapped[str | None] = mapped_column(String(16), index=True)
    recurrence_date: Mapped[str | None] = mapped_column("slot", String(10))
    # What calendars go by (RFC 5545, 3.8.7.4): grows with each change, a cancellation included.
    sequence: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # When it was last changed. Rows from before this column have none.
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The window in which it was last planned or moved: sent again, that one changes what it brought.
    form: Mapped[str | None] = mapped_column(String(40))
    # When it was before it was moved, for as long as what the channel reads speaks of that.
    moved_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What stands in the channel about its date: the key of each message, and the start that it tells, in Unix seconds;
    # 0 for what says by now that the meeting is another day.
    announcements: Mapped[dict[str, int]] = mapped_column("told", JSON, default=dict, server_default="{}")
    # The session that was begun at it last, until that has ended.
    session_id: Mapped[str | None] = mapped_column(String(16))
    # Who leads it; None: nobody yet, or whoever starts the session.
    facilitator: Mapped[str | None] = mapped_column(String(20))
    # The key of the message in the channel that invites; None while there is none.
    invitation: Mapped[str | None] = mapped_column(String(60))
    # When too few come: "asked" (what to do), and then what was chosen, "as_planned" or "short".
    decided: Mapped[str | None] = mapped_column(String(10))


class Series(InWorkspace, Base):
    """A rhythm that a group keeps. Its next dates are Meetings; more follow as time goes by."""

    __tablename__ = "meeting_series"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    state: Mapped[SeriesState] = mapped_column(StateOf(SERIES_STATES))
    # RFC 5545, 3.3.10, without its start: that is `first`, a local day. The hour is that on the wall of `zone`.
    rule: Mapped[str] = mapped_column(String(100))
    first: Mapped[str] = mapped_column(String(10))
    hour: Mapped[str] = mapped_column(String(5))
    zone: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(EncryptedText, default="")
    # Days that the group leaves out, and the country whose public holidays are left out later on; empty for none.
    skipped: Mapped[list[str]] = mapped_column(JSON, default=list)
    country: Mapped[str] = mapped_column(String(2), default="")
    planned_by: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Counts the changes of the rhythm.
    version: Mapped[int] = mapped_column(Integer, default=1)
    # The window in which it was last planned or changed.
    form: Mapped[str | None] = mapped_column(String(40))
