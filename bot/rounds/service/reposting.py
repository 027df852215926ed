"""What Slack refused, or somebody deleted by hand, is said as it is now: turns, and how many have written."""

from bot.delivery import outbox
from bot.events import GroupResumed, MessageLost
from bot.rounds.service import advice, questions
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.storage import Tx, Workspace

BEGUN = (State.RUNNING, State.PAUSED, State.WAITING)


def on_group_resumed(tx: Tx, workspace: Workspace, event: GroupResumed) -> None:
    """The channel is back, or the group goes on: what did not arrive of a phase is said as it is now."""
    missed = sorted(outbox.refused_keys(tx, workspace, "session/"))
    for session_id in dict.fromkeys(where.split("/")[1] for where in missed):
        session = sessions.find(tx, workspace, session_id)
        if session is None or session.group_id != event.group_id:
            continue
        scene = sessions.scene_of(tx, session)
        if session.state in BEGUN:
            repost(tx, scene)
        for where in missed:
            _settle(tx, scene, where)


def on_message_lost(tx: Tx, workspace: Workspace, event: MessageLost) -> None:
    """Somebody deleted a message of a phase, or the card with its thread: what is still of use comes back.

    People's own words do not: whoever deleted those may have had a reason.
    """
    parts = event.key.split("/")
    session = sessions.find(tx, workspace, parts[1]) if parts[0] == "session" else None
    if session is None or session.state not in BEGUN:
        return
    scene = sessions.scene_of(tx, session)
    match parts[2:]:
        case ["card"]:
            where = sessions.thread_key(session, "phase", session.phase_index, session.pass_no)
            going = advice.find(tx, session, session.phase_index, session.pass_no)
            turn = [f"{where}/turn/{going.had}"] if going is not None else []
            outbox.withdraw(tx, session.workspace, f"{where}/written", *turn)
            repost(tx, scene)
        case ["phase", number, round_, "written"] | ["phase", number, round_, "turn", _]:
            if sessions.is_on(session, int(number), int(round_)):
                repost(tx, scene)


def repost(tx: Tx, scene: Scene) -> None:
    """Says what is of use in the phase that is on. What stands there already stays."""
    match scene.phase.kind:
        case "questions":
            questions.show_questions(tx, scene)
        case "advice":
            advice.show_advice(tx, scene)


def _settle(tx: Tx, scene: Scene, where: str) -> None:
    """What an edit was to tell of a turn or of the questions is told after all."""
    session = scene.session
    match where.split("/"):
        case ["session", session.id, "phase", number, round_, "turn", had]:
            advice.settle_turn(tx, scene, int(number), int(round_), int(had))
        case ["session", session.id, "phase", number, round_, "written"]:
            questions.settle_count(tx, scene, int(number), int(round_))
