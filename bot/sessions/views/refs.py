"""What a session's buttons and forms carry."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionRef:
    session: str


@dataclass(frozen=True, slots=True)
class PhaseRef:
    """A phase as it stood when the button was posted: a click after it is over changes nothing."""

    session: str
    number: int
    round: int


@dataclass(frozen=True, slots=True)
class ControlRef:
    """A control of the card. `version` is the session's at that moment: a double click counts once."""

    session: str
    number: int
    round: int
    version: int


@dataclass(frozen=True, slots=True)
class StartRef:
    group: str


@dataclass(frozen=True, slots=True)
class TakeOverRef:
    """`instead_of` is the facilitator whom the clicker saw; empty when there was none."""

    session: str
    instead_of: str
