"""Selection view: the selection as plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.groups.rules import Meets
from bot.methods.catalogue import Phase, PhaseTexts
from bot.selections.rules import OVER, Outcome, SelectionState
from bot.selections.views.refs import ExtendSelection, SelectionControl, SelectionRef
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
    # What was left of the step when a pause began; None while its clock runs.
    remaining: timedelta | None
    extensions: int
    # The minutes of the next extension; None where there is none.
    extension: int | None
    ends_by: datetime | None
    now: datetime
    zone: str
    meets: Meets
    candidates: tuple[Candidate, ...]
    # How many of those who are there have voted.
    voted: int
    outcome: Outcome
    # The session that the presenter's yes opened.
    session: str | None

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_paused(self) -> bool:
        return self.remaining is not None

    @property
    def ref(self) -> SelectionRef:
        return SelectionRef(self.id)

    @property
    def control(self) -> SelectionControl:
        return SelectionControl(self.id, self.version)

    @property
    def extend(self) -> ExtendSelection:
        return ExtendSelection(self.id, self.version, self.extensions)

    def says(self, t: Texts) -> PhaseTexts | None:
        """The words of the phase that is on."""
        return None if self.phase is None else self.phase.says(t.language, meets=self.meets)

    def until(self, t: Texts) -> str:
        """The end of the step as text; empty when it has none, or has passed."""
        if self.ends_at is None or self.ends_at <= self.now:
            return ""
        return moment(self.ends_at, self.zone, t)
