"""Where somebody may bring something: the phase that is on, and of the right kind."""

from bot.rounds.views.refs import PhaseRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.storage import Tx, Workspace
from bot.texts import Refused


def enter(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str, *kinds: str) -> Session:
    """The session, for a member of its group in the phase that the button belongs to. Raises Refused.

    The kind is checked because a number in a button's value can be changed by hand to that of another phase.
    """
    session = sessions.session_for(tx, workspace, ref.session, user)
    phase = sessions.at_phase(session, ref.number, ref.round)
    if phase.kind not in kinds:
        raise Refused(lambda t: t("This button no longer works. Type /intervisie to go on from here."))
    return session
