"""Pure rules of what is said before a meeting, when, who leads, and who has stayed away."""

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
# Answers to the question whether the group still fits.
FITS = ("fits", "time", "rhythm", "stop")
DAYS_BEFORE = {"month": 30, "two_weeks": 14, "card": 2, "day": 1}
# Whoever has read the invitation and not said anything hears of it in private so long after; not when the meeting is near.
ASK_AFTER, ASK_AT_LATEST = timedelta(days=2), timedelta(days=3)
# Planned within the month, it comes a day after; not when the meeting is nearer than this: the invitation comes soon.
MONTH_LATE_AFTER, MONTH_AT_LEAST = timedelta(days=1), timedelta(days=21)
# As long as a session may still begin, or go on.
OVER_AFTER = timedelta(hours=12)
# An hour's notice that comes later than this helps nobody.
HOUR_AT_LEAST = timedelta(minutes=15)
# Many groups meet at the same hour; their notices are spread over these minutes.
SPREAD_MINUTES = 10
MISSED_IN_A_ROW = 2
# A group that has planned nothing so long after it met is asked once whether it goes on.
NOTHING_PLANNED_AFTER = timedelta(days=21)


class Rsvp(StrEnum):
    """RSVP: whether somebody comes. Again changes it; nothing takes it back to no answer."""

    YES = "yes"
    LATE = "late"
    NO = "no"


ANSWERS = tuple(Rsvp)
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
    """What the members said about a meeting, each list in the group's order."""

    yes: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    no: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def there(self) -> list[str]:
        """Who said that they come, on time or later."""
        return [*self.yes, *self.late]


def may_be(number: int, coming: HeadCount) -> bool:
    """Whether there may be just so many people, or there are when those who have not answered come too."""
    return len(coming.there) <= number <= len(coming.there) + len(coming.unknown)


@dataclass(frozen=True)
class Reminder:
    """What is due before a meeting: one of REMINDERS, or "over", when it is known who came."""

    kind: str
    at: datetime


def reminder_before(starts_at: datetime, days: int, hours: WorkingHours) -> datetime:
    """The same time of day so many days before, within the group's hours; in UTC."""
    local = starts_at.astimezone(ZoneInfo(hours.zone))
    day = local.date() - timedelta(days=days)
    wall = datetime.combine(day, local.time(), ZoneInfo(hours.zone))
    return hours.last_open(wall.astimezone(UTC))


def hour_before(starts_at: datetime, hours: WorkingHours) -> datetime | None:
    """An hour before; for a meeting early or late in the day another moment of that same day, or None."""
    zone = ZoneInfo(hours.zone)
    day = starts_at.astimezone(zone).date()
    if str(day.isoweekday()) not in hours.days:
        return None
    # On a public holiday the group meets because it wants to.
    opening, last = (
        datetime.combine(day, time(hour), zone).astimezone(UTC)
        for hour in (hours.from_hour, hours.to_hour - 1)
    )
    at = starts_at - timedelta(hours=1)
    if at < opening:
        return opening if opening <= starts_at - HOUR_AT_LEAST else None
    return at.astimezone(UTC) if at < last + timedelta(hours=1) else last


def spread(channel: str) -> timedelta:
    """How much earlier a group's notices come than the round moment; always the same for one group."""
    return timedelta(seconds=crc32(channel.encode()) % (SPREAD_MINUTES * 60))


def moments(starts_at: datetime, hours: WorkingHours, channel: str, now: datetime) -> list[Reminder]:
    """What is due before and after a meeting, in order. Of what is past the invitation still comes, at once."""
    found = []
    for kind in ("month", "two_weeks", "day"):
        at = reminder_before(starts_at, DAYS_BEFORE[kind], hours) - spread(channel)
        if at > now:
            found.append(Reminder(kind, at))
        elif kind == "two_weeks" and starts_at > now:
            found.append(Reminder(kind, now))
        elif kind == "month" and starts_at - MONTH_LATE_AFTER >= now + MONTH_AT_LEAST:
            found.append(Reminder(kind, now + MONTH_LATE_AFTER))
    at_the_hour = hour_before(starts_at, hours)
    if at_the_hour is not None and at_the_hour > now:
        found.append(Reminder("hour", at_the_hour))
    return [*sorted(found, key=lambda one: one.at), Reminder("over", starts_at + OVER_AFTER)]


def asks_at(invited_at: datetime, starts_at: datetime) -> datetime | None:
    """When those who have not answered the invitation are asked in private; None when the day before is near enough."""
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
    """Whether somebody was at a meeting that was held; None when that is not known.

    In a room somebody who said yes may well have been there without touching Slack.
    """
    if seen:
        return True
    return None if in_a_room and answer in COMING else False


def missed_in_a_row(came: Sequence[bool | None]) -> int:
    """How many were missed since the last that somebody came to, the latest first; what is not known breaks the row."""
    number = 0
    for one in came:
        if one is not False:
            break
        number += 1
    return number


def newcomers(came_before: Mapping[str, bool]) -> list[str]:
    """Who is new, when not everyone is: {user: has come to a meeting before}."""
    if not any(came_before.values()):
        return []
    return [user for user, before in came_before.items() if not before]


def chosen_reminders(ticked: Sequence[str]) -> str:
    """What a group wants to hear, as it is kept."""
    return " ".join(kind for kind in REMINDERS if kind in ticked)
