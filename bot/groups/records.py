"""A channel's group, its members, and how each person wants to be spoken to."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, InWorkspace, UtcDateTime, new_id
from bot.working_time.hours import WorkingHours


class Group(InWorkspace, Base):
    """The people of one channel who do intervisie together."""

    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("team_id", "enterprise_id", "channel"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(20))
    # None: it goes by its channel's name.
    name: Mapped[str | None] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(5))
    zone: Mapped[str] = mapped_column(String(60))
    # "fixed", "rotating" or "claim" (whoever presses the button leads).
    facilitation: Mapped[str] = mapped_column(String(10), default="claim")
    facilitator: Mapped[str | None] = mapped_column(String(20))
    # Whether phases follow each other by themselves or wait for the facilitator.
    auto_advance: Mapped[bool] = mapped_column("goes_on_by_itself", Boolean, default=False)
    # Whether the bot may see who has spoken in a session's thread (never what).
    reads_thread: Mapped[bool] = mapped_column(Boolean, default=True)
    # Where they talk: "room" (in one room), "video" (or a huddle) or "thread" (written, in the thread).
    meets: Mapped[str] = mapped_column(String(10), default="room", server_default="room")
    # The key of the method that is chosen at first.
    method: Mapped[str] = mapped_column(String(30), default="incident", server_default="incident")
    # Fewer than this at a meeting, and the facilitator is asked what to do.
    minimum: Mapped[int] = mapped_column(Integer, default=4, server_default="4")
    # When the bot may speak in the channel of its own accord: whole hours of `zone`, and days (1 is Monday).
    from_hour: Mapped[int] = mapped_column(Integer, default=9, server_default="9")
    to_hour: Mapped[int] = mapped_column(Integer, default=17, server_default="17")
    days: Mapped[str] = mapped_column(String(7), default="12345", server_default="12345")
    # Which reminders come before a meeting, of "month", "two_weeks", "day" and "hour".
    reminders: Mapped[str] = mapped_column(
        String(40), default="month two_weeks day hour", server_default="month two_weeks day hour"
    )
    # After how many days texts are deleted; None: never. Whoever began before there was a choice keeps everything.
    retention_days: Mapped[int | None] = mapped_column("keep_days", Integer)
    # Whether somebody here decides about another's work; None: not answered.
    hierarchy: Mapped[bool | None] = mapped_column(Boolean)
    # A first try: "first" (not held yet), "asked" (held; the group is asked whether it goes on); empty when it has decided.
    trial: Mapped[str] = mapped_column(String(10), default="", server_default="")
    # Since when the group rests by its own choice: nobody is reminded of anything.
    rests_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The key of the message in the channel that asks for a date, while it stands (presence/service/fading.py).
    asks_for_a_date: Mapped[str | None] = mapped_column(String(60))
    # When it was first known who is in the channel; from then on whoever comes is invited.
    members_loaded_at: Mapped[datetime | None] = mapped_column("gathered_at", UtcDateTime)
    # What was last said of its size ("small" or "large"), and when: not again and again.
    size_notice_sent: Mapped[str | None] = mapped_column("size_told", String(10))
    size_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    set_up_by: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Why messages cannot reach the channel: "archived", "not_in_channel"; None when they can.
    unreachable: Mapped[str | None] = mapped_column(String(40))
    # When, by Slack's clock, the last thing happened to the channel that we were told of: what is older comes late.
    last_event_at: Mapped[datetime | None] = mapped_column("told_at", UtcDateTime)

    @property
    def working_hours(self) -> WorkingHours:
        """When the bot may write in the channel of its own accord."""
        return WorkingHours(self.zone, self.from_hour, self.to_hour, self.days)


class Member(InWorkspace, Base):
    """Someone in a group. Whoever leaves keeps the row, with the moment of leaving and why (`rules.Outside`)."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("group_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Rows from before this column are of people who left the channel.
    absence_reason: Mapped[str | None] = mapped_column("outside", String(10))
    # A guest has been told what they can and cannot do here.
    guest_notice_sent: Mapped[bool] = mapped_column(
        "told_guest", Boolean, default=False, server_default=false()
    )
    facilitated: Mapped[int] = mapped_column(Integer, default=0)
    # When they led last, and whether they want to at all. Rows from before these columns count sessions only.
    led_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leads: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    # When, by Slack's clock, the last coming or going was that we were told of.
    last_event_at: Mapped[datetime | None] = mapped_column("told_at", UtcDateTime)


class Person(InWorkspace, Base):
    """How a person reads and wants to be nudged, in every group of the workspace."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("team_id", "enterprise_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(5))
    zone: Mapped[str] = mapped_column(String(60))
    # Set by the person, so that what Slack says later does not overrule it.
    chose_language: Mapped[bool] = mapped_column(Boolean, default=False)
    is_bot: Mapped[bool] = mapped_column(Boolean, default=False)
    # "guest" (of this workspace) or "stranger" (of another organisation); None: a colleague.
    guest: Mapped[str | None] = mapped_column(String(10))
    # Whoever has never opened the Home tab has nothing there to bring up to date: opening it shows it is then.
    opened_home: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Private nudges about steps and cases, and those within a session.
    nudges: Mapped[bool] = mapped_column(Boolean, default=True)
    session_nudges: Mapped[bool] = mapped_column(Boolean, default=True)
    from_hour: Mapped[int] = mapped_column(Integer, default=9)
    to_hour: Mapped[int] = mapped_column(Integer, default=17)
    # The days on which they work; 1 is Monday.
    days: Mapped[str] = mapped_column(String(7), default="12345", server_default="12345")

    @property
    def working_hours(self) -> WorkingHours:
        """When the bot may write to this person outside a session."""
        return WorkingHours(self.zone, self.from_hour, self.to_hour, self.days)
