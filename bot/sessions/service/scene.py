"""The scene: a session with its group and case, loaded once per use case; and the check of the current phase."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseKind
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.rules import Meets
from bot.methods import catalogue
from bot.methods.catalogue import Method, Phase
from bot.methods.extensions import extension
from bot.sessions import balance, queries
from bot.sessions.records import Absence, Participant, Session
from bot.sessions.rules import PhasePlan, State, Timer
from bot.sessions.service.activities import Activity, Opening, activity_named, least_minutes
from bot.sessions.views import SessionView, plan_of
from bot.storage import Tx
from bot.texts import Refused, Texts, one_line

OPEN_STATES = (State.GATHERING, State.RUNNING, State.PAUSED, State.WAITING)
BEGUN_STATES = (State.RUNNING, State.PAUSED, State.WAITING)
# Slack refuses a longer header: https://docs.slack.dev/reference/block-kit/blocks/header-block
MAX_TITLE_LENGTH = 150


@dataclass(eq=False)
class Scene:
    """A session for the length of one use case, with its group, case and participants.

    The use case makes the scene once and hands it on. SQLAlchemy forgets a record that nobody references and
    would fetch it again; the scene holds the group and the case until the use case ends.
    """

    tx: Tx
    session: Session
    group: Group
    _texts_by_user: dict[str, Texts] = field(default_factory=dict)

    @cached_property
    def case(self) -> Case:
        return cases.case_of_group(self.tx, self.group, self.session.case_id)

    @cached_property
    def everyone(self) -> list[Participant]:
        """Everyone who is or was present, in the order in which they came."""
        return queries.participants(self.tx, self.session)

    @cached_property
    def absence(self) -> Absence | None:
        """The bot's absence about which the group has not chosen yet."""
        return queries.open_absence(self.tx, self.session)

    @property
    def t(self) -> Texts:
        """The texts of the thread, in the group's language."""
        return groups.texts_in(self.group)

    @property
    def present(self) -> list[str]:
        """The participants who are present, in the order in which they came. A leader from outside is none of them."""
        return [
            one.user for one in self.everyone if one.left_at is None and one.user not in self.group.leaders
        ]

    @property
    def observers(self) -> list[str]:
        """The leader from outside, when present: leading, or reading along. They count in nothing."""
        return [one.user for one in self.everyone if one.left_at is None and one.user in self.group.leaders]

    @property
    def timer(self) -> Timer:
        session = self.session
        return Timer(session.state, session.phase_index, session.pass_no, session.ends_at, session.remaining)

    @property
    def plan(self) -> PhasePlan:
        return plan_of(self._method, self.session.first_phase)

    @cached_property
    def _method(self) -> Method:
        return method_of(self.session)

    @property
    def own_method(self) -> Method:
        """The method as the session keeps it, for every kind of case."""
        return self._method

    @property
    def method(self) -> Method:
        """The method with the texts for this kind of case."""
        found = self._method
        return found.for_what_went_well() if self.case.kind == CaseKind.WENT_WELL else found

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of the method, as they are for every kind of case."""
        return self._method.phases

    @property
    def phase(self) -> Phase:
        """The current phase."""
        return self._method.phases[self.session.phase_index]

    @property
    def time_plan(self) -> balance.Plan:
        """The minutes of each phase, as they are given and taken."""
        return tuple(
            balance.PlannedPhase(one.minutes, self._least(index, one), one.protected, one.optional)
            for index, one in enumerate(self.phases)
        )

    def _least(self, index: int, phase: Phase) -> int:
        """The fewest minutes of a phase, with those who are present; of one that is over it no longer matters."""
        if index < self.session.phase_index:
            return phase.least
        opening = Opening(self.group, self.session.opened_at or self.tx.now, self.case.kind)
        others = len(set(self.present) - {self.session.presenter})
        return least_minutes(self.tx, phase, opening, others)

    @property
    def extension(self) -> int | None:
        """The minutes of the next extension; None after the last. Sessions of before have two, always."""
        if self.session.is_of_before:
            return 2
        given = extension(self.session.phase_extensions)
        return None if given is None else given // timedelta(minutes=1)

    @property
    def activity(self) -> Activity:
        """The activity that is on in the current phase."""
        return activity_named(self.phase.activities[self.session.activity_index])

    def activity_after(self, index: int) -> int | None:
        """The next activity of the phase that is not passed over now; None after the last one. From -1: the first."""
        names = self.phase.activities
        for place in range(index + 1, len(names)):
            if not activity_named(names[place]).is_left_out(self.tx, self):
                return place
        return None

    @property
    def activity_ends_at(self) -> datetime | None:
        """The end of the activity that is on, when it has a time of its own within the phase and the clock runs."""
        within, ends_at = self.activity.time_within(self.phase), self.session.ends_at
        if within is None or ends_at is None or self.activity_after(self.session.activity_index) is None:
            return None
        return ends_at - (timedelta(minutes=self.phase.minutes) - within)

    def forget_method(self) -> None:
        """The method of the session has changed: it opens now."""
        self.__dict__.pop("_method", None)

    def texts_of(self, user: str) -> Texts:
        """The texts of private messages to a user, in the user's language."""
        if user not in self._texts_by_user:
            self._texts_by_user[user] = groups.texts_of(self.tx, user)
        return self._texts_by_user[user]

    def view(self, timer: Timer | None = None) -> SessionView:
        """The session as plain values for the views, at present or with another timer."""
        session = self.session
        return SessionView(
            id=session.id,
            # Its presenter may have withdrawn and deleted the case, and Slack refuses an empty header.
            title=one_line(self.case.title, MAX_TITLE_LENGTH) or "…",
            kind=self.case.kind,
            presenter=session.presenter,
            facilitator=session.facilitator,
            method=self.method,
            first_phase=session.first_phase,
            version=session.version,
            timer=timer or self.timer,
            zone=self.group.zone,
            now=self.tx.now,
            begun=session.began_at is not None,
            ended_how=session.ended_how,
            ended_at=session.ended_at,
            was_away=session.state == State.PAUSED and self.absence is not None,
            meets=Meets(session.meets),
            activity_index=session.activity_index,
            ends_by=session.ends_by,
            extension=self.extension,
            cut_at=session.cut_at,
        )


