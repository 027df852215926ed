"""SessionView: a session as plain values, from which the views are rendered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases.rules import CaseKind
from bot.groups.rules import Meets
from bot.methods.catalogue import Method, Phase, PhaseTexts
from bot.sessions.rules import PhasePlan, State, Timer
from bot.sessions.views.refs import ControlRef, PhaseRef, SessionRef
from bot.texts import Texts, mention, moment, name_of


@dataclass(frozen=True, slots=True)
class SessionView:
    """The values of a session that members may see. Of the case only the title and the kind."""

    id: str
    title: str
    presenter: str
    facilitator: str | None
    method: Method
    first_phase: int
    version: int
    timer: Timer
    zone: str
    now: datetime
    begun: bool = True
    ended_how: str | None = None
    ended_at: datetime | None = None
    # Paused after a downtime of the bot, and the group has not chosen yet.
    was_away: bool = False
    meets: Meets = Meets.THREAD
    # A value of CaseKind.
    kind: str = CaseKind.QUESTION
    # Which activity of the phase is on.
    activity_index: int = 0
    # Until when the group has; None where nobody said.
    ends_by: datetime | None = None
    # How many minutes the next extension gives; None after the last one.
    extension: int | None = 2
    # The phase after which only the evaluation followed.
    cut_at: int | None = None

    @property
    def state(self) -> State:
        return self.timer.state

    @property
    def is_written(self) -> bool:
        return self.meets is Meets.THREAD

    @property
    def phase(self) -> Phase:
        return self.method.phases[self.timer.phase_index]

    @property
    def activity(self) -> str:
        """The name of the activity that is on."""
        return self.phase.activities[self.activity_index]

    def says(self, t: Texts, presenter: str, until: datetime | None = None) -> PhaseTexts:
        """The words of the phase for the activity that is on. `until`: when that ends; the phase's own end without one."""
        ends_at = until or self.timer.ends_at
        values = {"time": self.at(t, ends_at)} if ends_at is not None else {}
        return self.phase.says(t.language, presenter, self.meets, self.activity, **values)

    @property
    def following(self) -> Phase | None:
        """The phase after this one."""
        after = self.plan.following(self.timer.phase_index)
        return None if after is None else self.method.phases[after]

    @property
    def previous(self) -> Phase | None:
        """The phase before this one."""
        before = self.plan.previous(self.timer.phase_index)
        return None if before is None else self.method.phases[before]

    @property
    def plan(self) -> PhasePlan:
        return plan_of(self.method, self.first_phase)

    @property
    def minutes(self) -> int:
        return int(self.plan.total / timedelta(minutes=1))

    @property
    def finishes_at(self) -> datetime:
        return self.timer.finishes_at(self.plan, self.now)

    @property
    def ref(self) -> SessionRef:
        return SessionRef(self.id)

    @property
    def phase_ref(self) -> PhaseRef:
        return PhaseRef(self.id, self.timer.phase_index, self.timer.pass_no)

    @property
    def control(self) -> ControlRef:
        return ControlRef(self.id, self.timer.phase_index, self.timer.pass_no, self.version)

    def at(self, t: Texts, when: datetime) -> str:
        """A time of day."""
        return moment(when, self.zone, t)


def plan_of(method: Method, first_phase: int) -> PhasePlan:
    """The lengths of a method's phases, for a session that begins with `first_phase`."""
    return PhasePlan(tuple(timedelta(minutes=phase.minutes) for phase in method.phases), first_phase)


def facilitator_or_role(t: Texts, view: SessionView) -> str:
    return name_of(t, view.facilitator) if view.facilitator else t("the facilitator")


def facilitator_mention(t: Texts, view: SessionView) -> str:
    """The same where the session stands still until the facilitator acts: they are notified."""
    return mention(view.facilitator) if view.facilitator else t("the facilitator")
