"""What the buttons and forms of this room carry. `at` is the start of the meeting that they were made for, in seconds: a
meeting that has another date since is another question."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AnswerRef:
    """`answer`: "yes", "late" or "no"."""

    meeting: str
    at: int
    answer: str


@dataclass(frozen=True)
class DateRef:
    meeting: str
    at: int


@dataclass(frozen=True)
class DecideRef:
    """What to do with too few people. `how`: "as_planned" or "short"."""

    meeting: str
    at: int
    how: str


@dataclass(frozen=True)
class FitRef:
    """An answer to the question whether the group still fits: "fits", "time", "rhythm" or "stop".

    `told`: who hears of it, as the form says.
    """

    fit: str
    answer: str
    told: str = ""
