"""Drawing the console: it is posted once for everybody who leads, and edited from then on."""

from bot.console import views
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.rules import Meets
from bot.rounds import service as rounds
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import ConsoleLines, Scene
from bot.storage import Tx


def console_key(session: Session, user: str) -> str:
    # The name of the message that a version before the console sent to whoever leads.
    return sessions.thread_key(session, "facilitator", user)


def time_up_key(session: Session, user: str) -> str:
    return sessions.thread_key(
        session, "time_up", session.phase_index, session.pass_no, session.version, user
    )


def refresh_console(tx: Tx, scene: Scene) -> None:
    """Post the leader's console, or edit the one that stands there."""
    session, user = scene.session, scene.session.facilitator
    if user is None or session.state is State.ASKED:
        return
    message = views.console(scene.texts_of(user), _values(tx, scene, user))
    key = console_key(session, user)
    if session.state is not State.ENDED and not outbox.is_live(tx, key):
        message = groups.discreet_in(scene.texts_of(user), scene.group, message)
        groups.post_dm(tx, user, message, key=key)
        return
    groups.update_dm(tx, user, key, message)


def repost_console(tx: Tx, scene: Scene, user: str) -> None:
    """The console was deleted by hand: post it anew, while that person leads."""
    if scene.session.facilitator == user and scene.session.state is not State.ENDED:
        refresh_console(tx, scene)


def hand_over(tx: Tx, scene: Scene, before: str) -> None:
    """Take the controls from whoever led before."""
    message = views.handed_over(scene.texts_of(before), scene.view())
    groups.update_dm(tx, before, console_key(scene.session, before), message)


def announce_time_up(tx: Tx, scene: Scene) -> None:
    """Tell the leader in a line of its own that the time is up: an edit of the console notifies nobody.

    It is taken away when the session goes on. In writing the thread says it, and mentions them.
    """
    session, user = scene.session, scene.session.facilitator
    if session.state is not State.WAITING and not session.is_written:
        for told in outbox.live_keys(tx, sessions.thread_key(session, "time_up") + "/"):
            outbox.delete(tx, told)
    if user is not None and session.state is State.WAITING and not session.is_written:
        message = views.time_is_up(scene.texts_of(user), scene.view())
        groups.post_dm(tx, user, message, key=time_up_key(session, user))


def _values(tx: Tx, scene: Scene, leader: str) -> views.Console:
    session = scene.session
    begun = session.state in sessions.BEGUN_STATES
    added = scene.activity.console(tx, scene, scene.texts_of(leader)) if begun else ConsoleLines()
    return views.Console(
        view=scene.view(),
        meets=Meets(session.meets),
        place=scene.group.channel,
        present=scene.present,
        not_heard=rounds.not_heard(tx, scene) if begun else None,
        turn=rounds.turn_now(tx, scene) if begun and not session.is_written else None,
        lines=added.lines,
        buttons=added.buttons,
        until=scene.activity_ends_at if begun else None,
        everyone_is_done=begun and rounds.is_everyone_done(tx, scene),
    )
