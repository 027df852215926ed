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


def test_two_years_ahead_is_the_furthest_and_a_moment_from_now_the_nearest() -> None:
    now, second = datetime(2027, 1, 14, tzinfo=UTC), timedelta(seconds=1)
    assert rules.problem_with(now + second, now) is None
    assert rules.problem_with(now + timedelta(days=730), now) is None
    assert rules.problem_with(now + timedelta(days=730) + second, now) == "far"


def test_a_meeting_takes_an_hour_and_a_half_unless_the_form_said_otherwise() -> None:
    assert rules.minutes_of(None) == 90
    assert rules.minutes_of("60") == 60
    assert rules.minutes_of("61", before=45) == 45
    assert rules.LENGTHS == (30, 45, 60, 75, 90, 105, 120, 135, 150, 165, 180)
    # It is still going on for half a day after its start.
    assert timedelta(hours=12) == rules.STILL_GOING
