"""When something is said before a meeting, and who has stayed away."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.attendance import rules
from bot.attendance.rules import Rsvp
from bot.groups.rules import Turn, whose_turn
from bot.working_time import holidays
from bot.working_time.hours import WorkingHours

AMSTERDAM = "Europe/Amsterdam"
OFFICE = WorkingHours(AMSTERDAM, 9, 17, "12345")
ZONES = st.sampled_from([AMSTERDAM, "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata"])
HOURS = st.tuples(ZONES, st.integers(0, 22), st.sets(st.sampled_from("1234567"), min_size=1)).flatmap(
    lambda one: st.integers(one[1] + 1, 23).map(
        lambda to: WorkingHours(one[0], one[1], to, "".join(sorted(one[2])))
    )
)
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def utc(wall: str, zone: str = AMSTERDAM) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local(at: datetime, zone: str = AMSTERDAM) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("wanted", "comes"),
    [
        ("2027-02-25 15:00", "Thu 2027-02-25 15:00"),
        ("2027-02-28 15:00", "Fri 2027-02-26 16:00"),
        ("2027-03-01 08:30", "Fri 2027-02-26 16:00"),
        ("2027-02-25 19:30", "Thu 2027-02-25 16:00"),
        # Easter Monday; Good Friday counts as one too.
        ("2027-03-29 11:00", "Thu 2027-03-25 16:00"),
    ],
)
def test_outside_the_hours_it_is_the_last_working_hour_before(wanted: str, comes: str) -> None:
    assert local(OFFICE.last_open(utc(wanted))) == comes


@given(MOMENTS, HOURS)
def test_the_last_working_moment_lies_in_the_hours_and_never_later(at: datetime, hours: WorkingHours) -> None:
    found = hours.last_open(at)
    wall = found.astimezone(ZoneInfo(hours.zone))
    assert found <= at
    assert str(wall.isoweekday()) in hours.days
    # An hour that the clock skips is the hour after.
    assert hours.from_hour <= wall.hour <= hours.to_hour
    assert not holidays.is_holiday(wall.date(), hours.zone)
    # One day a week, and both Christmas and New Year's Day on it.
    assert at - found < timedelta(days=24)


def test_a_meeting_is_spoken_of_a_month_two_weeks_a_day_and_an_hour_before() -> None:
    found = rules.reminders(utc("2027-02-25 15:00"), OFFICE, "g", utc("2027-01-14 15:00"))
    spread = rules.offset_of_channel("g")
    assert [
        (one.kind, local(one.at + (spread if one.kind not in ("hour", "over") else timedelta())))
        for one in found
    ] == [
        ("month", "Tue 2027-01-26 15:00"),
        ("two_weeks", "Thu 2027-02-11 15:00"),
        ("day", "Wed 2027-02-24 15:00"),
        ("hour", "Thu 2027-02-25 14:00"),
        ("over", "Fri 2027-02-26 03:00"),
    ]


def test_a_meeting_two_days_ahead_is_invited_to_at_once() -> None:
    now = utc("2027-02-23 15:00")
    found = rules.reminders(utc("2027-02-25 15:00"), OFFICE, "g", now)
    assert [one.kind for one in found] == ["two_weeks", "day", "hour", "over"]
    assert found[0].at == now


def test_within_the_month_whoever_has_no_case_is_asked_a_day_later() -> None:
    now = utc("2027-02-01 10:00")
    found = rules.reminders(utc("2027-02-25 15:00"), OFFICE, "g", now)
    assert (found[0].kind, found[0].at) == ("month", now + timedelta(days=1))
    # It is left out when the invitation follows within three weeks of that.
    found = rules.reminders(utc("2027-02-23 10:00"), OFFICE, "g", now)
    assert found[0].kind == "month"
    found = rules.reminders(utc("2027-02-22 15:00"), OFFICE, "g", now)
    assert found[0].kind == "two_weeks"


def test_a_reminder_that_goes_at_this_moment_is_not_planned_a_second_time() -> None:
    start = utc("2027-02-25 15:00")
    planned = {one.kind: one.at for one in rules.reminders(start, OFFICE, "g", utc("2027-01-14 15:00"))}
    assert [one.kind for one in rules.reminders(start, OFFICE, "g", planned["day"])][1:] == ["hour", "over"]
    assert [one.kind for one in rules.reminders(start, OFFICE, "g", planned["hour"])][1:] == ["over"]
    assert [one.kind for one in rules.reminders(start, OFFICE, "g", start)] == ["over"]


def test_who_has_not_answered_is_asked_two_days_after_the_invitation_but_not_within_three_of_the_meeting() -> (
    None
):
    invited = utc("2027-02-15 10:00")
    assert rules.question_at(invited, utc("2027-02-20 10:00")) == utc("2027-02-17 10:00")
    assert rules.question_at(invited, utc("2027-02-20 09:59")) is None


def test_tomorrow_goes_by_the_calendar_of_the_group_and_not_by_hours() -> None:
    early, late = utc("2027-02-24 00:30"), utc("2027-02-24 23:30")
    for now in (early, late):
        assert rules.is_tomorrow(utc("2027-02-25 09:00"), now, AMSTERDAM)
        assert not rules.is_tomorrow(utc("2027-02-24 23:45"), now, AMSTERDAM)
        assert not rules.is_tomorrow(utc("2027-02-26 00:15"), now, AMSTERDAM)
    assert not rules.is_tomorrow(utc("2027-02-25 09:00"), late, "Pacific/Auckland")


@pytest.mark.parametrize(
    ("minutes", "about"), [(44, False), (45, True), (60, True), (75, True), (76, False), (-60, False)]
)
def test_in_an_hour_means_three_to_five_quarters(minutes: int, about: bool) -> None:
    now = utc("2027-02-25 10:00")
    assert rules.is_in_an_hour(now + timedelta(minutes=minutes), now) is about


def test_a_meeting_has_too_few_people_below_its_minimum() -> None:
    assert rules.is_too_few(3, 4)
    assert not rules.is_too_few(4, 4)


def test_the_head_count_can_still_be_anything_between_who_comes_and_who_has_not_declined() -> None:
    coming = rules.HeadCount(yes=["A"], late=["B"], no=["C"], unknown=["D", "E"])
    assert [number for number in range(7) if rules.can_become(number, coming)] == [2, 3, 4]


def test_summer_time_keeps_three_in_the_afternoon() -> None:
    # The clock goes forward on 28 March 2027, and back on 31 October. A month before the second is a Sunday.
    for day, start, month in (("2027-03-31", "2027-02-01", "15:00"), ("2027-11-02", "2027-09-01", "16:00")):
        found = rules.reminders(utc(f"{day} 15:00"), OFFICE, "g", utc(f"{start} 12:00"))
        on_the_wall = {one.kind: local(one.at + rules.offset_of_channel("g"))[-5:] for one in found[:3]}
        assert on_the_wall == {"month": month, "two_weeks": "15:00", "day": "15:00"}


@pytest.mark.parametrize(
    ("start", "comes"),
    [
        ("2027-02-25 15:00", "Thu 2027-02-25 14:00"),
        ("2027-02-25 09:30", "Thu 2027-02-25 09:00"),
        ("2027-02-25 09:15", "Thu 2027-02-25 09:00"),
        ("2027-02-25 09:14", None),
        ("2027-02-25 09:00", None),
        ("2027-02-25 18:00", "Thu 2027-02-25 16:00"),
        ("2027-02-25 20:00", "Thu 2027-02-25 16:00"),
        ("2027-02-27 11:00", None),
    ],
)
def test_the_hour_before_stays_on_the_day_and_in_the_hours(start: str, comes: str | None) -> None:
    found = rules.hour_before(utc(start), OFFICE)
    assert (local(found) if found else None) == comes


@given(MOMENTS, HOURS, st.timedeltas(timedelta(), timedelta(days=60)))
def test_nothing_is_said_after_the_start_or_in_the_past_and_the_invitation_always_comes(
    start: datetime, hours: WorkingHours, ahead: timedelta
) -> None:
    now = start - ahead - timedelta(seconds=1)
    found = rules.reminders(start, hours, "g", now)
    assert "two_weeks" in [one.kind for one in found]
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert all(now <= one.at < start for one in found[:-1])
    assert found[-1].at > start


def test_groups_are_spread_over_ten_minutes_and_each_keeps_its_own() -> None:
    found = [rules.offset_of_channel(f"group{number}") for number in range(200)]
    assert found == [rules.offset_of_channel(f"group{number}") for number in range(200)]
    assert max(found) < timedelta(minutes=10)
    assert len(set(found)) > 100


def test_whoever_led_least_recently_is_next() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    turns = [Turn("A", late, 1), Turn("B", early, 5), Turn("C", None, 2), Turn("D", None, 0)]
    assert whose_turn(turns) == "D"
    assert whose_turn(turns[:3]) == "C"
    assert whose_turn(turns[:2]) == "B"
    assert whose_turn([*turns, Turn("E", late, 9, offers=True)]) == "E"
    assert whose_turn([]) is None


@given(st.integers(2, 6), st.integers(1, 30))
def test_turns_to_lead_go_round(people: int, meetings: int) -> None:
    turns = {f"U{number}": Turn(f"U{number}", None, 0) for number in range(people)}
    now = datetime(2027, 1, 1, tzinfo=UTC)
    for number in range(meetings):
        user = whose_turn(list(turns.values()))
        assert user is not None
        turns[user] = Turn(user, now + timedelta(days=number), turns[user].led + 1)
    led = [turn.led for turn in turns.values()]
    assert max(led) - min(led) <= 1


@pytest.mark.parametrize(
    ("answer", "seen", "room", "came"),
    [
        (Rsvp.NO, None, True, False),
        (Rsvp.NO, True, True, True),
        (None, None, True, False),
        (Rsvp.YES, None, True, None),
        (Rsvp.LATE, None, True, None),
        (Rsvp.YES, None, False, False),
        (Rsvp.YES, True, False, True),
    ],
)
def test_who_was_there(answer: Rsvp | None, seen: bool | None, room: bool, came: bool | None) -> None:
    assert rules.has_come(answer, seen, in_a_room=room) is came


def test_a_row_of_missed_meetings_ends_where_somebody_came_or_nobody_knows() -> None:
    assert rules.missed_in_a_row([False, False, True]) == 2
    assert rules.missed_in_a_row([False, None, False]) == 1
    assert rules.missed_in_a_row([True, False, False]) == 0
    assert rules.missed_in_a_row([]) == 0


def test_nobody_is_new_when_everybody_is() -> None:
    assert rules.newcomers({"A": False, "B": False}) == []
    assert rules.newcomers({"A": True, "B": False}) == ["B"]


def test_reminders_and_questions_come_when_people_were_told_they_come() -> None:
    assert rules.DAYS_BEFORE == {"month": 30, "two_weeks": 14, "card": 2, "day": 1}
    # Who missed two meetings in a row is asked what it is.
    assert rules.MISSED_IN_A_ROW == 2
