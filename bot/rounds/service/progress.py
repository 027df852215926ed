"""Progress within a phase: one activity ends, and the next begins. Only the last one leaves that to the phase."""

from datetime import timedelta
from typing import Any

from bot import events
from bot.events import SessionChanged
from bot.jobs import queue
from bot.rounds.views.refs import StepRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.storage import Tx
from bot.texts import Refused

ACTIVITY_OVER = "rounds.activity_over"
# The same of a session that a version without snapshots began.
WRITING_OVER = "rounds.writing_over"
RETRY_WHILE_PAUSED = timedelta(minutes=1)


def _kind(session: Session) -> str:
    return WRITING_OVER if session.is_of_before else ACTIVITY_OVER


def schedule_end(tx: Tx, scene: Scene) -> None:
    """Schedule the end of the activity that is on, when it has a time of its own within the phase."""
    session, at = scene.session, scene.activity_ends_at
    if at is not None:
        data = {"session": session.id, "number": session.phase_index, "round": session.pass_no}
        queue.schedule(tx, _kind(session), session.id, at, {**data, "activity": session.activity_index})


def cancel_end(tx: Tx, session: Session, phase_index: int) -> None:
    """The phase was left. When it has begun again meanwhile, the new pass keeps its own end of the activity."""
    if not sessions.is_current_phase(session, phase_index):
        queue.cancel(tx, _kind(session), session.id)


def on_time_over(tx: Tx, scene: Scene, data: dict[str, Any]) -> None:
    """The time of an activity within its phase is over. With more time for the phase, it has more time too."""
    session = scene.session
    is_on = sessions.is_current_phase(session, data["number"], data["round"])
    if not is_on or data.get("activity", 0) != session.activity_index:
        return
    if session.state == State.PAUSED:
        queue.schedule(tx, _kind(session), session.id, tx.now + RETRY_WHILE_PAUSED, data)
        return
    ends_at = scene.activity_ends_at
    if ends_at is not None and ends_at > tx.now:
        queue.schedule(tx, _kind(session), session.id, ends_at, data)
        return
    end_activity(tx, scene)


def end_activity(tx: Tx, scene: Scene) -> bool:
    """End the activity that is on, and begin the next one of its phase. False for the last one: its phase goes on."""
    session = scene.session
    following = scene.activity_after(session.activity_index)
    if following is None:
        return False
    scene.activity.end(tx, scene, session.phase_index, session.pass_no)
    queue.cancel(tx, _kind(session), session.id)
    session.activity_index = following
    tx.sql.flush()
    scene.activity.prepare(tx, scene)
    schedule_end(tx, scene)
    sessions.refresh_prompt(tx, scene)
    scene.activity.begin(tx, scene)
    events.publish(tx, SessionChanged(session.id))
    return True


def step_on(tx: Tx, ref: StepRef, user: str) -> None:
    """End the activity that is on before its time. The second of two presses is refused."""
    scene = sessions.scene_for(tx, ref.session, user)
    sessions.require_current_phase(scene.session, ref.number, ref.round)
    if scene.session.activity_index != ref.activity:
        raise Refused(lambda t: t("That step has been taken already."))
    if not scene.activity.may_end(scene, user):
        raise Refused(lambda t: t("Whoever leads the session takes you on from here."))
    sessions.mark_present(tx, scene, user)
    end_activity(tx, scene)
