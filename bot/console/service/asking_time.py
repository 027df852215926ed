"""The time, for whoever leads and asks for it."""

from collections.abc import Callable

from bot.delivery.message import Message
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.storage import Tx
from bot.texts import Refused, Texts


def ask_for_time(tx: Tx, session_id: str, user: str) -> Callable[[Texts], Message] | None:
    """Show in the console how the session still fits. Returns what its reader hears when there is nothing to choose."""
    scene = sessions.scene_for(tx, session_id, user)
    session = scene.session
    if session.state in (State.ASKED, State.ENDED):
        raise Refused(lambda t: t("This session is closed."))
    if session.facilitator != user:
        raise Refused(lambda t: t("Whoever leads the session sees to the time."))
    return sessions.ask_for_time(tx, scene)
