"""The session's clock never lies, however it is paused, extended and moved."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.sessions import rules
from bot.sessions.rules import NotNow, PhasePlan, Readiness, State, Timer

START = datetime(2027, 1, 14, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = PhasePlan(tuple(minutes * MINUTE for minutes in (5, 10, 15, 10, 10, 5, 5, 5)))
GATHERING = Timer(State.GATHERING, 0)
moments = st.timedeltas(
    min_value=timedelta(0), max_value=timedelta(minutes=9, seconds=59, microseconds=999_999)
)


def running(number: int = 1, now: datetime = START) -> Timer:
    return Timer(State.RUNNING, number, ends_at=now + PLAN.lengths[number])


def test_beginning_starts_the_first_phase_for_its_whole_length() -> None:
    timer = rules.begin(GATHERING, PLAN, START)
    assert (timer.state, timer.phase_index, timer.ends_at) == (State.RUNNING, 0, START + 5 * MINUTE)
    assert timer.finishes_at(PLAN, START) == START + 65 * MINUTE


def test_a_session_without_look_back_begins_with_the_presentation() -> None:
    plan = PhasePlan(PLAN.lengths, first_phase=1)
    timer = rules.begin(GATHERING, plan, START)
    assert (timer.phase_index, timer.finishes_at(plan, START)) == (1, START + 60 * MINUTE)
    with pytest.raises(NotNow):
        rules.go_back(timer, plan, START)


@given(st.lists(st.tuples(moments, st.timedeltas(timedelta(0), timedelta(days=3))), max_size=8))
def test_pausing_keeps_the_remaining_time_exact_however_often(
    spells: list[tuple[timedelta, timedelta]],
) -> None:
    now, timer, spent = START, running(), timedelta(0)
    for works, rests in spells:
        works = min(works, timer.left(now))
        now, spent = now + works, spent + works
        timer = rules.pause(timer, now)
        now += rests
        timer = rules.carry_on(timer, now)
    assert timer.left(now) == 10 * MINUTE - spent
    assert timer.ends_at == now + timer.left(now)


def test_the_end_of_the_session_moves_with_the_pause() -> None:
    paused = rules.pause(running(), START + 3 * MINUTE)
    assert paused.finishes_at(PLAN, START + 20 * MINUTE) == START + (20 + 7 + 50) * MINUTE


@pytest.mark.parametrize("later", [timedelta(0), 4 * MINUTE, 10 * MINUTE, 25 * MINUTE])
def test_two_minutes_more_are_two_minutes_more_than_what_is_left(later: timedelta) -> None:
    now = START + later
    timer = rules.extend(running(), 2 * MINUTE, now)
    assert timer.left(now) == running().left(now) + 2 * MINUTE


def test_a_phase_that_was_over_runs_again_with_more_time() -> None:
    waiting = rules.phase_over(running(), PLAN, START + 10 * MINUTE, auto_advance=False)
    timer = rules.extend(waiting, 2 * MINUTE, START + 14 * MINUTE)
    assert (timer.state, timer.ends_at) == (State.RUNNING, START + 16 * MINUTE)


def test_more_time_during_a_pause_waits_until_it_is_over() -> None:
    paused = rules.pause(running(), START + 9 * MINUTE)
    more = rules.extend(paused, 2 * MINUTE, START + 12 * MINUTE)
    assert (more.state, more.left(START)) == (State.PAUSED, 3 * MINUTE)


def test_when_the_time_is_up_it_waits_or_goes_on_as_the_group_wants() -> None:
    end = START + 10 * MINUTE
    assert rules.phase_over(running(), PLAN, end, auto_advance=False).state is State.WAITING
    on = rules.phase_over(running(), PLAN, end, auto_advance=True)
    assert (on.state, on.phase_index, on.ends_at) == (State.RUNNING, 2, end + 15 * MINUTE)


def test_a_late_end_gives_the_next_phase_its_whole_time() -> None:
    late = START + 50 * MINUTE
    assert rules.phase_over(running(), PLAN, late, auto_advance=True).left(late) == 15 * MINUTE


def test_a_phase_that_still_has_time_is_not_over() -> None:
    with pytest.raises(NotNow):
        rules.phase_over(running(), PLAN, START + 9 * MINUTE, auto_advance=True)


def test_after_the_last_phase_the_session_ends() -> None:
    assert rules.go_on(running(7), PLAN, START).state is State.ENDED
    assert rules.phase_over(running(7), PLAN, START + 5 * MINUTE, auto_advance=True).state is State.ENDED
    assert rules.phase_over(running(7), PLAN, START + 5 * MINUTE, auto_advance=False).state is State.WAITING


def test_going_back_is_another_round_of_the_same_phase() -> None:
    back = rules.go_back(running(2), PLAN, START)
    assert (back.phase_index, back.pass_no, back.left(START)) == (1, 2, 10 * MINUTE)
    assert rules.go_on(back, PLAN, START).pass_no == 2


@pytest.mark.parametrize(("minutes", "before"), [(5, 1), (10, 2), (15, 2), (6, 2), (2, 1)])
def test_the_warning_comes_two_minutes_before_and_one_in_a_short_phase(minutes: int, before: int) -> None:
    timer = Timer(State.RUNNING, 0, ends_at=START + minutes * MINUTE)
    assert rules.warning_at(timer, minutes * MINUTE) == START + (minutes - before) * MINUTE


def test_nothing_is_announced_while_the_clock_stands() -> None:
    assert rules.warning_at(rules.pause(running(), START), 10 * MINUTE) is None


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ({"B", "C"}, Readiness.NO_PRESENTER),
        ({"A"}, Readiness.ALONE),
        ({"A", "B"}, Readiness.FEW),
        ({"A", "B", "C"}, Readiness.FEW),
        ({"A", "B", "C", "D"}, Readiness.READY),
    ],
)
def test_the_presenter_and_one_other_are_enough(present: set[str], expected: Readiness) -> None:
    assert rules.readiness(present, "A") is expected


def test_presenter_goes_before_facilitator_and_everybody_else_takes_part() -> None:
    assert rules.role_of("A", "A", "A") is rules.Role.PRESENTER
    assert rules.role_of("B", "A", "B") is rules.Role.FACILITATOR
    assert rules.role_of("C", "A", "B") is rules.role_of("C", "A", None) is rules.Role.PARTICIPANT


def test_somebody_was_there_from_their_coming_or_the_beginning_until_their_leaving_or_the_end() -> None:
    began, ended = START, START + 60 * MINUTE
    assert rules.attended(START - 5 * MINUTE, None, began, ended) == (began, ended)
    came, left = START + 10 * MINUTE, START + 20 * MINUTE
    assert rules.attended(came, left, began, ended) == (came, left)
    assert rules.attended(came, ended + MINUTE, began, ended) == (came, ended)
    assert rules.attended(START - 5 * MINUTE, began, began, ended) is None
    assert rules.attended(ended, None, began, ended) is None


def test_whoever_leads_jumps_to_a_later_phase_only() -> None:
    later = rules.jump(running(2), PLAN, 4, START)
    assert (later.state, later.phase_index, later.left(START)) == (State.RUNNING, 4, 10 * MINUTE)
    for phase in (1, 2):
        with pytest.raises(NotNow):
            rules.jump(running(2), PLAN, phase, START)


def test_going_back_passes_over_a_phase_that_is_left_out() -> None:
    plan = PhasePlan((5 * MINUTE, timedelta(), 10 * MINUTE, timedelta(), 15 * MINUTE))
    assert [plan.previous(phase) for phase in (4, 2, 0)] == [2, 0, None]
    assert [plan.following(phase) for phase in (0, 2, 4)] == [2, 4, None]


def test_it_is_time_to_round_off_from_the_warning_on() -> None:
    warned_at = START + 8 * MINUTE
    assert not rules.is_rounding_off(running(), 10 * MINUTE, warned_at - timedelta(seconds=1))
    assert rules.is_rounding_off(running(), 10 * MINUTE, warned_at)
    assert not rules.is_rounding_off(rules.pause(running(), warned_at), 10 * MINUTE, warned_at)


class Sessions(RuleBasedStateMachine):
    """Any sequence of controls and time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.timer = GATHERING
        self.seen: set[tuple[int, int]] = set()

    def apply(self, control: str, *args: object, **more: object) -> None:
        before = self.timer
        try:
            self.timer = getattr(rules, control)(before, *args, **more)
        except NotNow:
            self.timer = before
            return
        if (self.timer.phase_index, self.timer.pass_no) != (before.phase_index, before.pass_no):
            assert (self.timer.phase_index, self.timer.pass_no) not in self.seen
            self.seen.add((self.timer.phase_index, self.timer.pass_no))

    @rule(by=st.timedeltas(timedelta(0), timedelta(minutes=12)))
    def time_passes(self, by: timedelta) -> None:
        self.now += by

    @rule(control=st.sampled_from(["begin", "go_on", "go_back"]))
    def move(self, control: str) -> None:
        self.apply(control, PLAN, self.now)

    @rule(control=st.sampled_from(["pause", "carry_on"]))
    def hold(self, control: str) -> None:
        left = self.timer.left(self.now)
        self.apply(control, self.now)
        assert self.timer.left(self.now) == left

    @rule()
    def more(self) -> None:
        self.apply("extend", 2 * MINUTE, self.now)

    @rule(auto_advance=st.booleans())
    def over(self, auto_advance: bool) -> None:
        self.apply("phase_over", PLAN, self.now, auto_advance=auto_advance)

    @precondition(lambda self: self.timer.state is State.ENDED)
    @rule()
    def nothing_follows_the_end(self) -> None:
        for control in ("begin", "go_on", "go_back"):
            with pytest.raises(NotNow):
                getattr(rules, control)(self.timer, PLAN, self.now)

    @invariant()
    def exactly_one_truth_about_time(self) -> None:
        state = self.timer.state
        assert (self.timer.ends_at is not None) == (state is State.RUNNING)
        assert (self.timer.remaining is not None) == (state is State.PAUSED)
        assert 0 <= self.timer.phase_index < len(PLAN.lengths)
        assert self.timer.left(self.now) >= timedelta(0)


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
