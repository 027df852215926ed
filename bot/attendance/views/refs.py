"""References that the buttons and forms of attendance carry.

`at` is the start of the meeting in Unix seconds. An answer for another date is refused.
"""

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
    """A decision on few people. `how`: "as_planned" or "short"."""

    meeting: str
    at: int
    how: str
