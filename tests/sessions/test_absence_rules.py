"""What an absence does to a session's clock: pure decisions."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.methods import catalogue
from bot.sessions import rules
from bot.sessions.rules import AfterDowntime, NotNow, PhasePlan, State, Timer
from tests.clock import START

MINUTE = timedelta(minutes=1)
PLAN = PhasePlan(tuple(minutes * MINUTE for minutes in (5, 10, 15, 10, 10, 5, 5, 5)))
spans = st.timedeltas(timedelta(0), timedelta(hours=5))


def running(left: timedelta = 10 * MINUTE, number: int = 1) -> Timer:
    return Timer(State.RUNNING, number, ends_at=START + left)


@given(spans, spans, st.timedeltas(timedelta(minutes=2), timedelta(days=30)))
def test_nobody_loses_time_to_an_absence(planned: timedelta, passed: timedelta, gone: timedelta) -> None:
    timer, since = running(planned), START + passed
    held = rules.hold_timer(timer, since)
    assert held.remaining == max(planned - passed, MINUTE)
    back = rules.carry_on(held, since + gone)
    assert back.left(since + gone) == held.remaining


@given(spans, spans)
def test_going_on_is_as_if_the_bot_had_been_there(planned: timedelta, later: timedelta) -> None:
    timer = running(planned)
    now = START + later
    kept = rules.keep_to(rules.hold_timer(timer, START), START + planned, PLAN, now)
    if later < planned:
        assert kept == timer
    else:
        assert kept == rules.go_on(timer, PLAN, now)


def test_after_the_last_phase_going_on_ends_the_session() -> None:
    held = rules.hold_timer(running(number=7), START)
    assert rules.keep_to(held, START, PLAN, START + MINUTE).state is State.ENDED


def test_only_what_ran_is_held_and_only_what_is_held_goes_on() -> None:
    with pytest.raises(NotNow):
        rules.hold_timer(rules.pause(running(), START), START)
    with pytest.raises(NotNow):
        rules.keep_to(running(), START, PLAN, START)


@pytest.mark.parametrize(
    ("gone", "then"),
    [
        (2 * MINUTE, AfterDowntime.ASK),
        (rules.CLOSE_AFTER_DOWNTIME, AfterDowntime.ASK),
        (rules.CLOSE_AFTER_DOWNTIME + timedelta(seconds=1), AfterDowntime.END),
        (timedelta(days=400), AfterDowntime.END),
    ],
)
def test_after_hours_it_is_no_longer_a_question(gone: timedelta, then: AfterDowntime) -> None:
    assert rules.decide_after_downtime(running(), START - 5 * MINUTE, START, START + gone) is then


def test_a_session_has_long_been_over_by_then() -> None:
    assert all(method.minutes * MINUTE < rules.CLOSE_AFTER_DOWNTIME / 2 for method in catalogue.methods())


@given(st.sampled_from([State.GATHERING, State.PAUSED, State.WAITING, State.ENDED]), spans)
def test_a_clock_that_stood_still_needs_no_choice(state: State, gone: timedelta) -> None:
    assert rules.decide_after_downtime(Timer(state, 1), START, START, START + gone) is AfterDowntime.NOTHING


def test_what_another_process_dealt_with_is_left_alone() -> None:
    since, until = START, START + 30 * MINUTE
    assert rules.decide_after_downtime(running(), START + 10 * MINUTE, since, until) is AfterDowntime.NOTHING
    # Between the last sign of life and the sleep somebody may have pressed something.
    assert (
        rules.decide_after_downtime(running(), START + timedelta(seconds=20), since, until)
        is AfterDowntime.ASK
    )
    assert rules.decide_after_downtime(running(), None, since, until) is AfterDowntime.ASK


def test_a_clock_set_within_a_minute_of_the_last_sign_of_life_was_set_before_the_bot_was_gone() -> None:
    since, until = START, START + 30 * MINUTE
    set_at = since + MINUTE
    assert rules.decide_after_downtime(running(), set_at, since, until) is AfterDowntime.ASK
    later = set_at + timedelta(seconds=1)
    assert rules.decide_after_downtime(running(), later, since, until) is AfterDowntime.NOTHING


def test_after_three_hours_without_the_bot_the_session_is_over() -> None:
    assert timedelta(hours=3) == rules.CLOSE_AFTER_DOWNTIME
