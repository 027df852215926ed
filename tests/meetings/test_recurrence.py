"""A rhythm in plain words and the days on which it falls."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.meetings import rules, views
from bot.meetings.rules import recurrence
from bot.meetings.rules.recurrence import Recurrence
from bot.texts import for_language
from bot.working_time import holidays

AMSTERDAM = "Europe/Amsterdam"
FAR = date(2040, 1, 1)

rhythms = st.one_of(
    st.builds(
        Recurrence, st.just("weeks"), st.sampled_from(recurrence.WEEKS), st.integers(0, 6), nth=st.just(0)
    ),
    st.builds(
        Recurrence,
        st.just("weekday"),
        st.sampled_from(recurrence.MONTHS),
        st.integers(0, 6),
        st.sampled_from(recurrence.ORDINALS),
    ),
    st.builds(Recurrence, st.just("day"), st.sampled_from(recurrence.MONTHS), nth=st.integers(1, 31)),
)
since = st.dates(min_value=date(2026, 1, 1), max_value=date(2032, 1, 1))


def dates(wanted: Recurrence, begin: date, count: int = 6) -> list[str]:
    first = recurrence.first_on(wanted, begin)
    found = recurrence.days(recurrence.to_rule(wanted), first, None, FAR)
    return [day.isoformat() for day in islice(found, count)]


def test_every_six_weeks_on_thursday_crosses_new_year() -> None:
    assert dates(Recurrence("weeks", 6, 3), date(2026, 11, 2)) == [
        "2026-11-05",
        "2026-12-17",
        "2027-01-28",
        "2027-03-11",
        "2027-04-22",
        "2027-06-03",
    ]


def test_the_second_tuesday_of_the_month() -> None:
    assert dates(Recurrence("weekday", 1, 1, 2), date(2027, 1, 14), 3) == [
        "2027-02-09",
        "2027-03-09",
        "2027-04-13",
    ]


def test_the_last_friday_of_every_other_month() -> None:
    assert dates(Recurrence("weekday", 2, 4, -1), date(2027, 1, 14), 3) == [
        "2027-01-29",
        "2027-03-26",
        "2027-05-28",
    ]


def test_a_fifth_friday_that_does_not_exist_is_left_out_and_said() -> None:
    wanted = Recurrence("weekday", 1, 4, 5)
    assert dates(wanted, date(2027, 1, 14), 3) == ["2027-01-29", "2027-04-30", "2027-07-30"]
    without = recurrence.skipped_months(wanted, date(2027, 1, 29), date(2027, 4, 30))
    assert without == [date(2027, 2, 1), date(2027, 3, 1)]
    # Also in the last month of the two days.
    assert recurrence.skipped_months(wanted, date(2027, 1, 29), date(2027, 3, 1)) == without


def test_the_31st_and_29_february_come_only_where_they_exist() -> None:
    assert dates(Recurrence("day", 1, nth=31), date(2027, 1, 14), 4) == [
        "2027-01-31",
        "2027-03-31",
        "2027-05-31",
        "2027-07-31",
    ]
    every_29th = dates(Recurrence("day", 1, nth=29), date(2027, 1, 14), 15)
    assert "2028-02-29" in every_29th
    assert not any(day.startswith("2027-02") for day in every_29th)
    assert recurrence.skipped_months(Recurrence("day", 1, nth=29), date(2027, 1, 29), date(2028, 3, 29)) == [
        date(2027, 2, 1)
    ]


def test_the_hour_on_the_wall_stays_through_both_changes_of_the_clock() -> None:
    for begin in (date(2027, 3, 1), date(2027, 10, 4)):
        hours = {
            rules.moment_of(day, "15:00", AMSTERDAM).astimezone(ZoneInfo(AMSTERDAM)).strftime("%H:%M")
            for day in dates(Recurrence("weeks", 1, 3), begin, 8)
        }
        assert hours == {"15:00"}
    utc = {
        rules.moment_of(day, "15:00", AMSTERDAM).hour
        for day in dates(Recurrence("weeks", 1, 3), date(2027, 3, 1), 8)
    }
    assert utc == {13, 14}


def test_the_day_that_loses_an_hour_still_has_its_meeting() -> None:
    # On Sunday 28 March 2027 there is no half past two in Amsterdam.
    assert dates(Recurrence("weeks", 1, 6), date(2027, 3, 22), 1) == ["2027-03-28"]
    assert rules.moment_of("2027-03-28", "02:30", AMSTERDAM) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@given(rhythms, since)
def test_a_rhythm_is_what_its_rule_says(wanted: Recurrence, begin: date) -> None:
    assert recurrence.from_rule(recurrence.to_rule(wanted)) == wanted
    found = [date.fromisoformat(day) for day in dates(wanted, begin)]
    assert found == sorted(set(found))
    assert found[0] >= begin
    for day in found:
        if wanted.kind == "day":
            assert day.day == wanted.nth
        else:
            assert day.weekday() == wanted.weekday
        if wanted.kind == "weekday" and wanted.nth > 0:
            assert (day.day - 1) // 7 + 1 == wanted.nth
        if wanted.kind == "weekday" and wanted.nth == -1:
            assert (day + timedelta(days=7)).month != day.month
    if wanted.kind == "weeks":
        assert {(b - a).days for a, b in pairwise(found)} == {7 * wanted.every}


@given(rhythms, since, st.integers(0, 5))
def test_what_follows_after_a_day_is_what_would_have_followed_anyway(
    wanted: Recurrence, begin: date, number: int
) -> None:
    first = recurrence.first_on(wanted, begin)
    rule = recurrence.to_rule(wanted)
    whole = list(islice(recurrence.days(rule, first, None, FAR), 8))
    assert list(islice(recurrence.days(rule, first, whole[number], FAR), 2)) == whole[number + 1 : number + 3]


@given(rhythms)
def test_every_month_is_hit_or_said_to_be_left_out(wanted: Recurrence) -> None:
    if wanted.kind == "weeks":
        return
    first = recurrence.first_on(wanted, date(2027, 1, 14))
    six = list(islice(recurrence.days(recurrence.to_rule(wanted), first, None, FAR), 6))
    hit = [day.replace(day=1) for day in six]
    without = recurrence.skipped_months(wanted, first, six[-1])
    months = sorted({*hit, *without})
    assert not set(hit) & set(without)
    steps = {(b.year - a.year) * 12 + b.month - a.month for a, b in pairwise(months)}
    assert steps <= {wanted.every}


def test_public_holidays_of_the_group_s_country_by_name() -> None:
    assert holidays.country_of(AMSTERDAM) == "NL"
    assert holidays.country_of("Pacific/Auckland") == "NZ"
    assert holidays.country_of("UTC") == ""
    days = [date(2027, 4, 27), date(2027, 4, 28), date(2027, 12, 26)]
    assert holidays.holidays_in(days, "NL", "nl") == {
        date(2027, 4, 27): "Koningsdag",
        date(2027, 12, 26): "Tweede kerstdag",
    }
    assert holidays.holidays_in(days, "NL", "en")[date(2027, 4, 27)] == "King's Day"
    assert holidays.holidays_in(days, "", "nl") == {}


@pytest.mark.parametrize(
    ("wanted", "dutch", "english"),
    [
        (Recurrence("weeks", 1, 0), "elke week op maandag", "every week on Monday"),
        (Recurrence("weeks", 6, 3), "elke 6 weken op donderdag", "every 6 weeks on Thursday"),
        (
            Recurrence("weekday", 1, 1, 2),
            "de tweede dinsdag van elke maand",
            "the second Tuesday of every month",
        ),
        (
            Recurrence("weekday", 3, 4, -1),
            "de laatste vrijdag van elke 3 maanden",
            "the last Friday of every 3 months",
        ),
        (Recurrence("day", 1, nth=14), "op dag 14 van elke maand", "on day 14 of every month"),
    ],
)
def test_a_rhythm_in_plain_words(wanted: Recurrence, dutch: str, english: str) -> None:
    rule = recurrence.to_rule(wanted)
    assert views.rhythm_words(for_language("nl"), rule) == dutch
    assert views.rhythm_words(for_language("en"), rule) == english


def test_the_rhythms_that_a_group_can_choose_and_six_meetings_ahead() -> None:
    assert recurrence.WEEKS == (1, 2, 3, 4, 5, 6, 8, 10, 12)
    assert recurrence.MONTHS == (1, 2, 3)
    assert recurrence.ORDINALS == (1, 2, 3, 4, 5, -1)
    assert recurrence.AHEAD == 6
    # A rhythm without more says Monday, and no day of the month.
    assert Recurrence("weeks", 1) == Recurrence("weeks", 1, 0, 0)


def test_every_choice_of_the_form_is_a_rhythm() -> None:
    t = for_language("nl")
    offered = views.choices(t)
    assert len({choice["value"] for choice in offered}) == len(offered) <= 100
    for choice in offered:
        wanted = views.rhythm_of(choice["value"], "3", "2027-01-14")
        assert recurrence.from_rule(recurrence.to_rule(wanted)) == wanted
