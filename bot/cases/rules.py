"""Rules of cases: checks on a draft, and the states of a case."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from bot.states import StateMachine

TITLE_AT_MOST = 150
SITUATION_AT_LEAST = 40
OWN_PART_AT_LEAST = 15
QUESTION_AT_LEAST = 12
# Cases of one person that wait in a group. More would crowd out what the others bring.
MOST_WAITING = 10
HELP = ("ideas", "questions", "experiences", "mirror")
# The most urgent first: a poll with equal votes goes by this order.
URGENCY = ("now", "month", "can_wait")

# Verbs that open a question which "yes" or "no" would answer.
_CLOSED_OPENINGS = {
    "ben", "is", "zijn", "was", "waren", "heb", "heeft", "hebben", "had", "kan", "kun", "kunnen", "kon", "mag", "mogen",
    "moet", "moeten", "wil", "willen", "zal", "zou", "zouden", "doe", "doet", "ga", "gaat", "klopt", "hoort",
    "word", "wordt", "worden", "durf", "vind", "vindt", "vinden", "denk", "denkt", "denken", "weet", "weten",
    "hoef", "hoeft", "hoeven",
    "am", "are", "were", "have", "has", "can", "could", "may", "must", "should", "shall", "will", "would", "do",
    "does", "did",
}  # fmt: skip
# Words that a question may begin with before its verb or its question word.
_LEADING = {"en", "of", "maar", "dus", "and", "or", "but", "so"}
_WORD = re.compile(r"[^\W\d_]+")
# "Stay or leave?" is a dilemma, and no question for yes or no.
_EITHER_OR = re.compile(r"\w\W+(of|or)\W+\w", re.IGNORECASE)
# A full stop in "o.a." or "mevr." does not end a sentence.
_SENTENCE_END = re.compile(r"[.!]\s+(?=[A-ZÀ-Þ])|\n")
_FIRST_PERSON = re.compile(r"\b(ik|mij|me|mijn|mezelf|i|my|myself)\b", re.IGNORECASE)
# Words that begin a sentence's middle with a capital without being somebody's name.
_NO_NAMES = {
    "Ik", "I", "Nederland", "Nederlands", "Engels", "Teams", "Slack", "Excel", "Word", "English", "Dutch", "Monday",
    "Tuesday", "Wednesday", "Thursday", "Friday", "Kerst", "Pasen", "Christmas", "Easter",
}  # fmt: skip
_HONORIFIC = re.compile(r"\b(meneer|mevrouw|dhr|mw|mr|mrs|ms|dr)\b\.?\s+\w", re.IGNORECASE)


class CaseState(StrEnum):
    """The state of a case."""

    DRAFT = "draft"
    HANDED_IN = "handed_in"
    # The group has chosen it, and its presenter agrees.
    CHOSEN = "chosen"
    IN_SESSION = "in_session"
    TREATED = "treated"
    WITHDRAWN = "withdrawn"


class CaseKind(StrEnum):
    """The kind of a case: with a question, or something that went well."""

    QUESTION = "question"
    WENT_WELL = "went_well"


class Remark(StrEnum):
    """A remark of the form on what was typed. It points out, and but for a title keeps nobody from going on."""

    NO_TITLE = "no_title"
    NAME_IN_TITLE = "name"
    THIN_SITUATION = "situation"
    THIN_OWN_PART = "own_part"
    NO_QUESTION = "no_question"
    SHORT_QUESTION = "short_question"
    NOT_A_QUESTION = "not_a_question"
    CLOSED_QUESTION = "closed"
    ABOUT_OTHERS = "about_others"


CASE_STATES = StateMachine(
    CaseState,
    {
        CaseState.DRAFT: (CaseState.HANDED_IN, CaseState.WITHDRAWN),
        CaseState.HANDED_IN: (CaseState.CHOSEN, CaseState.WITHDRAWN),
        CaseState.CHOSEN: (CaseState.IN_SESSION, CaseState.HANDED_IN, CaseState.TREATED, CaseState.WITHDRAWN),
        CaseState.IN_SESSION: (CaseState.TREATED, CaseState.HANDED_IN, CaseState.WITHDRAWN),
        CaseState.TREATED: (),
        CaseState.WITHDRAWN: (),
    },
)


@dataclass(frozen=True)
class CaseDraft:
    """The fields of the case form, as typed."""

    title: str
    situation: str
    own_part: str
    question: str
    tried: str = ""
    help: list[str] = field(default_factory=list)
    hope: str = ""
    urgency: str = "can_wait"
    theme: str = ""
    kind: str = CaseKind.QUESTION

    @property
    def is_empty(self) -> bool:
        """Whether nobody has written anything in the fields of words."""
        return not any((self.title, self.situation, self.own_part, self.question, self.tried, self.hope))


def is_question(text: str) -> bool:
    """Whether a text is worded as a question at all."""
    return "?" in text


def is_closed(text: str) -> bool:
    """Whether the last question of a text asks for yes or no, by its first word. An either-or does not."""
    last = text.split("?")[-2] if "?" in text else text
    sentence = _SENTENCE_END.split(last.strip())[-1]
    words = (found[0] for found in _WORD.finditer(sentence.lower()))
    first = next((word for word in words if word not in _LEADING), "")
    return first in _CLOSED_OPENINGS and not _EITHER_OR.search(sentence)


def is_about_me(text: str) -> bool:
    """Whether a text is worded in the first person."""
    return bool(_FIRST_PERSON.search(text))


def remarks(draft: CaseDraft) -> list[Remark]:
    """All remarks at once, in the order of the form's fields."""
    found = [] if draft.title else [Remark.NO_TITLE]
    if name_in(draft.title):
        found.append(Remark.NAME_IN_TITLE)
    if len(draft.situation) < SITUATION_AT_LEAST:
        found.append(Remark.THIN_SITUATION)
    if len(draft.own_part) < OWN_PART_AT_LEAST:
        found.append(Remark.THIN_OWN_PART)
    if draft.kind == CaseKind.QUESTION:
        found += _remarks_on_question(draft.question)
    return found


