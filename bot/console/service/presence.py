"""Presence: where people speak, whoever leads ticks who is there."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.attendance import service as attendance
from bot.console.service import drawing
from bot.groups import service as groups
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.storage import Tx
from bot.texts import Refused, name_of


@dataclass(frozen=True, slots=True)
class PresenceForm:
    """The members of the group with their names, and who is ticked. A leader from outside is named as such."""

    members: list[tuple[str, str]]
    ticked: list[str]


def present_form_for(tx: Tx, session_id: str, user: str) -> PresenceForm:
    """The values of the form. Before anybody was ticked, those who said that they come are."""
    scene = _require_leader(tx, session_id, user)
    users = [member.user for member in groups.members(tx, scene.group)]
    ticked = [*scene.present, *scene.observers]
    if scene.session.began_at is None:
        said = {*attendance.people_coming(tx, scene.group), scene.session.presenter, user}
        ticked += [one for one in users if one in said and one not in ticked]
    return PresenceForm([(one, _name(scene, one)) for one in users], ticked)


def _name(scene: Scene, user: str) -> str:
    name = name_of(scene.t, user)
    return scene.t("{user} (leader from outside)", user=name) if user in scene.group.leaders else name


def record_presence(tx: Tx, session_id: str, user: str, here: Collection[str]) -> None:
    """Record who is here. Members who are no longer ticked have left."""
    scene = _require_leader(tx, session_id, user)
    for member in groups.members(tx, scene.group):
        if member.user in here:
            sessions.mark_present(tx, scene, member.user)
        else:
            sessions.mark_left(tx, scene, member.user)
    drawing.refresh_console(tx, scene)


def _require_leader(tx: Tx, session_id: str, user: str) -> Scene:
    scene = sessions.scene_for(tx, session_id, user)
    if scene.session.state is State.ENDED:
        raise Refused(lambda t: t("This session is closed."))
    if scene.session.facilitator != user:
        raise Refused(lambda t: t("Whoever leads the session ticks who is here."))
    return scene
