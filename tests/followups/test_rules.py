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


def test_the_look_back_for_a_friday_is_asked_on_wednesday_and_for_a_tuesday_on_friday() -> None:
    wednesday, friday = datetime(2027, 1, 20, 8, tzinfo=UTC), datetime(2027, 1, 22, 8, tzinfo=UTC)
    assert rules.look_back_at(friday + timedelta(hours=6), THURSDAY, AMSTERDAM, 9) == wednesday
    tuesday = datetime(2027, 1, 26, 14, tzinfo=UTC)
    assert rules.look_back_at(tuesday, THURSDAY, AMSTERDAM, 9) == friday


def test_a_meeting_tomorrow_is_asked_about_at_once() -> None:
    assert rules.look_back_at(THURSDAY + timedelta(days=1), THURSDAY, AMSTERDAM, 9) == THURSDAY


def test_cases_within_four_hours_belong_to_one_meeting_whichever_came_first() -> None:
    later = THURSDAY + timedelta(hours=4)
    assert rules.is_same_meeting(THURSDAY, later)
    assert rules.is_same_meeting(later, THURSDAY)
    assert not rules.is_same_meeting(THURSDAY, later + timedelta(seconds=1))


def test_only_the_very_words_that_were_shared_are_read_by_the_group() -> None:
    assert rules.is_shared(True, "I say no.", "I say no.")
    assert not rules.is_shared(True, "I say no, often.", "I say no.")
    assert rules.asks_anew(True, "I say no, often.", "I say no.")
    assert not rules.asks_anew(True, "I say no.", "I say no.")
    for ask in (rules.is_shared, rules.asks_anew):
        assert not ask(False, "I say no.", "I say no.")
        assert not ask(True, "", "")
    assert len(rules.fingerprint("I say no.")) == 16


def test_at_the_very_beginning_of_a_day_it_is_the_next_one() -> None:
    nine = datetime(2027, 1, 20, 8, tzinfo=UTC)
    assert rules.snoozed_until(date(2027, 1, 20), nine, AMSTERDAM, 9) == nine + timedelta(days=1)
    assert rules.snoozed_until(date(2027, 1, 20), nine - timedelta(seconds=1), AMSTERDAM, 9) == nine


def test_a_day_further_away_than_about_a_week_is_asked_about_a_week_after_the_session_too() -> None:
    session = date(2027, 1, 14)
    assert rules.first_step_day(session, "2027-01-23") is None
    assert rules.first_step_day(session, "2027-01-24") == date(2027, 1, 21)
    first = datetime(2027, 1, 21, 8, tzinfo=UTC)
    assert rules.ask_at(session, "2027-01-27", THURSDAY, AMSTERDAM, 9) == first
    assert rules.ask_at(session, "2027-01-27", first, AMSTERDAM, 9) == datetime(2027, 1, 28, 8, tzinfo=UTC)


def test_a_reflection_is_asked_for_two_days_after_the_session_on_a_working_day() -> None:
    monday, wednesday = datetime(2027, 1, 18, 8, tzinfo=UTC), datetime(2027, 1, 20, 8, tzinfo=UTC)
    assert rules.reflection_at(THURSDAY, AMSTERDAM, 9) == monday
    assert rules.reflection_at(monday + timedelta(hours=6), AMSTERDAM, 9) == wednesday
    # For three weeks somebody can still write one.
    assert timedelta(days=21) == rules.REFLECTION_UNTIL


def test_the_next_working_day_of_a_friday_is_monday() -> None:
    assert rules.next_working_day(date(2027, 1, 14)) == date(2027, 1, 15)
    assert rules.next_working_day(date(2027, 1, 16)) == date(2027, 1, 18)
    assert rules.next_working_day(date(2027, 1, 15)) == date(2027, 1, 18)


def test_a_chosen_day_that_has_passed_is_today() -> None:
    assert rules.day_to_ask("2027-01-13", THURSDAY, AMSTERDAM) == date(2027, 1, 14)
    assert rules.day_to_ask("2027-01-15", THURSDAY, AMSTERDAM) == date(2027, 1, 15)


def test_what_people_are_promised_about_steps() -> None:
    assert rules.MAX_STEPS == 3
    assert rules.ASKED_AT_MOST == 2
    assert rules.SNOOZE_DAYS == (1, 3, 7)
    assert timedelta(days=7) == rules.ASK_AGAIN_AFTER
