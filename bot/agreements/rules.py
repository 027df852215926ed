"""Rules of agreements: the answers after a trial, and the sentences that a text lacks."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta

# The private answers after a trial, in the order of the buttons.
TRIAL_ANSWERS = ("yes", "doubt", "no")
# With fewer answers a number would tell who gave which.
NUMBERS_FROM = 4
# The group decides when everyone has answered, or after so long.
ANSWERS_AWAITED = timedelta(days=7)


def trial_numbers(answers: Collection[str]) -> dict[str, int] | None:
    """How many gave each answer after a trial; None when there are too few answers to show."""
    if len(answers) < NUMBERS_FROM:
        return None
    counted = Counter(answers)
    return {answer: counted[answer] for answer in TRIAL_ANSWERS if counted[answer]}


def missing_lines(text: str, lines: Sequence[str]) -> list[str]:
    """Those of some sentences that a text does not have yet."""
    return [line for line in lines if line.rstrip(".").casefold() not in text.casefold()]
