"""Pure rules of follow-up: when to ask about a step, and when to stop asking."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.groups.rules import is_working_day, working_moment_on

WITHOUT_A_DAY = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(days=7)
# Once, and once more when there was no answer; then it rests.
ASKED_AT_MOST = 2
SNOOZE_DAYS = (1, 3, 7)
ANSWERS = ("done", "partly", "not", "irrelevant")
LOOK_BACK_DAYS_BEFORE = 2


def day_to_ask(by: str, now: datetime, zone: str) -> date:
    """The chosen day, or a week from now; never before today."""
    today = now.astimezone(ZoneInfo(zone)).date()
    if not by:
        return today + WITHOUT_A_DAY
    return max(date.fromisoformat(by), today)


def nudge_at(by: str, now: datetime, zone: str, from_hour: int) -> datetime:
    """When to ask: at the beginning of that person's day, on a working day; in UTC.

    A step for today is asked about tomorrow: today it still has to happen.
    """
    day = day_to_ask(by, now, zone)
    if working_moment_on(day, zone, from_hour) <= now:
        day += timedelta(days=1)
    return working_moment_on(day, zone, from_hour)


def next_working_day(today: date) -> date:
    day = today + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def look_back_at(meeting: datetime, now: datetime, zone: str, from_hour: int) -> datetime:
    """When to ask the previous presenter: two days before the meeting, or at once when that has passed; in UTC."""
    day = meeting.astimezone(ZoneInfo(zone)).date() - timedelta(days=LOOK_BACK_DAYS_BEFORE)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return max(working_moment_on(day, zone, from_hour), now)
