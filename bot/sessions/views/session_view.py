"""A session as plain values, for everything that shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.methods.catalogue import Method, Phase
from bot.sessions.rules import PhasePlan, State, Timer
from bot.sessions.views.refs import ControlRef, PhaseRef, SessionRef
from bot.texts import Texts, mention, moment


@dataclass(frozen=True, slots=True)
class SessionView:
    """What people may see of a session. The case is here with its title only."""

    id: str
    title: str
    presenter: str
    facilitator: str | None
    method: Method
    first: int
    version: int
    timer: Timer
    zone: str
    now: datetime
    begun: bool = True
    how: str | None = None
    ended_at: datetime | None = None
    # The bot was away, and the group has not chosen yet.
    was_away: bool = False

    @property
    def state(self) -> State:
        return self.timer.state

    @property
    def phase(self) -> Phase:
        return self.method.phases[self.timer.number]

    @property
    def following(self) -> Phase | None:
        """The phase after this one."""
        after = self.timer.number + 1
        return self.method.phases[after] if after < len(self.method.phases) else None

    @property
    def plan(self) -> PhasePlan:
        return plan_of(self.method, self.first)

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
        return PhaseRef(self.id, self.timer.number, self.timer.round)

    @property
    def control(self) -> ControlRef:
        return ControlRef(self.id, self.timer.number, self.timer.round, self.version)

    def at(self, t: Texts, when: datetime) -> str:
        """A time of day, for each reader in their own zone."""
        return moment(when, self.zone, t)


def plan_of(method: Method, first: int) -> PhasePlan:
    """How long the phases of a method take, for a session that begins with a certain one."""
    return PhasePlan(tuple(timedelta(minutes=phase.minutes) for phase in method.phases), first)


def leader(t: Texts, shown: SessionView) -> str:
    return mention(shown.facilitator) if shown.facilitator else t("the facilitator")


def how_long(t: Texts, span: timedelta) -> str:
    """ "7 minuten", "1 minuut", "minder dan een minuut": never more than there is."""
    minutes = int(span.total_seconds() // 60)
    return t.n("{n} minute", "{n} minutes", minutes) if minutes else t("less than a minute")
