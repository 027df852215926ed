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
