"""The presenter of a session is forgotten: there is no case any more, so the session ends."""

from bot.sessions import queries
from bot.sessions.rules import State
from bot.sessions.service import opening, transitions
from bot.sessions.service.messages import post_in_thread
from bot.sessions.service.scene import scene_of
from bot.sessions.views import thread
from bot.storage import Tx


def end_sessions_about(tx: Tx, presenter: str) -> None:
    """End each session about somebody's case, kindly; nobody reads why."""
    for session in queries.locked_running_with(tx, presenter):
        scene = scene_of(tx, session)
        if session.state == State.ASKED:
            opening.close_unanswered_request(tx, scene)
            continue
        post_in_thread(tx, scene, thread.case_gone_notice(scene.t), "case_gone")
        transitions.end_session(tx, scene, "stopped")
