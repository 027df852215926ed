"""The question anew: what the presenter asks by now, and what help is wanted. The case keeps the old question."""

from bot.rounds import queries
from bot.rounds.records import Rewording
from bot.rounds.service import participation
from bot.sessions import service as sessions
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef
from bot.storage import Tx, belonging_to
from bot.texts import Refused


def require_rewording(tx: Tx, ref: PhaseRef, user: str) -> Scene:
    """The scene, for the presenter; where people speak also for whoever leads, who writes it down with a nod."""
    scene = participation.require_phase(tx, ref, user, "rewording")
    session = scene.session
    may = {session.presenter} if session.is_written else {session.presenter, session.facilitator}
    if user not in may:
        raise Refused(lambda t: t("The presenter says what the question is now."))
    return scene


def keep_question(tx: Tx, ref: PhaseRef, user: str) -> bool:
    """It is still the question of the case; return False when the presenter had said so already."""
    scene = require_rewording(tx, ref, user)
    found = queries.rewording_of(tx, scene.session)
    if found is not None and not found.text:
        return False
    _keep(tx, scene, user, "", list(scene.case.help), returns=False)
    return True


def reword_question(tx: Tx, ref: PhaseRef, user: str, text: str, wanted: list[str], *, returns: bool) -> None:
    """Keep the question as it is now, with the help that is wanted. Sent again, it replaces the first."""
    scene = require_rewording(tx, ref, user)
    if not text:
        raise Refused(lambda t: t("Write your question as it is now, or close this window."), "question")
    _keep(tx, scene, user, text, wanted, returns=returns)


def _keep(tx: Tx, scene: Scene, user: str, text: str, wanted: list[str], *, returns: bool) -> None:
    session = scene.session
    found = queries.rewording_of(tx, session)
    if found is None:
        found = Rewording(session_id=session.id, **belonging_to(session.workspace))
        tx.sql.add(found)
    found.text, found.help, found.returns = text, wanted, returns
    tx.sql.flush()
    sessions.mark_present(tx, scene, session.presenter)
    participation.record_contribution(tx, session, session.presenter, "rewording")
    sessions.refresh_prompt(tx, scene)
    participation.show_progress(tx, session, user)
    if session.is_written:
        sessions.advance_when_everyone_done(tx, scene, session.phase_index)


def help_wanted(tx: Tx, scene: Scene) -> tuple[str, list[str]]:
    """The question as it is now (empty: as in the case), and the help that is wanted."""
    found = queries.rewording_of(tx, scene.session)
    return ("", list(scene.case.help)) if found is None else (found.text, list(found.help))


def question_that_returns(tx: Tx, scene: Scene) -> str:
    """The new question, where the presenter lets the summary repeat it."""
    found = queries.rewording_of(tx, scene.session)
    return found.text if found is not None and found.returns else ""
