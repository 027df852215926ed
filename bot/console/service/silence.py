"""Silence: one minute in which nobody speaks or types."""

from datetime import timedelta

from bot.console import views
from bot.delivery import outbox
from bot.groups import service as groups
from bot.jobs import queue
from bot.sessions import service as sessions
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef
from bot.storage import Tx
from bot.texts import Refused

SILENCE_OVER = "console.silence_over"
SILENCE = timedelta(minutes=1)


def begin_silence(tx: Tx, ref: PhaseRef, user: str) -> bool:
    """Begin a minute of silence in the current phase, for whoever leads; return whether the thread says so now.

    Pressed again during it, it is the same minute.
    """
    scene = sessions.scene_for(tx, ref.session, user)
    session = scene.session
    sessions.require_current_phase(session, ref.number, ref.round)
    if session.facilitator != user:
        raise Refused(lambda t: t("Whoever leads the session asks for a silence."))
    if queue.scheduled_time(tx, SILENCE_OVER, session.id) is not None:
        return False
    queue.schedule(tx, SILENCE_OVER, session.id, tx.now + SILENCE, {"session": session.id, "user": user})
    if session.is_written:
        sessions.post_in_thread(tx, scene, views.silence_begins(scene.t), _where(scene))
    return session.is_written


def end_silence(tx: Tx, scene: Scene, user: str) -> None:
    """The minute is over: tell whoever leads, where people speak, and take the line in the thread away."""
    session = scene.session
    if session.is_written:
        outbox.delete(tx, sessions.thread_key(session, _where(scene)))
        return
    message = views.silence_over(scene.texts_of(user))
    key = sessions.thread_key(session, "silence", user, int(tx.now.timestamp()))
    groups.post_dm(tx, user, message, key=key, expires_at=tx.now + SILENCE)


def _where(scene: Scene) -> str:
    session = scene.session
    return f"phase/{session.phase_index}/{session.pass_no}/silence"
