"""The window with the controls that the console does not show, for whoever leads."""

from bot.console import views
from bot.console.service import drawing
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.views import SessionView
from bot.storage import Tx
from bot.texts import Refused


def controls_for(tx: Tx, session_id: str, user: str) -> views.Console:
    """The values of the window. Raises Refused for anybody but whoever leads, and once the session is closed."""
    scene = sessions.scene_for(tx, session_id, user)
    if scene.session.state in (State.ASKED, State.ENDED):
        raise Refused(lambda t: t("This session is closed."))
    if scene.session.facilitator != user:
        raise Refused(lambda t: t("These controls are for whoever leads the session."))
    return drawing.values_of(tx, scene, user)


def clock_controls_for(tx: Tx, session_id: str, user: str) -> SessionView:
    """View of the session for the window of controls. Raises RefusedWithOffer for others: they may take over."""
    return sessions.require_facilitator(tx, user, session_id).view()
