"""When a meeting is announced: on the wall clock of the group, through both changes of the hour."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.meetings import rules

AMSTERDAM = "Europe/Amsterdam"


def local(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(AMSTERDAM)).strftime("%Y-%m-%d %H:%M")


def test_a_meeting_is_announced_a_week_a_day_and_an_hour_before() -> None:
    found = rules.announcements("2027-01-28", "15:00", AMSTERDAM, datetime(2027, 1, 14, tzinfo=UTC))
    assert [(one.kind, local(one.at)) for one in found] == [
        ("week", "2027-01-21 15:00"),
        ("day", "2027-01-27 15:00"),
        ("hour", "2027-01-28 14:00"),
    ]


def test_what_is_past_is_left_out() -> None:
    found = rules.announcements("2027-01-28", "15:00", AMSTERDAM, datetime(2027, 1, 27, 20, tzinfo=UTC))
    assert [one.kind for one in found] == ["hour"]


def test_summer_time_keeps_three_in_the_afternoon() -> None:
    # The clock goes forward on 28 March 2027: a week before is still three o'clock on the wall.
    found = rules.announcements("2027-03-30", "15:00", AMSTERDAM, datetime(2027, 3, 1, tzinfo=UTC))
    assert [local(one.at)[-5:] for one in found] == ["15:00", "15:00", "14:00"]
    # And back on 31 October.
    found = rules.announcements("2027-11-02", "15:00", AMSTERDAM, datetime(2027, 10, 1, tzinfo=UTC))
    assert [local(one.at)[-5:] for one in found] == ["15:00", "15:00", "14:00"]


def test_an_hour_that_the_clock_skips_is_the_hour_after() -> None:
    assert local(rules.moment_of("2027-03-28", "02:30", AMSTERDAM)) == "2027-03-28 03:30"


@given(
    st.dates(min_value=date(2027, 1, 1), max_value=date(2029, 1, 1)),
    st.times(),
    st.integers(min_value=0, max_value=20 * 24),
)
def test_announcements_come_in_order_before_the_meeting_and_never_in_the_past(
    day: object, hour: object, hours_before: int
) -> None:
    start = rules.moment_of(str(day), f"{hour:%H:%M}", AMSTERDAM)
    now = start - timedelta(hours=hours_before)
    found = rules.announcements(str(day), f"{hour:%H:%M}", AMSTERDAM, now)
    moments = [one.at for one in found]
    assert moments == sorted(moments)
    assert all(now < moment < start for moment in moments)


def test_a_date_must_be_to_come_and_within_two_years() -> None:
    now = datetime(2027, 1, 14, tzinfo=UTC)
    assert rules.problem_with(now, now) == "past"
    assert rules.problem_with(now + timedelta(days=800), now) == "far"
    assert rules.problem_with(now + timedelta(days=30), now) is None
