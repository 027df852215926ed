"""References: the values of the console's buttons and forms. Field names are stored in Slack, so they stay."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParkRef:
    session: str


@dataclass(frozen=True, slots=True)
class NextTimeRef:
    """A line for next time, as it stands at the top of the console of a session."""

    session: str
    line: str


@dataclass(frozen=True, slots=True)
class ReadRef:
    """A case that somebody who leads may read beforehand."""

    case: str
    facilitator: str
