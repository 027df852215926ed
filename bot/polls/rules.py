"""Pure rules of polls: the states, the ranking of cases, and the reason for the first place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.states import StateMachine

VOTES = 3
MIN_CANDIDATES = 2
MAX_CANDIDATES = 10
_URGENCY = {"now": 0, "month": 1, "can_wait": 2}


class PollState(StrEnum):
    """The state of a poll."""

    OPEN = "open"
    # A presenter is being asked.
    ASKING = "asking"
    CHOSEN = "chosen"
    # Its session has opened.
    DONE = "done"
    # No presenter wanted to.
    EMPTY = "empty"


POLL_STATES = StateMachine(
    PollState,
    {
        PollState.OPEN: (PollState.ASKING, PollState.EMPTY),
        PollState.ASKING: (PollState.CHOSEN, PollState.DONE, PollState.EMPTY),
        PollState.CHOSEN: (PollState.DONE, PollState.ASKING, PollState.EMPTY),
        PollState.DONE: (),
        PollState.EMPTY: (),
    },
)


@dataclass(frozen=True)
class Entry:
    """A case in the ranking."""

    case: str
    points: int
    urgency: str
    waiting_since: datetime
    # The number of treated cases of this presenter.
    turns: int


def ranking(entries: Sequence[Entry]) -> list[Entry]:
    """Rank by points, urgency, waiting time and fewest turns; the id breaks ties."""
    return sorted(
        entries,
        key=lambda e: (-e.points, _URGENCY[e.urgency], e.waiting_since, e.turns, e.case),
    )


def reason(first: Entry, second: Entry | None) -> str:
    """Why the first ranks before the second: "points", "urgency", "waiting", "turns", "lot" or "only"."""
    if second is None:
        return "only"
    if first.points != second.points:
        return "points"
    if first.urgency != second.urgency:
        return "urgency"
    if first.waiting_since != second.waiting_since:
        return "waiting"
    if first.turns != second.turns:
        return "turns"
    return "lot"


def ballot_problem(points: Sequence[int]) -> str | None:
    """The problem of a ballot: "none" (no votes), "too_many", or None."""
    total = sum(points)
    if any(one < 0 for one in points) or total > VOTES:
        return "too_many"
    return "none" if total == 0 else None


def has_everyone_voted(voters: int, members: int) -> bool:
    return members > 0 and voters >= members


def proposed_close(now: datetime, zone: str, meeting: datetime | None) -> datetime:
    """Noon tomorrow, or the day before the meeting at noon if that comes later; in UTC."""
    local = now.astimezone(ZoneInfo(zone))
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time(12), ZoneInfo(zone))
    if meeting is not None:
        day_before = meeting.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
        before = datetime.combine(day_before, time(12), ZoneInfo(zone))
        if before > tomorrow:
            return before.astimezone(UTC)
    return tomorrow.astimezone(UTC)
