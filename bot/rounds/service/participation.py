"""Who has been heard, and the kind words to whoever has not."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, select

from bot.groups import service as groups
from bot.jobs import queue
from bot.rounds import rules
from bot.rounds.records import Contribution, ReminderSent
from bot.rounds.views import thread
from bot.rounds.views.refs import PhaseRef, SessionRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.storage import Tx, Workspace, belonging_to, statement
from bot.texts import Refused

UNHEARD = "rounds.unheard"
# Phases in which everyone may speak freely; in the advice round turns are named.
FREE = ("questions", "analysis")
ASK_AGAIN = timedelta(minutes=2)


def require_phase(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str, *kinds: str) -> Scene:
    """The scene, for a member of its group in the phase that the button belongs to. Raises Refused."""
    scene = sessions.scene_for(tx, workspace, ref.session, user)
    check_phase(scene, ref, *kinds)
    return scene


def check_phase(scene: Scene, ref: PhaseRef, *kinds: str) -> None:
    """Raises Refused unless the phase that the button belongs to is on, and of one of these kinds.

    The kind is checked because a number in a button's value can be changed by hand to that of another phase.
    """
    phase = sessions.at_phase(scene.session, ref.number, ref.round)
    if phase.kind not in kinds:
        raise Refused(lambda t: t("This button no longer works. Type /intervisie to go on from here."))


def record(tx: Tx, session: Session, user: str, what: str, ts: str = "", form: str = "") -> bool:
    """Writes down that someone was heard in the present phase; False when that was known."""
    known = (
        _spoken(session.id, user, ts)
        if ts
        else _pressed(session.id, session.phase_index, session.pass_no, user, what)
    )
    if tx.scalars(known).first() is not None:
        return False
    tx.sql.add(
        Contribution(
            session_id=session.id,
            number=session.phase_index,
            round=session.pass_no,
            user=user,
            what=what,
            ts=ts,
            form=form,
            **belonging_to(session.workspace),
        )
    )
    tx.sql.flush()
    return True


@statement
def _spoken(session_id: str, user: str, ts: str) -> Select[str]:
    return select(Contribution.id).where(
        Contribution.session_id == session_id, Contribution.user == user, Contribution.ts == ts
    )


@statement
def _pressed(session_id: str, number: int, round_: int, user: str, what: str) -> Select[str]:
    return select(Contribution.id).where(
        Contribution.session_id == session_id,
        Contribution.number == number,
        Contribution.round == round_,
        Contribution.user == user,
        Contribution.what == what,
        Contribution.ts == "",
    )


def sent_before(tx: Tx, session: Session, ref: PhaseRef, user: str, what: str, form: str) -> bool:
    """Whether somebody has brought this from this very window before."""
    known = select(Contribution.id).where(
        Contribution.session_id == session.id,
        Contribution.number == ref.number,
        Contribution.round == ref.round,
        Contribution.user == user,
        Contribution.what == what,
        Contribution.form == form,
    )
    return form != "" and tx.sql.scalars(known).first() is not None


def participants_in(tx: Tx, session: Session, *what: str) -> set[str]:
    """Who was heard in the present phase, in any of some ways; in every way when none is named."""
    wanted = _heard(session.id, session.phase_index, session.pass_no, list(what), every_way=not what)
    return set(tx.scalars(wanted))


@statement
def _heard(session_id: str, number: int, round_: int, what: list[str], *, every_way: bool) -> Select[str]:
    return select(Contribution.user).where(
        Contribution.session_id == session_id,
        Contribution.number == number,
        Contribution.round == round_,
        Contribution.what != "done" if every_way else Contribution.what.in_(what),
    )


def all_participants(tx: Tx, session: Session, numbers: Sequence[int]) -> set[str]:
    """Who spoke or wrote in some phases, however often they came round."""
    return set(
        tx.sql.scalars(
            select(Contribution.user).where(
                Contribution.session_id == session.id,
                Contribution.number.in_(numbers),
                Contribution.what.in_(("message", "advice")),
            )
        )
    )


def others_present(scene: Scene) -> list[str]:
    """Who is present, without the presenter."""
    return [user for user in scene.present if user != scene.session.presenter]


def claim_reminder(tx: Tx, session: Session, user: str, what: str) -> bool:
    """Whether somebody may be reminded of this in this phase: true once."""
    known = _reminded(session.id, session.phase_index, session.pass_no, user, what)
    if tx.scalars(known).first() is not None:
        return False
    tx.sql.add(
        ReminderSent(
            session_id=session.id,
            number=session.phase_index,
            round=session.pass_no,
            user=user,
            what=what,
            **belonging_to(session.workspace),
        )
    )
    tx.sql.flush()
    return True


@statement
def _reminded(session_id: str, number: int, round_: int, user: str, what: str) -> Select[str]:
    return select(ReminderSent.id).where(
        ReminderSent.session_id == session_id,
        ReminderSent.number == number,
        ReminderSent.round == round_,
        ReminderSent.user == user,
        ReminderSent.what == what,
    )


def plan_to_ask(tx: Tx, session: Session, minutes: int) -> None:
    at = rules.moment_to_ask(tx.now, minutes)
    data = {"session": session.id, "number": session.phase_index, "round": session.pass_no}
    queue.schedule(tx, session.workspace, UNHEARD, session.id, at, data)


def plan_no_more(tx: Tx, session: Session) -> None:
    """The phase is over, and with it the question who was heard in it."""
    queue.cancel(tx, session.workspace, UNHEARD, session.id)


def ask_the_unheard(tx: Tx, item: queue.Job) -> None:
    """Well into a round: one private word to whoever was not heard, and the list to the facilitator."""
    scene = sessions.scene_by_id(tx, item.workspace, str(item.data["session"]))
    session = scene.session
    if not sessions.is_on(session, item.data["number"], item.data["round"]):
        return
    if not scene.group.reads_thread:
        # Without the thread nobody knows who has spoken.
        return
    if session.state == State.PAUSED:
        queue.schedule(tx, item.workspace, UNHEARD, session.id, tx.now + ASK_AGAIN, item.data)
        return
    if session.state != State.RUNNING:
        return
    present, known = scene.present, participants_in(tx, session)
    quiet = rules.unheard(present, known | participants_in(tx, session, "done"), session.presenter)
    for user in quiet:
        person = groups.person(tx, item.workspace, user)
        if person.session_nudges and claim_reminder(tx, session, user, "unheard"):
            not_heard = thread.not_heard(scene.texts_of(user), SessionRef(session.id))
            sessions.post_private(tx, scene, user, not_heard)
    if session.facilitator is not None:
        spoken = [user for user in present if user in known and user != session.presenter]
        not_yet = rules.unheard(present, known, session.presenter)
        so_far = thread.heard_so_far(scene.texts_of(session.facilitator), spoken, not_yet)
        sessions.post_hint(tx, scene, so_far)


def stop_nudging(tx: Tx, workspace: Workspace, user: str) -> None:
    """Somebody would rather not be asked during sessions."""
    groups.person(tx, workspace, user).session_nudges = False
    groups.refresh_home(tx, workspace, user)


def end_when_everyone_done(tx: Tx, scene: Scene) -> None:
    """The presenter need not press anything in a phase of listening or answering."""
    if set(others_present(scene)) <= participants_in(tx, scene.session, "done"):
        sessions.advance_when_everyone_done(tx, scene, scene.session.phase_index)


def end_when_everyone_has(tx: Tx, scene: Scene, what: str) -> None:
    """In the last phases the presenter takes part as the others do."""
    if set(scene.present) <= participants_in(tx, scene.session, what):
        sessions.advance_when_everyone_done(tx, scene, scene.session.phase_index)
