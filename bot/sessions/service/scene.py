"""A session for the length of one use case, and which phase of it is on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import Select, select

from bot.cases import service as cases
from bot.cases.records import Case
from bot.groups import service as groups
from bot.groups.records import Group
from bot.methods import catalogue
from bot.methods.catalogue import Phase
from bot.sessions.records import Absence, Participant, Session
from bot.sessions.rules import PhasePlan, State, Timer
from bot.sessions.views import SessionView, plan_of
from bot.storage import Tx, statement
from bot.texts import Refused, Texts, one_line

OPEN = [State.GATHERING, State.RUNNING, State.PAUSED, State.WAITING]
BEGUN = (State.RUNNING, State.PAUSED, State.WAITING)
# Not a state of the clock: nothing has been posted yet, the presenter has been asked.
ASKED = "asked"
# As much of a case's title as fits in a header, whatever was typed.
TITLE = 150


@dataclass(eq=False)
class Scene:
    """A session for the length of one use case, with what every step asks of it.

    SQLAlchemy forgets a row that nobody holds and then fetches it again. The use case makes the scene once, hands it
    on, and so holds the group and the case to its end.
    """

    tx: Tx
    session: Session
    group: Group
    _readers: dict[str, Texts] = field(default_factory=dict)

    @cached_property
    def case(self) -> Case:
        return cases.case_of_group(self.tx, self.group, self.session.case_id)

    @cached_property
    def everyone(self) -> list[Participant]:
        """Who is or was present, in the order in which they came."""
        return list(self.tx.scalars(_everyone(self.session.id)))

    @cached_property
    def absence(self) -> Absence | None:
        """The bot's absence about which the group has not chosen yet."""
        return self.tx.scalars(_absence(self.session.id)).one_or_none()

    @property
    def t(self) -> Texts:
        """The sentences of the thread."""
        return groups.texts_in(self.group)

    @property
    def present(self) -> list[str]:
        """Who is present, in the order in which they came."""
        return [one.user for one in self.everyone if one.left_at is None]

    @property
    def timer(self) -> Timer:
        return timer_of(self.session)

    @property
    def plan(self) -> PhasePlan:
        return plan_of(catalogue.method(self.session.method), self.session.first_phase)

    @property
    def phase(self) -> Phase:
        """The phase that is on."""
        return phase_of(self.session, self.session.phase_index)

    def texts_of(self, user: str) -> Texts:
        """The sentences in which somebody is spoken to in private."""
        if user not in self._readers:
            self._readers[user] = groups.texts_of(self.tx, self.session.workspace, user)
        return self._readers[user]

    def view(self, timer: Timer | None = None) -> SessionView:
        """The session as people may see it, at this moment or with another state of its clock."""
        session = self.session
        return SessionView(
            id=session.id,
            title=one_line(self.case.title, TITLE),
            presenter=session.presenter,
            facilitator=session.facilitator,
            method=catalogue.method(session.method),
            first=session.first_phase,
            version=session.version,
            timer=timer or self.timer,
            zone=self.group.zone,
            now=self.tx.now,
            begun=session.began_at is not None,
            how=session.ended_how,
            ended_at=session.ended_at,
            was_away=session.state == State.PAUSED and self.absence is not None,
        )


@statement
def _everyone(session_id: str) -> Select[Participant]:
    wanted = select(Participant).where(Participant.session_id == session_id)
    return wanted.order_by(Participant.since, Participant.user)


@statement
def _absence(session_id: str) -> Select[Absence]:
    return select(Absence).where(Absence.session_id == session_id)


def phase_of(session: Session, number: int) -> Phase:
    """A phase of the session's method. Raises Refused for a number that is not one."""
    phases = catalogue.method(session.method).phases
    if not 0 <= number < len(phases):
        raise Refused(lambda t: t("This phase is over. What is on now stands at the bottom of the thread."))
    return phases[number]


def is_on(session: Session, number: int, round: int | None = None) -> bool:
    """Whether this phase is on, or stands still; in any round when none is named."""
    return session.state in BEGUN and session.phase_index == number and round in (None, session.pass_no)


def at_phase(
    session: Session, number: int, round: int | None = None, refuse: Callable[[Phase], Refused] | None = None
) -> Phase:
    """The phase that is on. Raises Refused for another one, and before and after the session.

    `refuse` says in other words that another phase is on, and which one.
    """
    if session.state == State.ENDED:
        raise Refused(
            lambda t: t("This session is closed, so nothing can be added. Thank you for being there.")
        )
    if session.state in (ASKED, State.GATHERING):
        raise Refused(lambda t: t("This session has not begun yet."))
    if not is_on(session, number, round):
        current = phase_of(session, session.phase_index)
        raise (refuse or _is_over)(current)
    return phase_of(session, number)


def _is_over(current: Phase) -> Refused:
    return Refused(
        lambda t: t(
            "That phase is over; you are at *{phase}* now. What is on stands at the bottom of the thread.",
            phase=current.title(t.language),
        )
    )


def timer_of(session: Session) -> Timer:
    return Timer(session.state, session.phase_index, session.pass_no, session.ends_at, session.remaining)