def _remarks_on_question(text: str) -> list[Remark]:
    if not text:
        return [Remark.NO_QUESTION]
    if not is_question(text):
        return [Remark.NOT_A_QUESTION]
    if len(text) < QUESTION_AT_LEAST:
        return [Remark.SHORT_QUESTION]
    closed = [Remark.CLOSED_QUESTION] if is_closed(text) else []
    return closed if is_about_me(text) else [*closed, Remark.ABOUT_OTHERS]


def name_in(title: str) -> str | None:
    """A word in a title that looks like a name: a capital in the middle, or the word after "mevrouw"."""
    honorific = _HONORIFIC.search(title)
    if honorific:
        return title[honorific.start() :].split()[0] + " " + title[honorific.start() :].split()[1]
    words = title.split()
    for before, word in pairwise(words):
        bare = word.strip(".,;:!?()\"'“”‘’")
        starts_sentence = before.endswith((".", "!", "?", ":"))
        if bare[:1].isupper() and not bare.isupper() and bare not in _NO_NAMES and not starts_sentence:
            return bare
    return None


def may_edit(state: CaseState) -> bool:
    """A case can be changed until its session begins, or it is withdrawn."""
    return state in (CaseState.DRAFT, CaseState.HANDED_IN, CaseState.CHOSEN)


def may_withdraw(state: CaseState) -> bool:
    """A case that the group sees can be withdrawn. A draft is deleted instead."""
    return state in (CaseState.HANDED_IN, CaseState.CHOSEN, CaseState.IN_SESSION)


def same_theme_count(theme: str, others: Iterable[str]) -> int:
    """How many cases have this theme, however it is spelt: the case itself, and those of the others."""
    return 1 + sum(_spelling(other) == _spelling(theme) for other in others)


def _spelling(theme: str) -> str:
    return " ".join(theme.casefold().split())


def may_delete(state: CaseState) -> bool:
    """The words of a draft, and of a withdrawn case, can be deleted: the group has no part in them."""
    return state in (CaseState.DRAFT, CaseState.WITHDRAWN)
