"""What the rounds' forms and buttons carry."""

from dataclasses import dataclass

from bot.sessions.views import PhaseRef, SessionRef

__all__ = ["PhaseRef", "QuestionForm", "SessionRef"]


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """The phase, and whether something about the question was pointed out already."""

    session: str
    number: int
    round: int
    warned: int
