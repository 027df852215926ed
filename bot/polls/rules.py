"""Pure rules of polls: the states, the ranking of cases, and the reason for the first place."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.cases.rules import URGENCY
from bot.states import StateMachine
from bot.working_time.hours import A_DAY, WorkingHours

VOTES = 3
MIN_CANDIDATES = 2
MAX_CANDIDATES = 10
# A proposed end leaves at least this long.
TIME_TO_VOTE = timedelta(hours=1)


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
        key=lambda e: (-e.points, URGENCY.index(e.urgency), e.waiting_since, e.turns, e.case),
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


def points_by_case(ballots: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sum of the votes, by case."""
    total: Counter[str] = Counter()
    for ballot in ballots:
        total.update(ballot)
    return dict(total)


def has_everyone_voted(voters: int, members: int) -> bool:
    return members > 0 and voters >= members


def proposed_close(now: datetime, hours: WorkingHours, meeting: datetime | None) -> datetime:
    """Noon on the next working day, or on the last one before the meeting if that comes later; in UTC.

    When the meeting comes before that noon, this noon is proposed, while there is time left until then.
    """
    zone = ZoneInfo(hours.zone)
    next_noon = _noon(hours.next_workday(now.astimezone(zone).date() + A_DAY), hours)
    if meeting is None:
        return next_noon
    last_noon = _noon(hours.last_workday(meeting.astimezone(zone).date() - A_DAY), hours)
    if next_noon >= meeting and last_noon > now + TIME_TO_VOTE:
        return last_noon
    return max(next_noon, last_noon)


def _noon(day: date, hours: WorkingHours) -> datetime:
    """Noon, or the hour nearest to it at which the group works."""
    hour = min(max(hours.from_hour, 12), hours.to_hour - 1)
    return datetime.combine(day, time(hour), ZoneInfo(hours.zone)).astimezone(UTC)
