"""The session's clock: which phase is on, until when, and what each control does to it.

Plain values in, plain values out. While a phase runs, `ends_at` is the whole truth; while it is paused,
`remaining` is. Neither is ever rounded, so pausing costs nothing however often it happens.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.states import StateMachine

LONG_PHASE = timedelta(minutes=6)


class State(StrEnum):
    """The state of a session."""

    # No state of the clock: nothing has been posted yet, the presenter has been asked.
    ASKED = "asked"
    GATHERING = "gathering"
    RUNNING = "running"
    PAUSED = "paused"
    # The phase's time is up, and the facilitator decides when the next one begins.
    WAITING = "waiting"
    ENDED = "ended"


SESSION_STATES = StateMachine(
    State,
    {
        State.ASKED: (State.GATHERING, State.ENDED),
        State.GATHERING: (State.RUNNING, State.ENDED),
        State.RUNNING: (State.PAUSED, State.WAITING, State.ENDED),
        State.PAUSED: (State.RUNNING, State.ENDED),
        State.WAITING: (State.RUNNING, State.ENDED),
        State.ENDED: (),
    },
)


class NotNow(Exception):
    """A control that does nothing in this state. `state` says which."""

    def __init__(self, state: State) -> None:
        super().__init__(state.value)
        self.state = state


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """How long each phase takes, and with which one this session begins."""

    lengths: tuple[timedelta, ...]
    first: int = 0

    @property
    def last(self) -> int:
        return len(self.lengths) - 1

    @property
    def total(self) -> timedelta:
        return sum(self.lengths[self.first :], timedelta())

    def after(self, number: int) -> timedelta:
        """How long the phases after this one take together."""
        return sum(self.lengths[number + 1 :], timedelta())


@dataclass(frozen=True, slots=True)
class Timer:
    """A session's clock at one moment."""

    state: State
    number: int
    round: int = 1
    ends_at: datetime | None = None
    remaining: timedelta | None = None

    def left(self, now: datetime) -> timedelta:
        """What is left of the phase; never less than nothing."""
        if self.remaining is not None:
            return self.remaining
        if self.ends_at is not None:
            return max(self.ends_at - now, timedelta())
        return timedelta()

    def finishes_at(self, plan: PhasePlan, now: datetime) -> datetime:
        """When the session ends if nothing comes between from now on."""
        if self.state is State.GATHERING:
            return now + plan.total
        return now + self.left(now) + plan.after(self.number)


def begin(timer: Timer, plan: PhasePlan, now: datetime) -> Timer:
    """The first phase begins."""
    _only(timer, State.GATHERING)
    return _at(timer, plan, plan.first, now)


def pause(timer: Timer, now: datetime) -> Timer:
    _only(timer, State.RUNNING)
    return replace(timer, state=State.PAUSED, ends_at=None, remaining=timer.left(now))


def carry_on(timer: Timer, now: datetime) -> Timer:
    """The pause is over: exactly what was left is left."""
    _only(timer, State.PAUSED)
    return replace(timer, state=State.RUNNING, ends_at=now + timer.left(now), remaining=None)


def extend(timer: Timer, by: timedelta, now: datetime) -> Timer:
    """More time for this phase; one that was over runs again."""
    if timer.state is State.PAUSED:
        return replace(timer, remaining=timer.left(now) + by)
    _only(timer, State.RUNNING, State.WAITING)
    # A phase whose end has passed unnoticed gets the whole addition, not what is left of it.
    start = now if timer.ends_at is None else max(timer.ends_at, now)
    return replace(timer, state=State.RUNNING, ends_at=start + by, remaining=None)


def go_on(timer: Timer, plan: PhasePlan, now: datetime) -> Timer:
    """The next phase begins, or the session ends after the last one."""
    _only(timer, State.RUNNING, State.PAUSED, State.WAITING)
    if timer.number >= plan.last:
        return stop(timer)
    return _at(timer, plan, timer.number + 1, now)


def go_back(timer: Timer, plan: PhasePlan, now: datetime) -> Timer:
    """The phase before this one begins again, as another round."""
    _only(timer, State.RUNNING, State.PAUSED, State.WAITING)
    if timer.number <= plan.first:
        raise NotNow(timer.state)
    return replace(_at(timer, plan, timer.number - 1, now), round=timer.round + 1)


def phase_over(timer: Timer, plan: PhasePlan, now: datetime, *, by_itself: bool) -> Timer:
    """The phase's time is up: on by itself, or waiting for the facilitator."""
    _only(timer, State.RUNNING)
    if timer.left(now):
        raise NotNow(timer.state)
    if by_itself:
        return go_on(timer, plan, now)
    return replace(timer, state=State.WAITING, ends_at=None, remaining=None)


def stop(timer: Timer) -> Timer:
    if timer.state is State.ENDED:
        raise NotNow(timer.state)
    return replace(timer, state=State.ENDED, ends_at=None, remaining=None)


def warning_at(timer: Timer, length: timedelta) -> datetime | None:
    """When people hear that the phase is nearly over: two minutes before, one for a short phase."""
    if timer.state is not State.RUNNING or timer.ends_at is None:
        return None
    return timer.ends_at - timedelta(minutes=2 if length >= LONG_PHASE else 1)


def _at(timer: Timer, plan: PhasePlan, number: int, now: datetime) -> Timer:
    return replace(
        timer, state=State.RUNNING, number=number, ends_at=now + plan.lengths[number], remaining=None
    )


def _only(timer: Timer, *states: State) -> None:
    if timer.state not in states:
        raise NotNow(timer.state)
