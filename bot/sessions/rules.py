"""Pure rules of sessions: the timer and its controls, whether the group can begin, and what a downtime means.

The timer has two states of time. While a phase runs, only `ends_at` counts; while it is paused, only `remaining`.
Neither is rounded, so a phase loses no time however often it is paused.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from bot.states import StateMachine

# The warning comes two minutes before the end of a long phase, and one minute before the end of a short one.
LONG_PHASE = timedelta(minutes=6)
# With fewer people a session works but yields less, so the facilitator is warned.
ENOUGH_PEOPLE = 4
# A session takes about an hour. After a longer downtime the group has finished without the bot or gone home, and
# nobody would answer the question. The bot itself would have closed a session that stood still for so long.
CLOSE_AFTER_DOWNTIME = timedelta(hours=3)
# A phase is resumed with at least this much time.
MIN_TIME_LEFT = timedelta(minutes=1)
# The last heartbeat is a little older than the stop of the bot. A timer set within this margin of it is from before the
# downtime. A later timer was set by another process, which was there for the session.
LAST_SIGN_MARGIN = timedelta(minutes=1)


class State(StrEnum):
    """The state of a session."""

    # The presenter has been asked for consent. Nothing has been posted, and there is no timer yet.
    ASKED = "asked"
    GATHERING = "gathering"
    RUNNING = "running"
    PAUSED = "paused"
    # The time of the phase is up. The facilitator decides when the next phase begins.
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


# For how many years attendance can be kept, by each person's own choice.
NOT_AT_ALL = 0
ATTENDANCE_YEARS = (NOT_AT_ALL, 1, 2, 5, 10)
# Of who has not chosen.
DEFAULT_ATTENDANCE_YEARS = 5


def attendance_retention(years: int | None) -> timedelta:
    """How long an attendance is kept. Leap days are given along: a whole year is never short of a day."""
    chosen = DEFAULT_ATTENDANCE_YEARS if years is None else years
    return timedelta(days=chosen * 365 + (chosen + 3) // 4)


class Role(StrEnum):
    """The role of a person in a session. Whoever led at its end is its facilitator."""

    PRESENTER = "presenter"
    FACILITATOR = "facilitator"
    PARTICIPANT = "participant"


def role_of(user: str, presenter: str, facilitator: str | None) -> Role:
    if user == presenter:
        return Role.PRESENTER
    return Role.FACILITATOR if user == facilitator else Role.PARTICIPANT


def attended(
    since: datetime, left_at: datetime | None, began_at: datetime, ended_at: datetime
) -> tuple[datetime, datetime] | None:
    """From when to when somebody was there: within the session, and None for somebody who left before it began."""
    start, end = max(since, began_at), min(left_at or ended_at, ended_at)
    return (start, end) if start < end else None


class NotNow(Exception):
    """The control has no effect in the timer's present state, `state`."""

    def __init__(self, state: State) -> None:
        super().__init__(state.value)
        self.state = state


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """The length of each phase, and the phase with which the session begins. A phase that is skipped has no length."""

    lengths: tuple[timedelta, ...]
    first_phase: int = 0

    def following(self, phase_index: int) -> int | None:
        """The next phase that is not skipped; None after the last one."""
        later = range(phase_index + 1, len(self.lengths))
        return next((index for index in later if self.lengths[index]), None)

    def previous(self, phase_index: int) -> int | None:
        """The phase before this one that is not skipped; None for the first one."""
        earlier = range(phase_index - 1, self.first_phase - 1, -1)
        return next((index for index in earlier if self.lengths[index]), None)

    @property
    def total(self) -> timedelta:
        return sum(self.lengths[self.first_phase :], timedelta())

    def after(self, phase_index: int) -> timedelta:
        """The total length of the phases after this one."""
        return sum(self.lengths[phase_index + 1 :], timedelta())


@dataclass(frozen=True, slots=True)
class Timer:
    """The session timer at one moment. `pass_no` grows each time the facilitator goes back."""

    state: State
    phase_index: int
    pass_no: int = 1
    ends_at: datetime | None = None
    remaining: timedelta | None = None

    def left(self, now: datetime) -> timedelta:
        """The time left in the phase; never negative."""
        if self.remaining is not None:
            return self.remaining
        if self.ends_at is not None:
            return max(self.ends_at - now, timedelta())
        return timedelta()

    def finishes_at(self, plan: PhasePlan, now: datetime) -> datetime:
        """When the session ends if it runs without a pause from now on."""
        if self.state is State.GATHERING:
            return now + plan.total
        return now + self.left(now) + plan.after(self.phase_index)


def begin(timer: Timer, plan: PhasePlan, now: datetime) -> Timer:
    """Begin the first phase."""
    _only(timer, State.GATHERING)
    first = plan.following(plan.first_phase - 1)
    return _at(timer, plan, plan.first_phase if first is None else first, now)


def pause(timer: Timer, now: datetime) -> Timer:
    _only(timer, State.RUNNING)
    return replace(timer, state=State.PAUSED, ends_at=None, remaining=timer.left(now))


def carry_on(timer: Timer, now: datetime) -> Timer:
    """Resume after a pause, with exactly the time that was left."""
    _only(timer, State.PAUSED)
    return replace(timer, state=State.RUNNING, ends_at=now + timer.left(now), remaining=None)


