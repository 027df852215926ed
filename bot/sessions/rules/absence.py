"""After the bot was away in the middle of a phase: what to do about it, and what each choice does to the clock."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from bot.sessions.rules.timer import NotNow, PhasePlan, State, Timer, go_on

# A session takes about an hour. After three hours nobody sits there any more: they have finished without the bot or
# have gone home, and a question about yesterday's phase would be asked of no one. Had the bot been there, it would
# itself have closed a session that stood still for so long.
TOO_LONG = timedelta(hours=3)
# Less than this is of no use to anybody.
AT_LEAST = timedelta(minutes=1)
# The last sign of life is a little older than the moment at which the bot stopped: what was pressed in between was
# pressed while it was there. What was pressed later, another process dealt with.
MARGIN = timedelta(minutes=1)


class Afterwards(Enum):
    """What to do about a session once the bot is back."""

    NOTHING = "its clock stood still, or somebody else was there for it"
    ASK = "the group chooses"
    END = "too long ago to go on"


def afterwards(timer: Timer | None, set_at: datetime | None, since: datetime, until: datetime) -> Afterwards:
    """`timer` is None before there is one; `set_at` is when somebody last set it, None when that is not known."""
    if timer is None or timer.state is not State.RUNNING:
        return Afterwards.NOTHING
    if set_at is not None and set_at > since + MARGIN:
        return Afterwards.NOTHING
    return Afterwards.END if until - since > TOO_LONG else Afterwards.ASK


def hold(timer: Timer, since: datetime) -> Timer:
    """The clock as it stood at `since`, when nobody could see it run any more."""
    if timer.state is not State.RUNNING:
        raise NotNow(timer.state)
    left = max(timer.left(since), AT_LEAST)
    return replace(timer, state=State.PAUSED, ends_at=None, remaining=left)


def keep_to(timer: Timer, meant: datetime, plan: PhasePlan, now: datetime) -> Timer:
    """As if the bot had been there: on until the end that was meant, or with the next phase once that has passed."""
    if timer.state is not State.PAUSED:
        raise NotNow(timer.state)
    if meant > now:
        return replace(timer, state=State.RUNNING, ends_at=meant, remaining=None)
    return go_on(timer, plan, now)
