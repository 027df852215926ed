"""Which date suits best."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.date_polls import rules
from bot.date_polls.rules import Tally
from bot.working_time.hours import WorkingHours

HOURS = WorkingHours("Europe/Amsterdam", 9, 17)
START = datetime(2027, 1, 28, 14, tzinfo=UTC)
SLOTS = {f"s{n}": START + timedelta(days=n) for n in range(4)}
MEMBERS = {"anna", "bram", "chloe"}
marks = st.lists(
    st.tuples(
        st.sampled_from([*SLOTS, "other"]),
        st.sampled_from([*MEMBERS, "gone"]),
        st.sampled_from(rules.DATE_ANSWERS),
    ),
    unique_by=lambda mark: mark[:2],
)


def test_nobody_s_no_goes_before_more_yeses() -> None:
    found = [Tally("a", START, 5, 0, 1), Tally("b", START, 3, 2, 0), Tally("c", START, 4, 1, 0)]
    assert [one.slot for one in rules.best_first(found)] == ["c", "b", "a"]


def test_among_equals_the_earlier_one() -> None:
    found = [Tally("late", START + timedelta(days=1), 2), Tally("early", START, 2)]
    assert [one.slot for one in rules.best_first(found)] == ["early", "late"]


@given(marks)
def test_only_members_and_their_own_dates_count(given_marks: list[tuple[str, str, str]]) -> None:
    found = rules.tally(SLOTS, given_marks, MEMBERS)
    assert [one.slot for one in found] == list(SLOTS)
    counted = [mark for mark in given_marks if mark[0] in SLOTS and mark[1] in MEMBERS]
    assert sum(one.yes + one.maybe + one.no for one in found) == len(counted)
    assert all(one.yes + one.maybe + one.no <= len(MEMBERS) for one in found)


@given(marks)
def test_the_first_is_not_beaten_by_any_other(given_marks: list[tuple[str, str, str]]) -> None:
    best = rules.best_first(rules.tally(SLOTS, given_marks, MEMBERS))
    for other in best[1:]:
        assert not (best[0].no and not other.no)
        if bool(best[0].no) == bool(other.no):
            assert best[0].yes >= other.yes


def test_whoever_has_said_something_of_every_date_has_answered() -> None:
    said = [(slot, "anna", "no") for slot in SLOTS] + [("s0", "bram", "yes")]
    assert rules.users_done(set(SLOTS), said, MEMBERS) == {"anna"}


def test_it_closes_at_five_and_before_the_first_date() -> None:
    assert rules.closes_at("2027-01-20", HOURS, START) == datetime(2027, 1, 20, 16, tzinfo=UTC)
    assert rules.closes_at("2027-07-20", HOURS, START + timedelta(days=300)).hour == 15
    assert rules.closes_at("2027-02-20", HOURS, START) == START - timedelta(hours=1)


def test_usually_there_are_five_days_and_less_when_time_is_short() -> None:
    now = datetime(2027, 1, 14, 14, tzinfo=UTC)
    assert rules.default_end(now, HOURS, START) == "2027-01-19"
    assert rules.default_end(now, HOURS, now + timedelta(days=2)) == "2027-01-15"
    assert rules.default_end(now, HOURS, now + timedelta(hours=5)) == "2027-01-14"


def test_it_closes_on_a_working_day_in_working_hours() -> None:
    # Saturday the 23rd becomes Monday.
    assert rules.closes_at("2027-01-23", HOURS, START) == datetime(2027, 1, 25, 16, tzinfo=UTC)
    # King's day becomes the day after it.
    far = START + timedelta(days=200)
    assert rules.closes_at("2027-04-27", HOURS, far) == datetime(2027, 4, 28, 15, tzinfo=UTC)
    # A group that stops at three closes at three.
    short = WorkingHours("Europe/Amsterdam", 9, 15)
    assert rules.closes_at("2027-01-20", short, START) == datetime(2027, 1, 20, 14, tzinfo=UTC)
    # The first date is on Monday at eight: Friday's last working hour comes before it.
    early = datetime(2027, 1, 25, 7, tzinfo=UTC)
    assert rules.closes_at("2027-01-22", HOURS, early) == datetime(2027, 1, 22, 16, tzinfo=UTC)
    # On Sunday nothing is left of the week before.
    assert rules.closes_at("2027-01-24", HOURS, early) == early - timedelta(hours=1)


def test_the_proposed_end_is_a_working_day() -> None:
    # Tuesday and five days is a Sunday.
    tuesday = datetime(2027, 1, 19, 14, tzinfo=UTC)
    assert rules.default_end(tuesday, HOURS, tuesday + timedelta(days=30)) == "2027-01-22"


def test_anybody_may_choose_three_days_after_the_end() -> None:
    monday = datetime(2027, 1, 18, 16, tzinfo=UTC)
    # At five the day is over, so it is the morning after.
    assert rules.overdue_at(monday, HOURS) == datetime(2027, 1, 22, 8, tzinfo=UTC)


def test_anybody_may_choose_from_a_working_moment_on() -> None:
    wednesday = datetime(2027, 1, 20, 16, tzinfo=UTC)
    assert rules.overdue_at(wednesday, HOURS) == datetime(2027, 1, 25, 8, tzinfo=UTC)


def test_a_form_asks_for_three_dates_and_a_poll_holds_ten() -> None:
    assert (rules.PER_FORM, rules.MAX_SLOTS) == (3, 10)


def test_before_anybody_votes_every_date_has_no_votes() -> None:
    [first, *_] = rules.tally(SLOTS, [], MEMBERS)
    assert first == Tally("s0", START) == Tally("s0", START, 0, 0, 0)


def test_what_a_leader_from_outside_can_is_shown_and_counts_nowhere() -> None:
    marks = [("s0", "lea", "no"), ("s0", "anna", "yes"), ("s1", "anna", "maybe")]
    first, second, *_ = rules.tally(SLOTS, marks, MEMBERS, "lea")
    assert (first.yes, first.maybe, first.no, first.leader) == (1, 0, 0, "no")
    assert (second.yes, second.maybe, second.no, second.leader) == (0, 1, 0, "")


def test_it_closes_at_five_also_when_the_first_date_is_at_six_that_day() -> None:
    at_six, at_seven = (datetime(2027, 1, 20, hour, tzinfo=UTC) for hour in (17, 18))
    for first in (at_six, at_seven):
        assert rules.closes_at("2027-01-20", HOURS, first) == datetime(2027, 1, 20, 16, tzinfo=UTC)


def test_a_group_that_works_late_closes_at_five() -> None:
    late = WorkingHours("Europe/Amsterdam", 9, 20)
    assert rules.closes_at("2027-01-20", late, START) == datetime(2027, 1, 20, 16, tzinfo=UTC)
