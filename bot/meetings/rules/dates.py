"""Pure rules of dates: a local day and hour as a moment, and which moments can be planned."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AT_MOST_AHEAD = timedelta(days=730)
# How long after its start a meeting is still the one that a session belongs to.
STILL_GOING = timedelta(hours=12)
# How long a meeting takes when nobody said: a session by the longest method, with arriving and parting.
USUAL_MINUTES = 90
LENGTHS = (30, 45, 60, 75, 90, 105, 120, 135, 150, 165, 180)


def moment_of(day: str, hour: str, zone: str) -> datetime:
    """The moment of a local day and hour, in UTC.

    Summer time: a skipped hour becomes the hour after it; a repeated hour is the first of the two.
    """
    local = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), ZoneInfo(zone))
    return local.astimezone(UTC)


def local_of(at: datetime, zone: str) -> tuple[str, str]:
    """The day and the hour of a moment on the clocks of a zone."""
    local = at.astimezone(ZoneInfo(zone))
    return local.date().isoformat(), f"{local:%H:%M}"


def minutes_of(said: str | None, before: int | None = None) -> int:
    """The length that was chosen. What no form offers, or a form of before did not ask, is that of before."""
    known = {str(minutes): minutes for minutes in LENGTHS}
    return known.get(said or "", before or USUAL_MINUTES)


def problem_with(starts_at: datetime, now: datetime) -> str | None:
    """Why a moment cannot be planned: "past", "far", or None."""
    if starts_at <= now:
        return "past"
    return "far" if starts_at > now + AT_MOST_AHEAD else None
