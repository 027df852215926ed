"""Which moment a date is, and which dates can be."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.meetings import rules

AMSTERDAM = "Europe/Amsterdam"


def local(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(AMSTERDAM)).strftime("%Y-%m-%d %H:%M")


def test_an_hour_that_the_clock_skips_is_the_hour_after() -> None:
    assert local(rules.moment_of("2027-03-28", "02:30", AMSTERDAM)) == "2027-03-28 03:30"


def test_a_date_must_be_to_come_and_within_two_years() -> None:
    now = datetime(2027, 1, 14, tzinfo=UTC)
    assert rules.problem_with(now, now) == "past"
    assert rules.problem_with(now + timedelta(days=800), now) == "far"
    assert rules.problem_with(now + timedelta(days=30), now) is None
