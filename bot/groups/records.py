"""Tables of groups, members and people."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    ScalarSelect,
    String,
    UniqueConstraint,
    and_,
    false,
    func,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, column_property, mapped_column

from bot.groups.rules import LEADER_SESSIONS, Meets, Role
from bot.storage import Base, EncryptedText, InWorkspace, UtcDateTime, new_id
from bot.working_time.hours import WorkingHours


class Group(InWorkspace, Base):
    """A group: the people of one channel who do intervisie together."""

    __tablename__ = "groups"
    __table_args__ = (
        # A group that waits to be merged shares the channel with the older one.
        Index(
            "uq_groups_team_id_channel",
            "team_id",
            "channel",
            unique=True,
            sqlite_where=text("merges_into IS NULL"),
            postgresql_where=text("merges_into IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(20))
    # None: the name of the channel is shown.
    name: Mapped[str | None] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(5))
    zone: Mapped[str] = mapped_column(String(60))
    # "fixed", "rotating" or "claim" (the person who starts the session leads it).
    facilitation: Mapped[str] = mapped_column(String(10), default="claim")
    facilitator: Mapped[str | None] = mapped_column(String(20))
    # How many sessions a leader from outside leads, before members lead themselves.
    leader_sessions: Mapped[int] = mapped_column(
        Integer, default=LEADER_SESSIONS, server_default=str(LEADER_SESSIONS)
    )
    # Who is asked to lead from outside, by whom, and when. None: nobody, or the question is answered.
    asked_leader: Mapped[str | None] = mapped_column(String(20), index=True)
    leader_asked_by: Mapped[str | None] = mapped_column(String(20))
    leader_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whether phases follow each other by themselves or wait for the facilitator.
    auto_advance: Mapped[bool] = mapped_column("goes_on_by_itself", Boolean, default=False)
    # Whether the bot may see who has spoken in a session's thread (never what).
    reads_thread: Mapped[bool] = mapped_column(Boolean, default=True)
    # How they meet (`rules.Meets`), and whether somebody chose it: groups of before had "room" filled in.
    meets: Mapped[str] = mapped_column(String(10), default="room", server_default="room")
    meets_chosen: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # The key of the method that forms offer first.
    method: Mapped[str] = mapped_column(String(30), default="incident", server_default="incident")
    # With fewer people at a meeting, the facilitator is asked what to do.
    minimum: Mapped[int] = mapped_column(Integer, default=4, server_default="4")
    # With more members than this the group hears that it is large. Nobody is refused.
    maximum: Mapped[int] = mapped_column(Integer, default=8, server_default="8")
    # The working hours of the channel: whole hours of `zone`, and days (1 is Monday).
    from_hour: Mapped[int] = mapped_column(Integer, default=9, server_default="9")
    to_hour: Mapped[int] = mapped_column(Integer, default=17, server_default="17")
    days: Mapped[str] = mapped_column(String(7), default="12345", server_default="12345")
    # The reminders before a meeting: some of "month", "two_weeks", "day" and "hour".
    reminders: Mapped[str] = mapped_column(
        String(40), default="month two_weeks day hour", server_default="month two_weeks day hour"
    )
    # A notification of a message with people's words tells nothing of them (Message.discreet).
    discreet: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    # Retention: after so many days texts are deleted; None: never. Groups from before this choice keep everything.
    retention_days: Mapped[int | None] = mapped_column("keep_days", Integer)
    # A shorter retention that was chosen, and when it begins. None: none was.
    next_retention_days: Mapped[int | None] = mapped_column("next_keep_days", Integer)
    retention_changes_at: Mapped[datetime | None] = mapped_column("keep_days_change_at", UtcDateTime)
    # Since when the bot's own messages with words go with these words. None: the channel has not heard of it.
    messages_go_since: Mapped[datetime | None] = mapped_column("words_since", UtcDateTime)
    # The group chose that they stay.
    messages_stay: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # The group chose that those in the thread of a session go the night after it.
    thread_empties: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Whether somebody here decides about another's work; None: not answered.
    hierarchy: Mapped[bool | None] = mapped_column(Boolean)
    # The trial: "first" (not held yet), "asking" (held; each member is asked in private), "asked" (the group is asked
    # whether it goes on); empty: no trial.
    trial: Mapped[str] = mapped_column(String(10), default="", server_default="")
    # The start of a rest that the group chose: nobody gets reminders. None: no rest.
    rests_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # A standstill: the channel is asked what the group needs, and until somebody answers reads nothing about meetings.
    stalled_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The key of the channel message that asks it, while it stands (bot/standstill).
    asks_for_a_date: Mapped[str | None] = mapped_column(String(60))
    # Earlier meetings are not counted as missed. None: the group was set up later than this column.
    meetings_count_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The group has not met yet: a message in the channel asks who takes part, and names who does.
    gathering: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Which first text of the agreements the group began with (`rules.first_text_of`).
    first_text: Mapped[int] = mapped_column(Integer, default=2, server_default="1")
    # Whom somebody can turn to with what does not belong here: a person and a number of their organisation.
    contact: Mapped[str | None] = mapped_column(EncryptedText)
    # New sentences for the agreements are suggested, until a member takes them or declines.
    suggestion_open: Mapped[bool] = mapped_column(Boolean, default=False, server_default=true())
    # When the people in the channel were first known, and asked whether they take part.
    members_loaded_at: Mapped[datetime | None] = mapped_column("gathered_at", UtcDateTime)
    # The last notice about the size ("small" or "large"), and its time: it is not repeated soon.
    size_notice_sent: Mapped[str | None] = mapped_column("size_told", String(10))
    size_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    set_up_by: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Why messages cannot reach the channel: "archived", "not_in_channel"; None when they can.
    unreachable: Mapped[str | None] = mapped_column(String(40))
    # The older group of the same channel, and when this group was merged into it (bot/merging).
    merges_into: Mapped[str | None] = mapped_column(String(16))
    merged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The time, by Slack's clock, of the newest event of the channel: older events arrive late.
    last_event_at: Mapped[datetime | None] = mapped_column("told_at", UtcDateTime)

    if TYPE_CHECKING:
        # The known time zones of the members, with spaces between. Read with the group: it costs no query of its own.
        member_zones: str | None
        # Everybody who is or was a member and whose name is known: a line for each, "U0123 Anna". Read in the same way.
        member_names: str | None
        # Who has the role of leader, with spaces between; also who has left since. Read in the same way.
        leader_users: str | None

    @property
    def leaders(self) -> frozenset[str]:
        """Who leads from outside, or did until they left: they count nowhere."""
        return frozenset((self.leader_users or "").split())

    @property
    def way_of_meeting(self) -> Meets | None:
        """How they meet; None while nobody has chosen."""
        return None if self.meets == Meets.ROOM and not self.meets_chosen else Meets(self.meets)

    @property
    def working_hours(self) -> WorkingHours:
        """When the bot may write in the channel of its own accord."""
        return WorkingHours(self.zone, self.from_hour, self.to_hour, self.days)

    @property
    def meetings_count_from(self) -> datetime:
        """The moment from which a meeting that nobody began is a missed one."""
        return self.meetings_count_since or self.created_at


class Member(InWorkspace, Base):
    """A member. The row of somebody who leaves stays, with the moment and the reason (`rules.AbsenceReason`)."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("group_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # Rows from before this column are of people who left the channel.
    absence_reason: Mapped[str | None] = mapped_column("outside", String(10))
    # A guest has read what they can and cannot do here.
    guest_notice_sent: Mapped[bool] = mapped_column(
        "told_guest", Boolean, default=False, server_default=false()
    )
    facilitated: Mapped[int] = mapped_column(Integer, default=0)
    # When the others were asked about this new member. Once, also when they leave and join again.
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When they led last, and whether they want to lead at all. Older rows only count sessions.
    led_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leads: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    # `rules.Role`. It stays with the row of somebody who left.
    role: Mapped[str] = mapped_column(String(10), default=Role.MEMBER, server_default="member")
    # In how many sessions a leader from outside read along while a member led. `facilitated` counts those that they led.
    read_along: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # When the group was asked whether it goes on without this leader. None: not asked, or answered.
    alone_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The time, by Slack's clock, of the newest event of their coming or going.
    last_event_at: Mapped[datetime | None] = mapped_column("told_at", UtcDateTime)


