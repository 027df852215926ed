"""Pure rules of the rounds: turns, who has not been heard, questions that are not questions, and averages."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ANSWERS_AT_LEAST = 4
WORDS_AT_MOST = 25
# When in a phase whoever has not been heard is asked: late enough to have had the chance, early enough to use it.
ASK_AT = 0.6

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
    """What might be kindly pointed out: "advice", "why", "stacked", "no_question" or None. Word lists are often wrong,
    so it may always stay as it is. Sources: Wengelski (advice as a question), NSRF (why), WIAL (long and stacked)."""
    # A phone makes ’ of an apostrophe.
    question = question.replace("’", "'")
    if _ADVICE.search(question):
        return "advice"
    if _WHY.search(question):
        return "why"
    if question.count("?") > 1 or len(question.split()) > WORDS_AT_MOST or _BECAUSE.search(question):
        return "stacked"
    return None if "?" in question else "no_question"


def remark_on_any(questions: Sequence[str]) -> str | None:
    """The remark for a form with several questions; advice comes first, because it can be kept for later."""
    remarks = [remark for remark in map(remark_on, questions) if remark]
    return "advice" if "advice" in remarks else next(iter(remarks), None)


def turn_order(present: Sequence[str], presenter: str, facilitator: str | None) -> list[str]:
    """Everyone but the presenter, in the order in which they came; the facilitator comes last."""
    others = [user for user in present if user not in (presenter, facilitator)]
    if facilitator in present and facilitator != presenter:
        others.append(str(facilitator))
    return others


def whose_turn(turns: Sequence[str], had: int, present: Collection[str]) -> tuple[str | None, int]:
    """Who is next, and how many have then had their turn; who has left is passed over."""
    while had < len(turns) and turns[had] not in present:
        had += 1
    return (turns[had] if had < len(turns) else None), had


def unheard(present: Sequence[str], heard: Collection[str], presenter: str) -> list[str]:
    """Who might still want to say something."""
    return [user for user in present if user not in heard and user != presenter]


def moment_to_ask(now: datetime, minutes: int) -> datetime:
    return now + timedelta(minutes=minutes * ASK_AT)


@dataclass(frozen=True)
class Averages:
    """The group's marks, to one decimal."""

    use: float
    safety: float
    method: float
    answers: int


def averages(marks: Sequence[tuple[int, int, int]]) -> Averages | None:
    """The averages of use, safety and method; None below four answers, where a mark could be traced to a person."""
    if len(marks) < ANSWERS_AT_LEAST:
        return None
    use, safety, method = (round(sum(column) / len(marks), 1) for column in zip(*marks, strict=True))
    return Averages(use, safety, method, len(marks))
