"""Pure rules of date polls: the states, the tally of votes, and the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.states import StateMachine
from bot.working_time.hours import WorkingHours

MAX_SLOTS = 10
# Each date takes two of the six fields of a form: a day and a time.
PER_FORM = 3
DATE_ANSWERS = ("yes", "maybe", "no")
# A date poll closes at the end of a working day: at this hour, or earlier where the group stops earlier.
CLOSING_HOUR = 17
USUAL_DAYS = 5
# It closes at the latest this long before the first date, so that people can still come.
BEFORE_THE_FIRST = timedelta(hours=1)
# For this long after the end only the asker may choose.
TO_CHOOSE = timedelta(days=3)


class DatePollState(StrEnum):
    """The state of a date poll."""

    # Only the asker sees it.
    DRAFT = "draft"
    OPEN = "open"
    # No more votes are expected; a date is to be chosen.
    CLOSED = "closed"
    CHOSEN = "chosen"
    CANCELLED = "cancelled"
    # The last date has passed, and none was chosen.
    OVER = "over"


DATE_POLL_STATES = StateMachine(
    DatePollState,
    {
        DatePollState.DRAFT: (DatePollState.OPEN,),
        DatePollState.OPEN: (
            DatePollState.CLOSED,
            DatePollState.CHOSEN,
            DatePollState.CANCELLED,
            DatePollState.OVER,
        ),
        DatePollState.CLOSED: (DatePollState.CHOSEN, DatePollState.CANCELLED, DatePollState.OVER),
        DatePollState.CHOSEN: (),
        DatePollState.CANCELLED: (),
        DatePollState.OVER: (),
    },
)


@dataclass(frozen=True)
class Tally:
    """The votes of the members on one date."""

    slot: str
    starts_at: datetime
    yes: int = 0
    maybe: int = 0
    no: int = 0
    # The answer of a leader from outside: it is shown, and counts in none of these.
    leader: str = ""


def tally(
    slots: Mapping[str, datetime],
    marks: Sequence[tuple[str, str, str]],
    members: set[str],
    leader: str | None = None,
) -> list[Tally]:
    """The tallies in order of time. `marks`: (slot, user, answer); only `members` count, who take part."""
    led = {slot: answer for slot, user, answer in marks if user == leader}
    counts: dict[str, dict[str, int]] = {slot: dict.fromkeys(DATE_ANSWERS, 0) for slot in slots}
    for slot, user, answer in marks:
        if user in members and slot in counts:
            counts[slot][answer] += 1
    found = [Tally(slot, at, **counts[slot], leader=led.get(slot, "")) for slot, at in slots.items()]
    return sorted(found, key=lambda one: (one.starts_at, one.slot))


def best_first(found: Sequence[Tally]) -> list[Tally]:
    """The tallies, best first: without a no, then the most yes, then the fewest no, then the earliest."""
    return sorted(found, key=lambda one: (one.no > 0, -one.yes, one.no, one.starts_at, one.slot))


def users_done(slots: set[str], marks: Sequence[tuple[str, str, str]], members: set[str]) -> set[str]:
    """The members who have voted on every date."""
    said: dict[str, set[str]] = {}
    for slot, user, _ in marks:
        said.setdefault(user, set()).add(slot)
    return {user for user in members if slots <= said.get(user, set())}


def closes_at(until: str, hours: WorkingHours, first: datetime) -> datetime:
    """The closing moment: the end of that day or of the next working day, but before the first date; in UTC.

    Close to the first date it is the last working moment before that date.
    """
    chosen = date.fromisoformat(until)
    latest = first - BEFORE_THE_FIRST
    evening = _evening(hours.next_workday(chosen), hours)
    if evening <= latest:
        return evening
    before = hours.last_open(latest)
    return before if chosen <= _day(before, hours) else latest


def _evening(day: date, hours: WorkingHours) -> datetime:
    at = time(min(CLOSING_HOUR, hours.to_hour))
    return datetime.combine(day, at, ZoneInfo(hours.zone)).astimezone(UTC)


def _day(at: datetime, hours: WorkingHours) -> date:
    return at.astimezone(ZoneInfo(hours.zone)).date()


def default_end(now: datetime, hours: WorkingHours, first: datetime) -> str:
    """The proposed closing day: five days from now, or less when the first date is near; a working day if one is left."""
    today = _day(now, hours)
    last = min(today + timedelta(days=USUAL_DAYS), _day(first, hours) - timedelta(days=1))
    return max(today, hours.last_workday(last)).isoformat()


def overdue_at(closed_at: datetime, hours: WorkingHours) -> datetime:
    """From when on any member may choose: some days after the end, in working hours; in UTC."""
    return hours.next_working(closed_at + TO_CHOOSE)
