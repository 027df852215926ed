"""Pure rules of the rounds: turns, members who have not been heard, remarks on questions, and averages."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

MIN_ANSWERS_FOR_AVERAGES = 4
MAX_QUESTION_WORDS = 25
# The fraction of a phase after which members who have not been heard are asked.
UNHEARD_CHECK_FRACTION = 0.6
# The presenter's words for a question, as numbers.
COLD, LUKEWARM, WARM = range(3)

_ADVICE = re.compile(
    r"\b(je moet|moet je niet|probeer (eens )?|zou je niet|waarom doe je niet|heb je al(?! gevraagd)|kun je niet|"
    r"kan je niet|misschien moet|is het niet zo|heb je (er )?(wel )?eens aan gedacht|"
    r"you should|you must|you could|try to|why don't you|couldn't you|shouldn't you|have you (already )?(tried|thought)|"
    r"haven't you|have you considered|isn't it)\b",
    re.IGNORECASE,
)
_WHY = re.compile(r"^\W*(waarom|why)\b", re.IGNORECASE)
_BECAUSE = re.compile(r"\b(omdat|because)\b", re.IGNORECASE)


def remark_on(question: str) -> str | None:
    """The remark on a question: "advice", "why", "stacked", "no_question" or None.

    Word lists are often wrong, so the writer may always leave the question as it is. Sources: Wengelski (advice as
    a question), NSRF (why), WIAL (long and stacked).
    """
    # Phones type ’ for an apostrophe.
    question = question.replace("’", "'")
    if _ADVICE.search(question):
        return "advice"
    if _WHY.search(question):
        return "why"
    if question.count("?") > 1 or len(question.split()) > MAX_QUESTION_WORDS or _BECAUSE.search(question):
        return "stacked"
    return None if "?" in question else "no_question"


def remark_on_any(questions: Sequence[str]) -> str | None:
    """The remark on several questions. "advice" goes first, because advice can be kept as a note."""
    remarks = [remark for remark in map(remark_on, questions) if remark]
    return "advice" if "advice" in remarks else next(iter(remarks), None)


def turn_order(present: Sequence[str], presenter: str, facilitator: str | None) -> list[str]:
    """The order of turns: as the members came, without the presenter, and with the facilitator last."""
    others = [user for user in present if user not in (presenter, facilitator)]
    if facilitator in present and facilitator != presenter:
        others.append(str(facilitator))
    return others


def next_turn(turns: Sequence[str], had: int, present: Collection[str]) -> tuple[str | None, int]:
    """The member of the next turn, if any, and the number of turns before it. Members who left are skipped."""
    while had < len(turns) and turns[had] not in present:
        had += 1
    return (turns[had] if had < len(turns) else None), had


def unheard(present: Sequence[str], heard: Collection[str], presenter: str) -> list[str]:
    """The members who have not been heard, without the presenter."""
    return [user for user in present if user not in heard and user != presenter]


def warmest_first(questions: Sequence[tuple[int, int | None]]) -> list[int]:
    """The numbers of questions in the order in which they are discussed. `questions`: numbers with their ratings."""

    def order(one: tuple[int, int | None]) -> tuple[bool, int, int]:
        place, rating = one
        return rating is None, -(rating or 0), place

    return [place for place, _ in sorted(questions, key=order)]


def unheard_check_at(now: datetime, minutes: int) -> datetime:
    return now + timedelta(minutes=minutes * UNHEARD_CHECK_FRACTION)


# A mark for safety this low never goes under in an average.
LOW_SAFETY = 2

MARKED = ("use", "safety", "method")
# What stands in the place of a name once a session is over.
NOBODY = "-"


class Marks(NamedTuple):
    """One person's marks, from 1 to 5; 0 where there is none (yet)."""

    use: int = 0
    safety: int = 0
    method: int = 0

    @property
    def counts(self) -> bool:
        """Whether the two questions that everybody gets have an answer."""
        return bool(self.use and self.safety)

    @property
    def is_unsafe(self) -> bool:
        """Whether somebody did not feel safe."""
        return 0 < self.safety <= LOW_SAFETY


@dataclass(frozen=True)
class Averages:
    """The averages of the marks, to halves. `method` is None where too few were asked about it."""

    use: float
    safety: float
    method: float | None
    answers: int


def averages(marks: Sequence[Marks]) -> Averages | None:
    """The averages of use, safety and method; None below four answers, where a mark could be traced to a person."""
    given = [one for one in marks if one.counts]
    if len(given) < MIN_ANSWERS_FOR_AVERAGES:
        return None
    of_method = [one.method for one in given if one.method]
    return Averages(
        _to_halves([one.use for one in given]),
        _to_halves([one.safety for one in given]),
        _to_halves(of_method) if len(of_method) >= MIN_ANSWERS_FOR_AVERAGES else None,
        len(given),
    )


def _to_halves(marks: Sequence[int]) -> float:
    return round(2 * sum(marks) / len(marks)) / 2
