"""Records of meetings and of series, the rhythms that they may come from."""

from datetime import datetime, timedelta

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.meetings.rules import (
    MEETING_STATES,
    SERIES_STATES,
    USUAL_MINUTES,
    MeetingOutcome,
    MeetingState,
    SeriesState,
)
from bot.storage import Base, EncryptedText, InWorkspace, StateOf, UtcDateTime, new_id


class Meeting(InWorkspace, Base):
    """One meeting of a group. Its local day and hour were agreed; `starts_at` follows from them."""

    __tablename__ = "meetings"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    state: Mapped[MeetingState] = mapped_column(StateOf(MEETING_STATES))
    day: Mapped[str] = mapped_column(String(10))
    hour: Mapped[str] = mapped_column(String(5))
    zone: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # How long it takes, in minutes.
    minutes: Mapped[int] = mapped_column(Integer, default=USUAL_MINUTES, server_default=str(USUAL_MINUTES))
    place: Mapped[str] = mapped_column(EncryptedText, default="")
    planned_by: Mapped[str] = mapped_column(String(20))
    # Counts the moves: a reminder of an earlier date is recognized by its older version.
    version: Mapped[int] = mapped_column(Integer, default=0)
    # Its series, and the day that the rhythm gave it. A move of this meeting alone leaves that day as it is.
    series_id: Mapped[str | None] = mapped_column(String(16), index=True)
    recurrence_date: Mapped[str | None] = mapped_column("slot", String(10))
    # The SEQUENCE of calendars (RFC 5545, 3.8.7.4): grows with each change, a cancellation included.
    sequence: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # When it was last changed. Rows from before this column have none.
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The window in which it was last planned or moved: sent again, that window changes this meeting.
    form: Mapped[str | None] = mapped_column(String(40))
    # Its start before the last move, as long as messages in the channel still mention that move.
    moved_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The announcements in the channel: the outbox key of each message, and the start that it names in Unix seconds.
    # 0: the message was corrected and says that the meeting has moved or is cancelled.
    announcements: Mapped[dict[str, int]] = mapped_column("told", JSON, default=dict, server_default="{}")
    # The session that was begun at this meeting last, until that session ends.
    session_id: Mapped[str | None] = mapped_column(String(16))
    # The user who leads; None: nobody yet, or the one who starts the session.
    facilitator: Mapped[str | None] = mapped_column(String(20))
    # The outbox key of the invitation in the channel; None while there is none.
    invitation: Mapped[str | None] = mapped_column(String(60))
    # When too few come: "asked", and then the decision, "as_planned" or "short".
    decided: Mapped[str | None] = mapped_column(String(10))
    # A `rules.MeetingOutcome`. None: not said, or a session was held.
    outcome: Mapped[str | None] = mapped_column(String(20))

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_missed(self) -> bool:
        """Whether nobody began this meeting, or it was called off. Only asked once its time is over."""
        if self.state == MeetingState.CANCELLED:
            return self.outcome == MeetingOutcome.CALLED_OFF
        return self.state == MeetingState.PLANNED and self.outcome is None


class Series(InWorkspace, Base):
    """A series of meetings in a fixed rhythm. Its next dates are Meetings; later ones are added in time."""

    __tablename__ = "meeting_series"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    state: Mapped[SeriesState] = mapped_column(StateOf(SERIES_STATES))
    # An RRULE (RFC 5545, 3.3.10); its start is `first`, a local day. `hour` is local time in `zone`.
    rule: Mapped[str] = mapped_column(String(100))
    first: Mapped[str] = mapped_column(String(10))
    hour: Mapped[str] = mapped_column(String(5))
    zone: Mapped[str] = mapped_column(String(60))
    minutes: Mapped[int] = mapped_column(Integer, default=USUAL_MINUTES, server_default=str(USUAL_MINUTES))
    place: Mapped[str] = mapped_column(EncryptedText, default="")
    # Days that the group skips, and the country whose public holidays are skipped later on; empty for none.
    skipped: Mapped[list[str]] = mapped_column(JSON, default=list)
    country: Mapped[str] = mapped_column(String(2), default="")
    planned_by: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Counts the changes of the rhythm.
    version: Mapped[int] = mapped_column(Integer, default=1)
    # The window in which it was last planned or changed.
    form: Mapped[str | None] = mapped_column(String(40))
