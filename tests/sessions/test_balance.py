"""A session ends when it said it would: minutes come from what can spare them, and never from what is on."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.methods.extensions import extension
from bot.sessions import balance, rules
from bot.sessions.balance import Plan, PlannedPhase
from bot.sessions.rules import PhasePlan, State, Timer

START = datetime(2027, 1, 14, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# As the incident method: presentation, questions, answers, reworded, analysis, advice, response, harvest, evaluation.
MIDDLE = ((9, 5), (4, 3), (10, 6), (2, 2), (10, 6), (10, 6))
PROTECTED = (PlannedPhase(5, 4, protected=True), PlannedPhase(5, 3, protected=True), PlannedPhase(5, 4, True))
PLAN: Plan = (*(PlannedPhase(minutes, least) for minutes, least in MIDDLE), *PROTECTED)
ANALYSIS, ADVICE, RESPONSE = 4, 5, 6


def running(phase_index: int, plan: Plan = PLAN, now: datetime = START) -> Timer:
    return Timer(State.RUNNING, phase_index, ends_at=now + plan[phase_index].minutes * MINUTE)


def minutes_of(offered: balance.Balance | None) -> list[int]:
    assert offered is not None
    return [phase.minutes for phase in offered.plan]


def test_a_session_that_ends_in_time_is_offered_nothing() -> None:
    at = running(2)
    ends = balance.finish(PLAN, at, START)
    assert ends == START + 47 * MINUTE
    assert balance.balance(PLAN, at, START, ends) is None
    assert balance.balance(PLAN, at, START, ends - MINUTE) is None


def test_what_can_spare_most_gives_most_and_the_protected_give_nothing() -> None:
    at = running(2)
    offered = balance.balance(PLAN, at, START, START + 40 * MINUTE)
    assert minutes_of(offered) == [9, 4, 10, 2, 6, 7, 5, 5, 5]
    assert offered is not None
    assert (offered.finishes_at, offered.late) == (START + 40 * MINUTE, 0)


def test_minutes_are_whole_so_a_part_of_one_is_taken_whole() -> None:
    at = running(2)
    offered = balance.balance(PLAN, at, START, START + timedelta(minutes=43, seconds=20))
    assert offered is not None
    assert offered.finishes_at == START + 43 * MINUTE


def test_the_optional_goes_before_the_protected_is_touched() -> None:
    plan = (PlannedPhase(9, 5), PlannedPhase(3, 2, optional=True), PlannedPhase(10, 6), *PROTECTED)
    offered = balance.balance(plan, running(0, plan), START, START + 30 * MINUTE)
    # Seven minutes behind: the others can spare five, and without the optional phase only four are needed.
    assert minutes_of(offered) == [9, 0, 6, 5, 5, 5]


def test_the_protected_give_last_and_what_is_missing_is_said() -> None:
    at = running(ADVICE)
    offered = balance.balance(PLAN, at, START, START + 22 * MINUTE)
    assert minutes_of(offered)[RESPONSE:] == [4, 4, 4]
    offered = balance.balance(PLAN, at, START, START + 15 * MINUTE)
    assert minutes_of(offered)[RESPONSE:] == [4, 3, 4]
    assert offered is not None
    assert (offered.finishes_at, offered.late) == (START + 21 * MINUTE, 6)


def test_skipping_a_phase_gives_its_minutes_to_the_others() -> None:
    at = running(2)
    offered = balance.skip(PLAN, ANALYSIS, at, START, START + 38 * MINUTE)
    assert minutes_of(offered) == [9, 4, 10, 2, 0, 10, 5, 5, 5]
    offered = balance.skip(PLAN, ANALYSIS, at, START, START + 35 * MINUTE)
    assert minutes_of(offered) == [9, 4, 10, 2, 0, 8, 5, 5, 5]


def test_while_the_group_gathers_every_phase_can_give() -> None:
    at = Timer(State.GATHERING, 0)
    offered = balance.balance(PLAN, at, START, START + 50 * MINUTE)
    assert minutes_of(offered)[0] < 9
    assert offered is not None
    assert offered.finishes_at == START + 50 * MINUTE


def test_an_hour_of_pause_leaves_nothing_to_take_and_says_so() -> None:
    at = Timer(State.PAUSED, 2, remaining=5 * MINUTE)
    offered = balance.balance(PLAN, at, START + 60 * MINUTE, START + 45 * MINUTE)
    assert offered is not None
    assert [phase.minutes for phase in offered.plan[3:]] == [phase.least for phase in PLAN[3:]]
    assert offered.late == 60 + 5 + 25 - 45


def test_the_time_to_round_off_leaves_two_minutes_and_what_is_protected() -> None:
    ends_by = START + 30 * MINUTE
    assert balance.round_off_at(PLAN, running(ADVICE), ends_by) == ends_by - 13 * MINUTE
    assert balance.round_off_at(PLAN, running(RESPONSE), ends_by) is None


def test_extensions_shrink_and_then_there_are_none() -> None:
    given = [extension(already) for already in range(5)]
    assert given == [2 * MINUTE, 2 * MINUTE, MINUTE, None, None]


def test_the_clock_of_a_skipped_phase_never_runs() -> None:
    plan = PhasePlan(tuple(minutes * MINUTE for minutes in (5, 0, 10, 0, 5)))
    timer = rules.begin(Timer(State.GATHERING, 0), plan, START)
    timer = rules.go_on(timer, plan, START)
    assert timer.phase_index == 2
    assert rules.go_back(timer, plan, START).phase_index == 0
    timer = rules.go_on(timer, plan, START)
    assert timer.phase_index == 4
    assert rules.go_on(timer, plan, START).state is State.ENDED


ZONE = "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("now", "clock", "at"),
    [
        ("2027-01-14T14:00+00:00", "16:05", "2027-01-14T15:05+00:00"),
        ("2027-01-14T14:00+00:00", "14:30", None),
        ("2027-01-14T14:00+00:00", "15:05", "2027-01-14T14:05+00:00"),
        # After midnight.
        ("2027-01-14T22:30+00:00", "00:45", "2027-01-14T23:45+00:00"),
        ("2027-01-14T23:30+00:00", "00:45", "2027-01-14T23:45+00:00"),
        # The hour that comes twice, and the one that does not exist.
        ("2027-10-31T00:10+00:00", "02:30", "2027-10-31T00:30+00:00"),
        ("2027-10-31T00:40+00:00", "02:30", "2027-10-31T01:30+00:00"),
        ("2027-03-28T00:30+00:00", "02:30", "2027-03-28T01:30+00:00"),
        ("2027-03-28T00:30+00:00", "03:15", "2027-03-28T01:15+00:00"),
    ],
)
def test_an_end_time_is_the_next_moment_with_that_time(now: str, clock: str, at: str | None) -> None:
    found = balance.end_time(clock, ZONE, datetime.fromisoformat(now))
    assert found == (None if at is None else datetime.fromisoformat(at))


@dataclass
class History:
    """A session as its facilitator could have it, with the clock at hand."""

    plan: Plan
    ends_by: datetime
    timer: Timer
    now: datetime = START

    @property
    def lengths(self) -> PhasePlan:
        return PhasePlan(tuple(phase.minutes * MINUTE for phase in self.plan))

    def act(self, what: str, wait: timedelta) -> None:
        self.now += wait
        if self.timer.state is State.RUNNING and not self.timer.left(self.now):
            self.timer = rules.phase_over(self.timer, self.lengths, self.now, auto_advance=False)
        try:
            match what:
                case "begin":
                    self.timer = rules.begin(self.timer, self.lengths, self.now)
                case "pause":
                    self.timer = rules.pause(self.timer, self.now)
                case "resume":
                    self.timer = rules.carry_on(self.timer, self.now)
                case "extend":
                    self.timer = rules.extend(self.timer, 2 * MINUTE, self.now)
                case "next":
                    self.timer = rules.go_on(self.timer, self.lengths, self.now)
                case "back":
                    self.timer = rules.go_back(self.timer, self.lengths, self.now)
                case "later":
                    self.ends_by = balance.finish(self.plan, self.timer, self.now)
                case _:
                    pass
        except rules.NotNow:
            pass


phases = st.integers(2, 15).flatmap(
    lambda minutes: st.builds(PlannedPhase, st.just(minutes), st.integers(1, minutes), optional=st.booleans())
)
plans = st.builds(
    lambda middle, last: (*middle, *(replace(one, protected=True, optional=False) for one in last)),
    st.lists(phases, min_size=1, max_size=7),
    st.lists(phases, max_size=3),
)
acts = st.tuples(
    st.sampled_from(("begin", "pause", "resume", "extend", "next", "back", "later", "do it so", "skip")),
    st.timedeltas(timedelta(0), timedelta(minutes=20)),
)


@settings(max_examples=150)
@given(plans, st.integers(5, 120), st.lists(acts, max_size=14))
def test_for_any_history_every_plan_that_is_offered_keeps_its_promises(
    plan: Plan, until: int, done: list[tuple[str, timedelta]]
) -> None:
    held = History(plan, START + until * MINUTE, Timer(State.GATHERING, 0))
    for what, wait in done:
        held.act(what, wait)
        at, now, ends_by = held.timer, held.now, held.ends_by
        if at.state is State.ENDED:
            return
        offered = balance.balance(held.plan, at, now, ends_by)
        ends = balance.finish(held.plan, at, now)
        if offered is None:
            assert ends <= ends_by + MINUTE
            continue
        rest = balance.rest_of(held.plan, at)
        # What has begun keeps its minutes, and nothing becomes longer.
        assert offered.plan[: rest.start] == held.plan[: rest.start]
        for before, after in zip(held.plan, offered.plan, strict=True):
            assert after.minutes <= before.minutes
            assert replace(after, minutes=before.minutes) == before
            if after.minutes < before.minutes:
                is_skipped = after.optional and not after.minutes
                assert is_skipped or after.minutes >= after.least
        assert all(after.minutes >= after.least for after in offered.plan if after.protected)
        assert offered.finishes_at == balance.finish(offered.plan, at, now)
        if offered.late:
            # Nothing is left to take.
            assert offered.late * MINUTE >= offered.finishes_at - ends_by > (offered.late - 1) * MINUTE
            assert not any(offered.plan[index].spare for index in rest)
        else:
            assert offered.finishes_at <= ends_by + MINUTE
            if all(b.minutes == a.minutes or a.minutes for b, a in zip(held.plan, offered.plan, strict=True)):
                assert offered.finishes_at > ends_by - MINUTE
        if what == "do it so":
            held.plan = offered.plan
        elif what == "skip" and rest and not held.plan[rest.start].protected:
            without = balance.skip(held.plan, rest.start, at, now, ends_by)
            assert without.finishes_at <= ends
            assert all(after.minutes >= after.least for after in without.plan if after.protected)
            held.plan = without.plan