def group_of(tx: Tx, session: Session) -> Group:
    return groups.group_by_id(tx, session.group_id)


def session_by_id(tx: Tx, session_id: str) -> Session:
    """The session of this workspace, locked. Raises Refused for an unknown id."""
    found = queries.locked_session(tx, session_id)
    if found is None:
        raise Refused(
            lambda t: t("I can't find this session. Type /intervisie in the group's channel to go on.")
        )
    return found


def session_in_thread(tx: Tx, channel: str, thread_ts: str) -> Session | None:
    """The open session whose card began this thread, locked; None when there is none."""
    posted = outbox.key_of(tx, channel, thread_ts)
    parts = (posted or "").split("/")
    if len(parts) != 3 or parts[0] != "session" or parts[2] != "card":
        return None
    found = queries.locked_session(tx, parts[1])
    return found if found is not None and found.state in OPEN_STATES else None


def scene_of(tx: Tx, session: Session) -> Scene:
    """The scene of a session that is loaded already. It locks nothing."""
    return Scene(tx, session, group_of(tx, session))


def scene_or_none(tx: Tx, session_id: str) -> Scene | None:
    """The scene of a session of this workspace, locked; None for an unknown id."""
    found = queries.locked_session(tx, session_id)
    return None if found is None else scene_of(tx, found)


def scene_by_id(tx: Tx, session_id: str) -> Scene:
    """The scene of a session of this workspace, locked. Raises Refused for an unknown id."""
    return scene_of(tx, session_by_id(tx, session_id))


def scene_for(tx: Tx, session_id: str, user: str) -> Scene:
    """The scene, for a member of the session's group, locked. Raises Refused for anyone else."""
    session = session_by_id(tx, session_id)
    return Scene(tx, session, groups.group_for(tx, session.group_id, user))


def scene_for_participant(tx: Tx, session_id: str, user: str) -> Scene:
    """The scene, for somebody who takes part, locked. Raises Refused for a leader from outside and anyone else."""
    scene = scene_for(tx, session_id, user)
    if user in scene.group.leaders:
        raise groups.brings_nothing_in()
    return scene


def method_of(session: Session) -> Method:
    """The method as this session has it."""
    return catalogue.method_of_session(session.method, session.snapshot)


def phase_of(session: Session, phase_index: int) -> Phase:
    """A phase of the session's method. Raises Refused when the method has no phase with this index."""
    phases = method_of(session).phases
    if not 0 <= phase_index < len(phases):
        raise Refused(lambda t: t("This phase is over. What is on now stands at the bottom of the thread."))
    return phases[phase_index]


def is_current_phase(session: Session, phase_index: int, pass_no: int | None = None) -> bool:
    """Whether this phase has begun and is not over, paused or not. Without a pass number any pass counts."""
    same_pass = pass_no in (None, session.pass_no)
    return session.state in BEGUN_STATES and session.phase_index == phase_index and same_pass


def require_current_phase(
    session: Session,
    phase_index: int,
    pass_no: int | None = None,
    refuse: Callable[[Phase], Refused] | None = None,
) -> Phase:
    """The current phase. Raises Refused when it is another one, and before and after the session.

    `refuse` makes the refusal from the current phase, instead of the usual sentence.
    """
    if session.state == State.ENDED:
        raise Refused(
            lambda t: t("This session is closed, so nothing can be added. Thank you for being there.")
        )
    if session.state in (State.ASKED, State.GATHERING):
        raise Refused(lambda t: t("This session has not begun yet."))
    if not is_current_phase(session, phase_index, pass_no):
        raise (refuse or _phase_over)(phase_of(session, session.phase_index))
    return phase_of(session, phase_index)


def _phase_over(current: Phase) -> Refused:
    return Refused(
        lambda t: t(
            "That phase is over; you are at *{phase}* now. What is on stands at the bottom of the thread.",
            phase=current.title(t.language),
        )
    )
