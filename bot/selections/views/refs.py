"""References: the values of a selection's buttons and forms. Field names are stored in Slack, so they stay."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SelectionRef:
    selection: str


@dataclass(frozen=True, slots=True)
class SelectionControl:
    """A control, with the selection's version at that time, so that a double click counts once."""

    selection: str
    version: int


@dataclass(frozen=True, slots=True)
class ExtendSelection:
    """More time, with the step and its extensions at that time: a double click counts once, also after a pause."""

    selection: str
    version: int
    extensions: int


@dataclass(frozen=True, slots=True)
class CandidateRef:
    """A case in a selection."""

    selection: str
    case: str


@dataclass(frozen=True, slots=True)
class LineForm:
    """The form of a line. It has the id of its case from the start, so sending it twice makes one case."""

    selection: str
    case: str


@dataclass(frozen=True, slots=True)
class TakeOverSelection:
    """`instead_of` is the facilitator at the time of the button; empty without one."""

    selection: str
    instead_of: str
