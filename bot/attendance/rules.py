"""Pure rules of attendance: when reminders are due, the RSVP states, and who missed meetings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zlib import crc32
from zoneinfo import ZoneInfo

from bot.states import StateMachine
from bot.working_time.hours import WorkingHours

REMINDERS = ("month", "two_weeks", "day", "hour")
DAYS_BEFORE = {"month": 30, "two_weeks": 14, "card": 2, "day": 1}
# Without an RSVP, a member is asked in private this long after the invitation, and not shortly before the meeting.
ASK_AFTER, ASK_AT_LATEST = timedelta(days=2), timedelta(days=3)
# The first reminder of a meeting planned within the month comes a day later. MONTH_AT_LEAST: unless the invitation is near.
MONTH_LATE_AFTER, MONTH_AT_LEAST = timedelta(days=1), timedelta(days=21)
# A session may begin or go on until this long after the start.
OVER_AFTER = timedelta(hours=12)
# The last reminder is dropped when less than this would be left.
HOUR_AT_LEAST = timedelta(minutes=15)
# Many groups meet at the same hour: their reminders are spread over these minutes.
SPREAD_MINUTES = 10
MISSED_IN_A_ROW = 2


class Rsvp(StrEnum):
    """RSVP: whether a member comes. It can be changed, but not taken back to no answer."""

    YES = "yes"
    LATE = "late"
    NO = "no"


RSVP_ANSWERS = tuple(Rsvp)
COMING = (Rsvp.YES, Rsvp.LATE)


RSVP_STATES = StateMachine(
    Rsvp,
    {
        Rsvp.YES: (Rsvp.LATE, Rsvp.NO),
        Rsvp.LATE: (Rsvp.YES, Rsvp.NO),
        Rsvp.NO: (Rsvp.YES, Rsvp.LATE),
    },
)


@dataclass(frozen=True)
class HeadCount:
    """The RSVPs of the members for a meeting, each list in the group's order."""

    yes: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    no: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    # The leader from outside and their RSVP: they count in none of these lists.
    leader: str | None = None
    leader_says: Rsvp | None = None

    @property
    def there(self) -> list[str]:
        """The members who come, on time or later."""
        return [*self.yes, *self.late]


def can_become(number: int, coming: HeadCount) -> bool:
    """Whether the final head count can still be `number`: at least yes and late, at most with the unanswered."""
    return len(coming.there) <= number <= len(coming.there) + len(coming.unknown)


@dataclass(frozen=True)
class Reminder:
    """A job about a meeting: one of REMINDERS, or "over", after which it is known who came."""

    kind: str
    at: datetime


def reminder_before(starts_at: datetime, days: int, hours: WorkingHours) -> datetime:
    """The same time of day some days before, within the group's working hours; in UTC."""
    local = starts_at.astimezone(ZoneInfo(hours.zone))
    day = local.date() - timedelta(days=days)
    wall = datetime.combine(day, local.time(), ZoneInfo(hours.zone))
    return hours.last_open(wall.astimezone(UTC))


def hour_before(starts_at: datetime, hours: WorkingHours) -> datetime | None:
    """An hour before. For a meeting outside the working hours another moment of that day, or None."""
    zone = ZoneInfo(hours.zone)
    day = starts_at.astimezone(zone).date()
    if str(day.isoweekday()) not in hours.days:
        return None
    # Public holidays do not count here: the group chose to meet on one.
    opening, last = (
        datetime.combine(day, time(hour), zone).astimezone(UTC)
        for hour in (hours.from_hour, hours.to_hour - 1)
    )
    at = max(starts_at.astimezone(UTC) - timedelta(hours=1), opening)
    if at > starts_at - HOUR_AT_LEAST:
        return None
    return at if at < last + timedelta(hours=1) else last


def offset_of_channel(channel: str) -> timedelta:
    """How much earlier the reminders of a group come; always the same for one channel."""
    return timedelta(seconds=crc32(channel.encode()) % (SPREAD_MINUTES * 60))


def reminders(starts_at: datetime, hours: WorkingHours, channel: str, now: datetime) -> list[Reminder]:
    """The reminders of a meeting and its end, in order. A past invitation is due at once; other past ones lapse."""
    found = []
    for kind in ("month", "two_weeks", "day"):
        at = reminder_before(starts_at, DAYS_BEFORE[kind], hours) - offset_of_channel(channel)
        if at > now:
            found.append(Reminder(kind, at))
        elif kind == "two_weeks" and starts_at > now:
            found.append(Reminder(kind, now))
        elif kind == "month" and starts_at - MONTH_LATE_AFTER >= now + MONTH_AT_LEAST:
            found.append(Reminder(kind, hours.next_working(now + MONTH_LATE_AFTER)))
    at_the_hour = hour_before(starts_at, hours)
    if at_the_hour is not None and at_the_hour > now:
        found.append(Reminder("hour", at_the_hour))
    return [*sorted(found, key=lambda one: one.at), Reminder("over", starts_at + OVER_AFTER)]


def question_at(invited_at: datetime, starts_at: datetime) -> datetime | None:
    """When members without an RSVP are asked in private; None when the reminder of a day before is near."""
    at = invited_at + ASK_AFTER
    return at if at <= starts_at - ASK_AT_LATEST else None


def is_tomorrow(starts_at: datetime, now: datetime, zone: str) -> bool:
    return _days_until(starts_at, now, zone) == 1


def is_in_an_hour(starts_at: datetime, now: datetime) -> bool:
    return timedelta(minutes=45) <= starts_at - now <= timedelta(minutes=75)


def _days_until(starts_at: datetime, now: datetime, zone: str) -> int:
    def day(at: datetime) -> date:
        return at.astimezone(ZoneInfo(zone)).date()

    return (day(starts_at) - day(now)).days


def is_too_few(coming: int, minimum: int) -> bool:
    return coming < minimum


Counted = Literal[True, False, None]


def has_come(answer: Rsvp | None, seen: bool | None, *, in_a_room: bool) -> Counted:
    """Whether a member came to a held meeting; None when that is not known.

    In a room, a member who said yes may have come without touching Slack.
    """
    if seen:
        return True
    return None if in_a_room and answer in COMING else False


def missed_in_a_row(came: Sequence[bool | None]) -> int:
    """The number of missed meetings in a row, `came` with the latest first. An unknown one breaks the row."""
    number = 0
    for one in came:
        if one is not False:
            break
        number += 1
    return number


def newcomers(came_before: Mapping[str, bool]) -> list[str]:
    """The users who never came before, unless nobody did."""
    if not any(came_before.values()):
        return []
    return [user for user, before in came_before.items() if not before]


def chosen_reminders(ticked: Sequence[str]) -> str:
    """The chosen reminders as they are stored, in a fixed order."""
    return " ".join(kind for kind in REMINDERS if kind in ticked)