class Person(InWorkspace, Base):
    """A person: language, zone, working hours and choices about nudges, for every group of the workspace."""

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("team_id", "user"),
        # For those few whose names the night asks of Slack.
        Index(
            "ix_people_nameless",
            "id",
            sqlite_where=text("name IS NULL"),
            postgresql_where=text("name IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(String(20))
    # Their own choice. Without `chose_language` it says nothing: service.people.language_of finds the one to speak.
    language: Mapped[str] = mapped_column(String(5))
    # Slack's locale; empty for a person of whom Slack tells none. None: Slack has not told of this person yet.
    locale: Mapped[str | None] = mapped_column(String(20))
    # The outbox key of the first private message, which says how to change the language. None: not sent yet.
    language_hint: Mapped[str | None] = mapped_column(String(160))
    zone: Mapped[str] = mapped_column(String(60))
    # Slack has named this zone. Otherwise it is the default, which decides when to write, and is nobody's time in a text.
    zone_known: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    # The person chose the language, so that nothing overrules it.
    chose_language: Mapped[bool] = mapped_column(Boolean, default=False)
    # As Slack shows it. None: not known yet, or in no group.
    name: Mapped[str | None] = mapped_column(String(80))
    is_bot: Mapped[bool] = mapped_column(Boolean, default=False)
    # "guest" (of this workspace) or "stranger" (of another organisation); None: a colleague.
    guest: Mapped[str | None] = mapped_column(String(10))
    # Only a Home tab that was once opened is kept up to date.
    opened_home: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Private nudges about steps and cases, and those within a session.
    nudges: Mapped[bool] = mapped_column(Boolean, default=True)
    session_nudges: Mapped[bool] = mapped_column(Boolean, default=True)
    from_hour: Mapped[int] = mapped_column(Integer, default=9)
    to_hour: Mapped[int] = mapped_column(Integer, default=17)
    # The days on which they work; 1 is Monday.
    days: Mapped[str] = mapped_column(String(7), default="12345", server_default="12345")
    # How many years their attendance at sessions is kept; 0: not at all. None: they have not chosen.
    attendance_years: Mapped[int | None] = mapped_column(Integer)

    if TYPE_CHECKING:
        # The language of the first group that they joined and are in. Read with the person, without a query of its own.
        group_language: str | None

    @property
    def working_hours(self) -> WorkingHours:
        """When the bot may write to this person outside a session."""
        return WorkingHours(self.zone, self.from_hour, self.to_hour, self.days)


# Written into the SQL itself: a value here would be put in anew for every query of a group.
_SPACE: Any = literal_column("' '")
_LINE_BREAK: Any = literal_column("'\n'")
_LEADER: Any = literal_column(f"'{Role.LEADER}'")
_IS_PERSON = and_(
    Person.team_id == Member.team_id,
    Person.user == Member.user,
)


def member_zones(group: ColumnElement[str] | InstrumentedAttribute[str]) -> ScalarSelect[str | None]:
    """The known time zones of a group's members, with spaces between, as a column of another query."""
    return (
        select(func.aggregate_strings(Person.zone, _SPACE))
        .select_from(Member)
        .join(Person, _IS_PERSON)
        .where(
            Member.group_id == group, Member.left_at.is_(None), Person.zone_known, Person.is_bot.is_(False)
        )
        .correlate_except(Member, Person)
        .scalar_subquery()
    )


def member_names(group: ColumnElement[str] | InstrumentedAttribute[str]) -> ScalarSelect[str | None]:
    """The known names of a group's members, former ones too, as a column of another query."""
    return (
        select(func.aggregate_strings(Person.user + _SPACE + Person.name, _LINE_BREAK))
        .select_from(Member)
        .join(Person, _IS_PERSON)
        .where(Member.group_id == group, Person.name.is_not(None))
        .correlate_except(Member, Person)
        .scalar_subquery()
    )


def leader_users(group: ColumnElement[str] | InstrumentedAttribute[str]) -> ScalarSelect[str | None]:
    """The leaders from outside of a group, former ones too, with spaces between, as a column of another query."""
    return (
        select(func.aggregate_strings(Member.user, _SPACE))
        .where(Member.group_id == group, Member.role == _LEADER)
        .correlate_except(Member)
        .scalar_subquery()
    )


# A flush would expire them, and a changed group would be read twice.
Group.member_zones = column_property(  # type: ignore[assignment]  # a column to the mapper, a string on a group
    member_zones(Group.id), expire_on_flush=False
)
Group.member_names = column_property(  # type: ignore[assignment]  # a column to the mapper, a string on a group
    member_names(Group.id), expire_on_flush=False
)
Group.leader_users = column_property(  # type: ignore[assignment]  # a column to the mapper, a string on a group
    leader_users(Group.id), expire_on_flush=False
)


def _group_language() -> ScalarSelect[str]:
    """The language of a person's oldest present membership, as a column of a query of people."""
    return (
        select(Group.language)
        .select_from(Member)
        .join(Group, Group.id == Member.group_id)
        .where(
            Member.team_id == Person.team_id,
            Member.user == Person.user,
            Member.left_at.is_(None),
        )
        .order_by(Member.since, Group.created_at, Group.id)
        .limit(1)
        .correlate_except(Member, Group)
        .scalar_subquery()
    )


Person.group_language = column_property(_group_language(), expire_on_flush=False)  # type: ignore[assignment]  # as above
