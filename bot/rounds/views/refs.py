"""What the rounds' forms and buttons carry."""

from dataclasses import dataclass

from bot.sessions.views import PhaseRef, SessionRef

__all__ = ["PhaseRef", "QuestionForm", "SessionRef", "TurnRef"]


@dataclass(frozen=True, slots=True)
class TurnRef:
    """Whose turn it was when the button was posted: of two presses in one instant the second skips nobody."""

    session: str
    number: int
    round: int
    turn: int

    @property
    def phase(self) -> PhaseRef:
        return PhaseRef(self.session, self.number, self.round)


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """The phase, and whether something about the question was pointed out already."""

    session: str
    number: int
    round: int
    warned: int
