"""Pure rules of selections: the states, the steps in order, who has voted, and the ranking of a vote on the spot."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.polls import rules as poll_rules
from bot.states import StateMachine

# With fewer there is nothing to vote on.
MIN_CANDIDATES = 2
# As many as can be shown with a button each, and told apart in a room.
MAX_CANDIDATES = 20
# A poll on the spot lasts no longer than this.
POLL_LASTS = timedelta(minutes=2)
# A selection in which nothing happens for this long is closed.
CLOSES_AFTER = timedelta(minutes=60)


class SelectionState(StrEnum):
    """The state of a selection."""

    GATHERING = "gathering"
    ARRIVAL = "arrival"
    INVENTORY = "inventory"
    CHOOSING = "choosing"
    # Those present vote.
    POLLING = "polling"
    # A presenter is asked whether they bring their case now.
    ASKING = "asking"
    # Its session has opened.
    DONE = "done"
    CLOSED = "closed"


SELECTION_STATES = StateMachine(
    SelectionState,
    {
        SelectionState.GATHERING: (SelectionState.ARRIVAL, SelectionState.INVENTORY, SelectionState.CLOSED),
        SelectionState.ARRIVAL: (SelectionState.INVENTORY, SelectionState.CLOSED),
        SelectionState.INVENTORY: (SelectionState.CHOOSING, SelectionState.CLOSED),
        SelectionState.CHOOSING: (
            SelectionState.INVENTORY,
            SelectionState.POLLING,
            SelectionState.ASKING,
            SelectionState.CLOSED,
        ),
        SelectionState.POLLING: (SelectionState.CHOOSING, SelectionState.ASKING, SelectionState.CLOSED),
        SelectionState.ASKING: (SelectionState.CHOOSING, SelectionState.DONE, SelectionState.CLOSED),
        SelectionState.DONE: (),
        SelectionState.CLOSED: (),
    },
)
OVER = (SelectionState.DONE, SelectionState.CLOSED)
# While these last, whoever has something may bring it in.
TAKES_CASES = (SelectionState.INVENTORY, SelectionState.CHOOSING)
# While these last a clock runs, and it can be stopped.
TIMED = (SelectionState.ARRIVAL, SelectionState.INVENTORY, SelectionState.CHOOSING, SelectionState.POLLING)
# These can get more time. A poll on the spot lasts two minutes at most.
EXTENDABLE = (SelectionState.ARRIVAL, SelectionState.INVENTORY, SelectionState.CHOOSING)
# The key of the phase whose words and minutes a state has.
_PHASES = {
    SelectionState.ARRIVAL: "arrival",
    SelectionState.INVENTORY: "inventory",
    SelectionState.CHOOSING: "choose",
    SelectionState.POLLING: "choose",
    SelectionState.ASKING: "choose",
}


class Outcome(StrEnum):
    """Why the group chooses again, or how the selection ended."""

    NONE = ""
    DECLINED = "declined"
    # The presenter has left, or withdrew the case.
    GONE = "gone"
    NO_VOTES = "no_votes"
    TIE = "tie"
    STOPPED = "stopped"
    UNATTENDED = "unattended"


class MarkKind(StrEnum):
    """What somebody marked a case with: "this is mine too", or a vote."""

    ECHO = "echo"
    VOTE = "vote"


@dataclass(frozen=True)
class Entry:
    """A case after a vote on the spot. `poll`: the same case as the poll beforehand ranks it."""

    votes: int
    echoes: int
    poll: poll_rules.Entry


def phase_of(state: SelectionState) -> str:
    """The key of the phase whose words a state has; empty where there is none."""
    return _PHASES.get(state, "")


def next_step(state: SelectionState, *, is_written: bool) -> SelectionState | None:
    """The step after this one; None where no step follows by itself. In the thread nobody arrives in one sentence each."""
    match state:
        case SelectionState.GATHERING if not is_written:
            return SelectionState.ARRIVAL
        case SelectionState.GATHERING | SelectionState.ARRIVAL:
            return SelectionState.INVENTORY
        case SelectionState.INVENTORY:
            return SelectionState.CHOOSING
        case _:
            return None


def has_everyone_voted(voters: Collection[str], present: Collection[str]) -> bool:
    """Whether each of those who are there has voted. Votes of others do not count."""
    return bool(present) and set(present) <= set(voters)


def ranking(entries: Sequence[Entry]) -> list[Entry]:
    """The cases with votes, in the order in which their presenters are asked.

    Equal votes go by how many said that it is theirs too, then as in the poll beforehand.
    """
    place = {one.case: at for at, one in enumerate(poll_rules.ranking([entry.poll for entry in entries]))}
    voted = [one for one in entries if one.votes > 0]
    return sorted(voted, key=lambda one: (-one.votes, -one.echoes, place[one.poll.case]))


def is_tie(ranked: Sequence[Entry]) -> bool:
    """Whether the first two have as many votes."""
    return len(ranked) > 1 and ranked[0].votes == ranked[1].votes
