"""References: the values of the console's buttons and forms. Field names are stored in Slack, so they stay."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParkRef:
    session: str
