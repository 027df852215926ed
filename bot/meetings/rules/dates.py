"""Pure rules of dates: what was agreed as a moment, and when to announce it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AT_MOST_AHEAD = timedelta(days=730)
# How long after its start a meeting is still the one that a session belongs to.
STILL_GOING = timedelta(hours=12)


@dataclass(frozen=True)
class Announcement:
    """When to announce a meeting, and which announcement it is: "week", "day" or "hour"."""

    kind: str
    at: datetime


def moment_of(day: str, hour: str, zone: str) -> datetime:
    """The moment of a local day and hour, in UTC. An hour that the clock skips is the hour after; of one that
    comes twice it is the first."""
    local = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), ZoneInfo(zone))
    return local.astimezone(UTC)


def announcements(day: str, hour: str, zone: str, now: datetime) -> list[Announcement]:
    """A week and a day before at the same time of day, and an hour before; those that are past are left out."""
    start = moment_of(day, hour, zone)
    first = date.fromisoformat(day)
    planned = [
        Announcement("week", moment_of((first - timedelta(days=7)).isoformat(), hour, zone)),
        Announcement("day", moment_of((first - timedelta(days=1)).isoformat(), hour, zone)),
        Announcement("hour", start - timedelta(hours=1)),
    ]
    return [one for one in planned if one.at > now]


def problem_with(starts_at: datetime, now: datetime) -> str | None:
    """ "past", "far", or None."""
    if starts_at <= now:
        return "past"
    return "far" if starts_at > now + AT_MOST_AHEAD else None
