"""Which date suits best, and until when everyone may say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.states import StateMachine

MAX_SLOTS = 10
# A day and a time each, and a form has six fields.
PER_FORM = 3
ANSWERS = ("yes", "maybe", "no")
# Answers are taken until the end of an office day.
CLOSING_HOUR = time(17)
USUAL_DAYS = 5
# So long before the first of the dates everyone must have answered, or nobody could still come.
BEFORE_THE_FIRST = timedelta(hours=1)
# How long whoever asked has the choice to themselves, once it is closed.
TO_CHOOSE = timedelta(days=3)


class DateSearchState(StrEnum):
    """The state of a search for a date."""

    # Only whoever proposes sees it.
    DRAFT = "draft"
    OPEN = "open"
    # Nobody answers any more.
    CLOSED = "closed"
    CHOSEN = "chosen"
    CANCELLED = "cancelled"
    # The last of the dates has come, and none was chosen.
    OVER = "over"


DATE_SEARCH_STATES = StateMachine(
    DateSearchState,
    {
        DateSearchState.DRAFT: (DateSearchState.OPEN,),
        DateSearchState.OPEN: (
            DateSearchState.CLOSED,
            DateSearchState.CHOSEN,
            DateSearchState.CANCELLED,
            DateSearchState.OVER,
        ),
        DateSearchState.CLOSED: (DateSearchState.CHOSEN, DateSearchState.CANCELLED, DateSearchState.OVER),
        DateSearchState.CHOSEN: (),
        DateSearchState.CANCELLED: (),
        DateSearchState.OVER: (),
    },
)


@dataclass(frozen=True)
class Tally:
    """What the members say of one moment."""

    slot: str
    starts_at: datetime
    yes: int = 0
    maybe: int = 0
    no: int = 0


def tally(
    slots: Mapping[str, datetime], marks: Sequence[tuple[str, str, str]], members: set[str]
) -> list[Tally]:
    """The moments in order of time. `marks`: slot, user, answer; whoever is not a member does not count."""
    counts: dict[str, dict[str, int]] = {slot: dict.fromkeys(ANSWERS, 0) for slot in slots}
    for slot, user, answer in marks:
        if user in members and slot in counts:
            counts[slot][answer] += 1
    found = [Tally(slot, at, **counts[slot]) for slot, at in slots.items()]
    return sorted(found, key=lambda one: (one.starts_at, one.slot))


def best_first(found: Sequence[Tally]) -> list[Tally]:
    """Those to which nobody says no first, then those that suit most; the earlier one among equals."""
    return sorted(found, key=lambda one: (one.no > 0, -one.yes, one.no, one.starts_at, one.slot))


def answered(slots: set[str], marks: Sequence[tuple[str, str, str]], members: set[str]) -> set[str]:
    """Who has said something of every moment."""
    said: dict[str, set[str]] = {}
    for slot, user, _ in marks:
        said.setdefault(user, set()).add(slot)
    return {user for user in members if slots <= said.get(user, set())}


def closes_at(until: str, zone: str, first: datetime) -> datetime:
    """The end of that day's office hours, and in any case before the first of the dates; in UTC."""
    evening = datetime.combine(date.fromisoformat(until), CLOSING_HOUR, ZoneInfo(zone)).astimezone(UTC)
    return min(evening, first - BEFORE_THE_FIRST)


def usual_end(now: datetime, zone: str, first: datetime) -> str:
    """The day until which everyone may answer unless somebody says otherwise: five days, less when time is short."""
    today = now.astimezone(ZoneInfo(zone)).date()
    eve = first.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    return max(today, min(today + timedelta(days=USUAL_DAYS), eve)).isoformat()
