"""Pure rules of follow-up: the states, and when to ask about a step, a look-back or a reflection."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from bot.states import StateMachine
from bot.working_time.hours import WORKING_DAYS, is_working_day, working_moment_on

WITHOUT_A_DAY = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(days=7)
# The most steps of one person from one session.
MAX_STEPS = 3
# A step is asked about twice at most; without an answer that is the end.
ASKED_AT_MOST = 2
SNOOZE_DAYS = (1, 3, 7)
LOOK_BACK_DAYS_BEFORE = 2
# A chosen day within this time is asked about once; a later day also a week after the session.
ABOUT_A_WEEK = timedelta(days=9)
# Several cases of one meeting fall within this time.
MEETING_LASTS = timedelta(hours=4)
REFLECTION_AFTER = timedelta(days=2)
# The question for a reflection lapses after this time.
REFLECTION_UNTIL = timedelta(days=21)


class What(StrEnum):
    """What a takeaway is: the presenter's response, or what anybody takes into their own work."""

    RESPONSE = "response"
    HARVEST = "harvest"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step as somebody plans it. `by`: None for a week from now."""

    text: str
    by: date | None = None
    shared: bool = False


class StepState(StrEnum):
    """The state of a step. Its owner may answer again or choose another day at any time."""

    OPEN = "open"
    DONE = "done"
    PARTLY = "partly"
    NOT_YET = "not"
    IRRELEVANT = "irrelevant"


STEP_ANSWERS = (StepState.DONE, StepState.PARTLY, StepState.NOT_YET, StepState.IRRELEVANT)


STEP_STATES = StateMachine(
    StepState,
    {
        StepState.OPEN: (StepState.DONE, StepState.PARTLY, StepState.NOT_YET, StepState.IRRELEVANT),
        StepState.DONE: (StepState.OPEN, StepState.PARTLY, StepState.NOT_YET, StepState.IRRELEVANT),
        StepState.PARTLY: (StepState.OPEN, StepState.DONE, StepState.NOT_YET, StepState.IRRELEVANT),
        StepState.NOT_YET: (StepState.OPEN, StepState.DONE, StepState.PARTLY, StepState.IRRELEVANT),
        StepState.IRRELEVANT: (StepState.OPEN, StepState.DONE, StepState.PARTLY, StepState.NOT_YET),
    },
)


class ReflectionState(StrEnum):
    """The state of a reflection."""

    OPEN = "open"
    WRITTEN = "written"
    # Declined, or deleted.
    DECLINED = "not"


REFLECTION_STATES = StateMachine(
    ReflectionState,
    {
        ReflectionState.OPEN: (ReflectionState.WRITTEN, ReflectionState.DECLINED),
        ReflectionState.WRITTEN: (ReflectionState.DECLINED,),
        ReflectionState.DECLINED: (ReflectionState.WRITTEN,),
    },
)


def is_same_meeting(one: datetime, other: datetime) -> bool:
    """Whether two moments belong to one meeting, in which several cases may be treated."""
    return abs(other - one) <= MEETING_LASTS


def is_shared(shared: bool, words: str, as_shared: str | None) -> bool:
    """Whether the group may hear these words: exactly these were shared."""
    return shared and bool(words) and words == as_shared


def asks_anew(shared: bool, words: str, as_shared: str | None) -> bool:
    """Whether to ask if the group may hear these words, because other words were shared."""
    return shared and bool(words) and words != as_shared


def fingerprint(words: str) -> str:
    """A hash for buttons: it identifies the words that a yes shares."""
    return sha256(words.encode()).hexdigest()[:16]


def day_to_ask(by: str, now: datetime, zone: str) -> date:
    """The chosen day, or a week from now; never before today."""
    today = now.astimezone(ZoneInfo(zone)).date()
    if not by:
        return today + WITHOUT_A_DAY
    return max(date.fromisoformat(by), today)


def nudge_at(by: str, now: datetime, zone: str, from_hour: int, days: str = WORKING_DAYS) -> datetime:
    """When to ask about a step: at the beginning of a working day of that person; in UTC.

    The day after the chosen one, because on that day it still has to happen. Without a chosen day, a week from now.
    """
    if by:
        return snoozed_until(date.fromisoformat(by) + timedelta(days=1), now, zone, from_hour, days)
    return snoozed_until(day_to_ask("", now, zone), now, zone, from_hour, days)


def snoozed_until(day: date, now: datetime, zone: str, from_hour: int, days: str = WORKING_DAYS) -> datetime:
    """The beginning of a working day on a day or after it, still to come; in UTC."""
    day = max(day, now.astimezone(ZoneInfo(zone)).date())
    if working_moment_on(day, zone, from_hour, days) <= now:
        day += timedelta(days=1)
    return working_moment_on(day, zone, from_hour, days)


def first_step_day(kept_on: date, by: str) -> date | None:
    """The day of the first question, a week after the session; None when the chosen day is about then."""
    return kept_on + WITHOUT_A_DAY if date.fromisoformat(by) > kept_on + ABOUT_A_WEEK else None


def ask_at(
    kept_on: date, by: str, now: datetime, zone: str, from_hour: int, days: str = WORKING_DAYS
) -> datetime:
    """When to ask about a step next: a week after the session, and the day after the chosen one; in UTC."""
    first = first_step_day(kept_on, by)
    if first is not None and working_moment_on(first, zone, from_hour, days) > now:
        return working_moment_on(first, zone, from_hour, days)
    return nudge_at(by, now, zone, from_hour, days)


def reflection_at(now: datetime, zone: str, from_hour: int, days: str = WORKING_DAYS) -> datetime:
    """Two days after the session, at the beginning of a working day; in UTC."""
    day = now.astimezone(ZoneInfo(zone)).date() + REFLECTION_AFTER
    return working_moment_on(day, zone, from_hour, days)


def next_working_day(today: date) -> date:
    day = today + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def look_back_at(
    meeting: datetime, now: datetime, zone: str, from_hour: int, days: str = WORKING_DAYS
) -> datetime:
    """When to ask the previous presenter: two days before the meeting, or at once when that has passed; in UTC."""
    day = meeting.astimezone(ZoneInfo(zone)).date() - timedelta(days=LOOK_BACK_DAYS_BEFORE)
    while not is_working_day(day, days):
        day -= timedelta(days=1)
    return max(working_moment_on(day, zone, from_hour, days), now)
