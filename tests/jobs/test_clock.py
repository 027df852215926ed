"""A clock that runs faster, and one that agrees with another."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.jobs.clock import ShiftedClock, SystemClock


def test_at_a_rate_time_passes_faster_from_that_moment_on() -> None:
    clock = ShiftedClock()
    clock.shift_to(100.0, rate=30.0, since=time.time() - 2)
    # Two seconds have passed at thirty times the pace: 29 seconds more each than on the machine's own clock.
    assert clock.offset == pytest.approx(100 + 58, abs=1)
    ahead = clock.now() - datetime.now(UTC)
    assert ahead.total_seconds() == pytest.approx(clock.offset, abs=1)
    assert clock.machine_seconds(60) == 2


def test_two_processes_that_hear_the_same_have_the_same_time() -> None:
    since = time.time() - 5
    one, another = ShiftedClock(), ShiftedClock()
    one.shift_to(10.0, 20.0, since)
    another.shift_to(10.0, 20.0, since)
    assert abs(one.now() - another.now()) < timedelta(seconds=1)


def test_a_machine_whose_clock_is_off_goes_by_the_databases() -> None:
    clock = SystemClock()
    off = clock.adjust_to(clock.now() + timedelta(minutes=10))
    assert off == pytest.approx(timedelta(minutes=10), abs=timedelta(seconds=1))
    assert clock.now() - datetime.now(UTC) == pytest.approx(off, abs=timedelta(seconds=1))
    assert abs(clock.adjust_to(clock.now())) < timedelta(seconds=1)
