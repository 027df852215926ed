"""References: the values of the rounds' buttons and forms. Field names are stored in Slack, so they stay."""

from dataclasses import dataclass

from bot.sessions.views import PhaseRef


@dataclass(frozen=True, slots=True)
class TurnRef:
    """The turn for which the button was posted, so that a double click skips nobody."""

    session: str
    number: int
    round: int
    turn: int

    @property
    def phase(self) -> PhaseRef:
        return PhaseRef(self.session, self.number, self.round)


@dataclass(frozen=True, slots=True)
class MarkRef:
    """One mark: for "use", "safety" or "method"."""

    session: str
    what: str
    mark: int


@dataclass(frozen=True, slots=True)
class SafetyRef:
    """A low mark for safety, without whose it is; `told` is the answer: "yes" or "no"."""

    note: str
    told: str


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """The phase, and whether the writer was warned about the question already (1) or not (0)."""

    session: str
    number: int
    round: int
    warned: int


@dataclass(frozen=True, slots=True)
class StepRef:
    """An activity of a phase, so that a double click ends no more than that."""

    session: str
    number: int
    round: int
    activity: int


@dataclass(frozen=True, slots=True)
class DiscussedRef:
    """The question that was discussed, so that a double click passes over none. `place`: its number."""

    session: str
    number: int
    round: int
    place: int
