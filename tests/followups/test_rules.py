"""When somebody is asked about a step: the day after the chosen one, in their own working hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.followups import rules

AMSTERDAM = "Europe/Amsterdam"
THURSDAY = datetime(2027, 1, 14, 14, 0, tzinfo=UTC)


def test_a_step_for_monday_is_asked_about_on_tuesday_at_nine() -> None:
    assert rules.nudge_at("2027-01-18", THURSDAY, AMSTERDAM, 9) == datetime(2027, 1, 19, 8, tzinfo=UTC)


def test_a_snooze_ends_on_that_day() -> None:
    asked = rules.snoozed_until(date(2027, 1, 20), THURSDAY, AMSTERDAM, 9)
    assert asked == datetime(2027, 1, 20, 8, tzinfo=UTC)


def test_a_weekend_becomes_monday() -> None:
    assert rules.nudge_at("2027-01-16", THURSDAY, AMSTERDAM, 9) == datetime(2027, 1, 18, 8, tzinfo=UTC)


def test_a_step_for_today_is_asked_about_on_the_next_working_day() -> None:
    assert rules.nudge_at("2027-01-14", THURSDAY, AMSTERDAM, 9) == datetime(2027, 1, 15, 8, tzinfo=UTC)


def test_without_a_day_it_is_a_week_later() -> None:
    assert rules.nudge_at("", THURSDAY, AMSTERDAM, 9) == datetime(2027, 1, 21, 8, tzinfo=UTC)


def test_somebody_else_s_morning_is_theirs() -> None:
    assert rules.nudge_at("2027-01-20", THURSDAY, "America/New_York", 9) == datetime(
        2027, 1, 21, 14, tzinfo=UTC
    )


@given(
    st.dates(min_value=date(2027, 1, 1), max_value=date(2028, 12, 31)),
    st.sampled_from([AMSTERDAM, "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
    st.integers(min_value=0, max_value=22),
    st.integers(min_value=-40 * 24, max_value=40 * 24),
)
def test_it_is_always_to_come_and_on_a_working_day(day: date, zone: str, from_hour: int, hours: int) -> None:
    now = datetime(2027, 6, 1, tzinfo=UTC) + timedelta(hours=hours)
    asked = rules.nudge_at(day.isoformat(), now, zone, from_hour).astimezone(ZoneInfo(zone))
    assert asked > now
    assert asked.weekday() < 5
    # Two hours at most beside it: where the clock skips the hour, the hour after is meant.
    assert 0 <= asked.hour - from_hour <= 1


def test_the_look_back_is_asked_two_days_before_and_not_in_the_weekend() -> None:
    monday = datetime(2027, 1, 25, 14, tzinfo=UTC)
    assert rules.look_back_at(monday, THURSDAY, AMSTERDAM, 9) == datetime(2027, 1, 22, 8, tzinfo=UTC)


def test_a_meeting_tomorrow_is_asked_about_at_once() -> None:
    assert rules.look_back_at(THURSDAY + timedelta(days=1), THURSDAY, AMSTERDAM, 9) == THURSDAY
