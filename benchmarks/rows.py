"""What a benchmark tells: one row per figure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure, what it is compared with, and whether its aim is met (None: there is no aim)."""

    part: str
    what: str
    figure: float
    unit: str
    baseline: float | None
    ratio: float | None
    aim: str
    met: bool | None