def extend(timer: Timer, by: timedelta, now: datetime) -> Timer:
    """Extend the phase. A phase whose time was up runs again."""
    if timer.state is State.PAUSED:
        return replace(timer, remaining=timer.left(now) + by)
    _only(timer, State.RUNNING, State.WAITING)
    # When the end has passed and its job is late, the extension counts from now.
    start = now if timer.ends_at is None else max(timer.ends_at, now)
    return replace(timer, state=State.RUNNING, ends_at=start + by, remaining=None)


def go_on(timer: Timer, plan: PhasePlan, now: datetime) -> Timer:
    """Begin the next phase, or end the session after the last one."""
    _only(timer, State.RUNNING, State.PAUSED, State.WAITING)
    following = plan.following(timer.phase_index)
    return stop(timer) if following is None else _at(timer, plan, following, now)


def go_back(timer: Timer, plan: PhasePlan, now: datetime) -> Timer:
    """Begin the previous phase again, with the next pass number."""
    _only(timer, State.RUNNING, State.PAUSED, State.WAITING)
    previous = plan.previous(timer.phase_index)
    if previous is None:
        raise NotNow(timer.state)
    return replace(_at(timer, plan, previous, now), pass_no=timer.pass_no + 1)


def jump(timer: Timer, plan: PhasePlan, phase_index: int, now: datetime) -> Timer:
    """Begin a later phase, and pass over those in between."""
    _only(timer, State.RUNNING, State.PAUSED, State.WAITING)
    if phase_index <= timer.phase_index:
        raise NotNow(timer.state)
    return _at(timer, plan, phase_index, now)


def phase_over(timer: Timer, plan: PhasePlan, now: datetime, *, auto_advance: bool) -> Timer:
    """The time of the phase is up: advance automatically, or wait for the facilitator."""
    _only(timer, State.RUNNING)
    if timer.left(now):
        raise NotNow(timer.state)
    if auto_advance:
        return go_on(timer, plan, now)
    return replace(timer, state=State.WAITING, ends_at=None, remaining=None)


def stop(timer: Timer) -> Timer:
    if timer.state is State.ENDED:
        raise NotNow(timer.state)
    return replace(timer, state=State.ENDED, ends_at=None, remaining=None)


def warning_at(timer: Timer, length: timedelta) -> datetime | None:
    """When to warn that the phase ends soon; None while the timer does not run."""
    if timer.state is not State.RUNNING or timer.ends_at is None:
        return None
    return timer.ends_at - timedelta(minutes=2 if length >= LONG_PHASE else 1)


def is_rounding_off(timer: Timer, length: timedelta, now: datetime) -> bool:
    """Whether the phase ends so soon that it is time to round off."""
    warned_at = warning_at(timer, length)
    return warned_at is not None and warned_at <= now


def _at(timer: Timer, plan: PhasePlan, phase_index: int, now: datetime) -> Timer:
    return replace(
        timer,
        state=State.RUNNING,
        phase_index=phase_index,
        ends_at=now + plan.lengths[phase_index],
        remaining=None,
    )


def _only(timer: Timer, *states: State) -> None:
    if timer.state not in states:
        raise NotNow(timer.state)


class Readiness(Enum):
    """Whether the session can begin, and if not, why."""

    READY = "ready"
    FEW = "it can, but with more people it gives more"
    NO_PRESENTER = "the presenter is not there"
    ALONE = "nobody but the presenter is there"


def readiness(present: AbstractSet[str], presenter: str) -> Readiness:
    """The session needs its presenter and one other participant. More is advice."""
    if presenter not in present:
        return Readiness.NO_PRESENTER
    if len(present) < 2:
        return Readiness.ALONE
    return Readiness.FEW if len(present) < ENOUGH_PEOPLE else Readiness.READY


class AfterDowntime(Enum):
    """The choice for a session after a downtime of the bot."""

    NOTHING = "the timer did not run, or another process was there"
    ASK = "the group chooses"
    END = "the downtime was too long to resume"


def decide_after_downtime(
    timer: Timer | None, set_at: datetime | None, since: datetime, until: datetime
) -> AfterDowntime:
    """Decide what to do with a session after a downtime. `timer` is None before the session opened.

    `set_at` is when the timer was last set; None when unknown.
    """
    if timer is None or timer.state is not State.RUNNING:
        return AfterDowntime.NOTHING
    if set_at is not None and set_at > since + LAST_SIGN_MARGIN:
        return AfterDowntime.NOTHING
    return AfterDowntime.END if until - since > CLOSE_AFTER_DOWNTIME else AfterDowntime.ASK


def hold_timer(timer: Timer, since: datetime) -> Timer:
    """Pause the timer as it stood at `since`, when the downtime began."""
    if timer.state is not State.RUNNING:
        raise NotNow(timer.state)
    left = max(timer.left(since), MIN_TIME_LEFT)
    return replace(timer, state=State.PAUSED, ends_at=None, remaining=left)


def keep_to(timer: Timer, planned_end: datetime, plan: PhasePlan, now: datetime) -> Timer:
    """Resume until the planned end of the phase, or begin the next phase when that has passed."""
    if timer.state is not State.PAUSED:
        raise NotNow(timer.state)
    if planned_end > now:
        return replace(timer, state=State.RUNNING, ends_at=planned_end, remaining=None)
    return go_on(timer, plan, now)
