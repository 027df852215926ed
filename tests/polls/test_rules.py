"""The order of cases, and the one reason that is told."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.polls import rules
from bot.polls.rules import Entry
from bot.working_time.hours import WorkingHours

DAY = datetime(2027, 1, 1, tzinfo=UTC)

entries = st.lists(
    st.builds(
        Entry,
        case=st.text("abcdef", min_size=1, max_size=3),
        points=st.integers(0, 4),
        urgency=st.sampled_from(["now", "month", "can_wait"]),
        waiting_since=st.integers(0, 3).map(lambda days: DAY + timedelta(days=days)),
        turns=st.integers(0, 2),
    ),
    min_size=1,
    max_size=10,
    unique_by=lambda entry: entry.case,
)


@given(entries, st.randoms())
def test_the_order_is_the_same_however_the_cases_come(found: list[Entry], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands out a random.Random
    assert rules.ranking(shuffled) == rules.ranking(found)
    assert sorted(rules.ranking(found), key=lambda e: e.case) == sorted(found, key=lambda e: e.case)


@given(entries)
def test_more_votes_always_come_first(found: list[Entry]) -> None:
    points = [entry.points for entry in rules.ranking(found)]
    assert points == sorted(points, reverse=True)


@given(entries)
def test_the_reason_is_the_first_thing_in_which_two_neighbours_differ(found: list[Entry]) -> None:
    ordered = rules.ranking(found)
    for first, second in pairwise(ordered):
        differ = [
            name
            for name, same in (
                ("points", first.points == second.points),
                ("urgency", first.urgency == second.urgency),
                ("waiting", first.waiting_since == second.waiting_since),
                ("turns", first.turns == second.turns),
                ("lot", False),
            )
            if not same
        ]
        assert rules.reason(first, second) == differ[0]
    assert rules.reason(ordered[-1], None) == "only"


@given(st.lists(st.integers(0, 3), min_size=2, max_size=10))
def test_a_ballot_holds_one_to_three_votes(points: list[int]) -> None:
    problem = rules.ballot_problem(points)
    assert (problem is None) == (1 <= sum(points) <= rules.VOTES)


def test_everyone_has_three_votes() -> None:
    assert rules.ballot_problem([3]) is None
    assert rules.ballot_problem([1, 1, 1]) is None
    assert rules.ballot_problem([3, 1]) == "too_many"


def test_a_poll_holds_two_to_ten_cases() -> None:
    assert (rules.MIN_CANDIDATES, rules.MAX_CANDIDATES) == (2, 10)


def test_equal_votes_go_by_the_urgency_before_the_longest_wait() -> None:
    longest_first = ("can_wait", "month", "now")
    found = [
        Entry(urgency, 2, urgency, DAY + timedelta(days=n), 0) for n, urgency in enumerate(longest_first)
    ]
    assert [one.case for one in rules.ranking(found)] == ["now", "month", "can_wait"]


def test_everyone_has_voted_when_the_last_member_did_and_never_in_a_group_without_members() -> None:
    assert rules.has_everyone_voted(3, 3)
    assert not rules.has_everyone_voted(2, 3)
    assert rules.has_everyone_voted(1, 1)
    assert not rules.has_everyone_voted(0, 0)


def test_negative_votes_do_not_make_room() -> None:
    assert rules.ballot_problem([3, 3, -3]) == "too_many"


moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: DAY + timedelta(minutes=minutes))


@given(moments, st.none() | st.integers(0, 40), st.sampled_from(["Europe/Amsterdam", "America/New_York"]))
def test_the_proposed_close_is_noon_and_still_to_come(now: datetime, days: int | None, zone: str) -> None:
    meeting = now + timedelta(days=days) if days is not None else None
    proposed = rules.proposed_close(now, WorkingHours(zone, 9, 17), meeting)
    assert proposed > now
    assert proposed.astimezone(ZoneInfo(zone)).hour == 12
    assert WorkingHours(zone, 9, 17).is_workday(proposed.astimezone(ZoneInfo(zone)).date())


def test_the_proposed_close_leaves_the_weekend_alone() -> None:
    hours = WorkingHours("Europe/Amsterdam", 9, 17)
    thursday, friday = datetime(2027, 1, 14, 9, tzinfo=UTC), datetime(2027, 1, 15, 9, tzinfo=UTC)
    monday = datetime(2027, 1, 18, 9, tzinfo=UTC)
    noon = timedelta(hours=2)
    assert rules.proposed_close(friday, hours, None) == monday + noon
    # A meeting on Monday morning: Friday at noon is the last working moment of its kind.
    assert rules.proposed_close(thursday, hours, monday) == friday + noon
    assert rules.proposed_close(friday, hours, monday) == friday + noon


def test_a_poll_closes_before_a_meeting_at_noon_while_there_is_more_than_an_hour_left_to_vote() -> None:
    hours = WorkingHours("Europe/Amsterdam", 9, 17)
    thursday_at_noon, friday_at_noon = (datetime(2027, 1, day, 11, tzinfo=UTC) for day in (14, 15))
    an_hour = timedelta(hours=1)
    long_before, just_before = thursday_at_noon - 2 * an_hour, thursday_at_noon - an_hour
    assert rules.proposed_close(long_before, hours, friday_at_noon) == thursday_at_noon
    assert rules.proposed_close(just_before, hours, friday_at_noon) == friday_at_noon


def test_a_group_that_does_not_work_at_noon_closes_at_the_hour_nearest_to_it() -> None:
    thursday = datetime(2027, 1, 14, 9, tzinfo=UTC)
    for first, last, closes in ((8, 12, 11), (13, 17, 13), (8, 10, 9)):
        found = rules.proposed_close(thursday, WorkingHours("Europe/Amsterdam", first, last), None)
        assert found.astimezone(ZoneInfo("Europe/Amsterdam")).hour == closes
