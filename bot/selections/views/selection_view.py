"""Selection view: the selection as plain values."""

from dataclasses import dataclass
from datetime import datetime

from bot.groups.rules import Meets
from bot.methods.catalogue import Phase, PhaseTexts
from bot.selections.rules import OVER, Outcome, SelectionState
from bot.selections.views.refs import SelectionControl, SelectionRef
from bot.texts import Texts, moment


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that can be chosen. The group may see its title and question."""

    case: str
    title: str
    question: str
    kind: str
    # How many said that it is theirs too.
    echoes: int


@dataclass(frozen=True)
class SelectionView:
    id: str
    version: int
    state: SelectionState
    facilitator: str | None
    present: tuple[str, ...]
    # A leader from outside who is there.
    observers: tuple[str, ...]
    phase: Phase | None
    # The phase after this one; None where no step follows by itself.
    following: Phase | None
    ends_at: datetime | None
    ends_by: datetime | None
    now: datetime
    zone: str
    meets: Meets
    candidates: tuple[Candidate, ...]
    # How many of those who are there have voted.
    voted: int
    outcome: Outcome

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def ref(self) -> SelectionRef:
        return SelectionRef(self.id)

    @property
    def control(self) -> SelectionControl:
        return SelectionControl(self.id, self.version)

    def says(self, t: Texts) -> PhaseTexts | None:
        """The words of the phase that is on."""
        return None if self.phase is None else self.phase.says(t.language, meets=self.meets)

    def until(self, t: Texts) -> str:
        """The end of the step as text; empty when it has none, or has passed."""
        if self.ends_at is None or self.ends_at <= self.now:
            return ""
        return moment(self.ends_at, self.zone, t)
