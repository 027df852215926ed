"""References: the values of a session's buttons and forms. Field names are stored in Slack, so they stay."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionRef:
    session: str


@dataclass(frozen=True, slots=True)
class PhaseRef:
    """The phase for which the button was posted, so that a click after its end is refused."""

    session: str
    number: int
    round: int


@dataclass(frozen=True, slots=True)
class ControlRef:
    """A control of the card, with the session's version at that time, so that a double click counts once."""

    session: str
    number: int
    round: int
    version: int


@dataclass(frozen=True, slots=True)
class StartRef:
    group: str


@dataclass(frozen=True, slots=True)
class TakeOverRef:
    """`instead_of` is the facilitator at the time of the button; empty without one."""

    session: str
    instead_of: str
