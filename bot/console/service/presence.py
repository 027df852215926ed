"""Presence: whoever leads ticks who is there, who has said it aloud, and how they meet."""

from collections.abc import Collection

from bot.attendance import service as attendance
from bot.console.service import drawing
from bot.console.views.windows import Presence
from bot.groups import service as groups
from bot.groups.rules import Meets
from bot.rounds import service as rounds
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.storage import Tx
from bot.texts import Refused, name_of


def present_form_for(tx: Tx, session_id: str, user: str) -> Presence:
    """The values of the form. Before the session began, those who said that they come are ticked too."""
    scene = _require_leader(tx, session_id, user)
    session = scene.session
    users = [member.user for member in groups.members(tx, scene.group)]
    ticked = [*scene.present, *scene.observers]
    if session.began_at is None and not session.is_written:
        said = {*attendance.people_coming(tx, scene.group), session.presenter, user}
        ticked += [one for one in users if one in said and one not in ticked]
    return Presence(
        [(one, _name(scene, one)) for one in users],
        ticked,
        # In writing nothing is said aloud.
        rounds.people_aloud(tx, scene) if rounds.is_asked_of_all(scene) and not session.is_written else None,
        Meets(session.meets),
    )


def _name(scene: Scene, user: str) -> str:
    name = name_of(scene.t, user)
    return scene.t("{user} (leader from outside)", user=name) if user in scene.group.leaders else name


def record_presence(
    tx: Tx,
    session_id: str,
    user: str,
    here: Collection[str],
    *,
    aloud: Collection[str] | None = None,
    meets: str = "",
) -> None:
    """Record who is here, and how they meet. Members who are no longer ticked have left.

    `aloud`: who has said what everybody is asked; None where the form did not ask, as one of an older version.
    """
    scene = _require_leader(tx, session_id, user)
    before, was_written = set(scene.present), scene.session.is_written
    for member in groups.members(tx, scene.group):
        if member.user in here:
            sessions.mark_present(tx, scene, member.user)
        else:
            sessions.mark_left(tx, scene, member.user)
    sessions.change_way_of_meeting(tx, scene, meets)
    if rounds.is_asked_of_all(scene):
        if aloud is not None:
            rounds.record_aloud(tx, scene, aloud)
        rounds.show_averages_when_complete(tx, scene)
        if not scene.session.is_written:
            # Where they wrote until now, nobody has been asked in private.
            rounds.ask_newcomers(tx, scene, set(scene.present) - (set() if was_written else before))
    drawing.refresh_console(tx, scene)


def _require_leader(tx: Tx, session_id: str, user: str) -> Scene:
    scene = sessions.scene_for(tx, session_id, user)
    if scene.session.state is State.ENDED:
        raise Refused(lambda t: t("This session is closed."))
    if scene.session.facilitator != user:
        raise Refused(lambda t: t("Whoever leads the session ticks who is here."))
    return scene
