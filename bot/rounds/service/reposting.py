"""Reposting: turns and questions that Slack refused, or that somebody deleted by hand."""

from bot.delivery import outbox
from bot.events import GroupResumed, MessageLost
from bot.rounds import queries
from bot.rounds.service import advice, written
from bot.sessions import service as sessions
from bot.sessions.service import Scene
from bot.storage import Tx


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    """The channel can be reached again: repost the messages of the current phase that Slack refused."""
    missed = sorted(outbox.refused_keys(tx, "session/"))
    for session_id in dict.fromkeys(where.split("/")[1] for where in missed):
        session = sessions.locked_session(tx, session_id)
        if session is None or session.group_id != event.group_id:
            continue
        scene = sessions.scene_of(tx, session)
        if session.state in sessions.BEGUN_STATES:
            repost_phase(tx, scene)
        for where in missed:
            _refresh_missed(tx, scene, where)


def on_message_lost(tx: Tx, event: MessageLost) -> None:
    """Somebody deleted a message of a phase, or the card with its thread: repost it while it is of use.

    Messages with a member's own words are not reposted: they may have been deleted on purpose.
    """
    parts = event.key.split("/")
    session = sessions.locked_session(tx, parts[1]) if parts[0] == "session" else None
    if session is None or session.state not in sessions.BEGUN_STATES:
        return
    scene = sessions.scene_of(tx, session)
    match parts[2:]:
        case ["card"]:
            where = sessions.thread_key(session, "phase", session.phase_index, session.pass_no)
            going = queries.current_advice_round(tx, session)
            turn = [f"{where}/turn/{going.had}"] if going is not None else []
            outbox.withdraw(tx, *turn)
            repost_phase(tx, scene)
        case ["phase", phase_index, pass_no, "turn", _]:
            if sessions.is_current_phase(session, int(phase_index), int(pass_no)):
                repost_phase(tx, scene)


def repost_phase(tx: Tx, scene: Scene) -> None:
    """Post the messages of the current phase, as far as they do not stand there already."""
    for activity in sessions.activities_of(scene.phase):
        activity.repost(tx, scene)


def _refresh_missed(tx: Tx, scene: Scene, where: str) -> None:
    """Take away what Slack refused to delete at the time: a call to a turn, or the count of an older version."""
    session = scene.session
    match where.split("/"):
        case ["session", session.id, "phase", phase_index, pass_no, "turn", had]:
            advice.refresh_turn(tx, scene, int(phase_index), int(pass_no), int(had))
        case ["session", session.id, "phase", phase_index, pass_no, "written"]:
            written.remove_count(tx, session, written.Place(int(phase_index), int(pass_no)))
