"""Pure decisions about groups and about when people may be disturbed."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_ZONE = "Europe/Amsterdam"
WORKING_DAYS = "12345"


def known_zone(name: str | None) -> str:
    """A time zone that exists; ours when Slack names one that this machine does not know."""
    try:
        return ZoneInfo(name or DEFAULT_ZONE).key
    except (ZoneInfoNotFoundError, ValueError):
        return DEFAULT_ZONE


def is_working_day(day: date, days: str = WORKING_DAYS) -> bool:
    return str(day.isoweekday()) in days


def working_moment_on(day: date, zone: str, from_hour: int, days: str = WORKING_DAYS) -> datetime:
    """The opening hour on a day, or on the first working day after it; in UTC. `days` names at least one."""
    while not is_working_day(day, days):
        day += timedelta(days=1)
    return datetime.combine(day, time(from_hour), ZoneInfo(zone)).astimezone(UTC)


def next_working_moment(
    at: datetime, zone: str, from_hour: int, to_hour: int, days: str = WORKING_DAYS
) -> datetime:
    """The first moment from `at` on that lies on a working day between two hours of a zone; in UTC."""
    local = at.astimezone(ZoneInfo(zone))
    if is_working_day(local.date(), days) and from_hour <= local.hour < to_hour:
        return at.astimezone(UTC)
    day = local.date() if local.hour < from_hour else local.date() + timedelta(days=1)
    return working_moment_on(day, zone, from_hour, days)


def fewest_turns(facilitated: Mapping[str, int]) -> str:
    """Who has led least often; the first by id among equals, so that everyone can check it."""
    return min(facilitated, key=lambda user: (facilitated[user], user))
