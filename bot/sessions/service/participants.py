"""Participants: who is present in a session. A click, a form or a message in the thread counts as presence."""

from collections.abc import Callable
from datetime import timedelta

from bot.attendance import service as attendance
from bot.delivery import outbox
from bot.groups import service as groups
from bot.jobs import queue
from bot.sessions.records import Participant
from bot.sessions.rules import State
from bot.sessions.service.messages import thread_key
from bot.sessions.service.scene import Scene, scene_of, session_in_thread
from bot.sessions.views import thread
from bot.storage import Tx, belonging_to

WELCOME = "session.welcome"
# The welcome is what somebody sees of their own press, so it waits less than the console.
WELCOME_WITHIN = timedelta(seconds=3)
# What rooms above say at the top of the thread.
_FIRST_WORDS: list[Callable[[Tx, Scene], str]] = []


def mark_present(tx: Tx, scene: Scene, user: str) -> None:
    """Record that a user is present, also for the meeting's attendance. Does nothing when that is known."""
    session = scene.session
    found = next((one for one in scene.everyone if one.user == user), None)
    if found is None:
        tx.sql.add(
            Participant(session_id=session.id, user=user, since=tx.now, **belonging_to(session.workspace))
        )
    elif found.left_at is not None:
        found.left_at = None
    else:
        return
    tx.sql.flush()
    del scene.everyone
    attendance.record_attendance(tx, scene.group, user)
    _redraw_welcome_soon(tx, scene)


def mark_left(tx: Tx, scene: Scene, user: str) -> None:
    """Record that a participant has left. Does nothing for a user who was not present."""
    found = next((one for one in scene.everyone if one.user == user), None)
    if found is not None and found.left_at is None:
        found.left_at = tx.now
        tx.sql.flush()
        _redraw_welcome_soon(tx, scene)


def mark_absent(tx: Tx, scene: Scene, user: str) -> None:
    """Record that a user who counted as present is not there at all. Does nothing for a user who was not present."""
    found = next((one for one in scene.everyone if one.user == user), None)
    if found is None:
        return
    tx.sql.delete(found)
    tx.sql.flush()
    del scene.everyone
    attendance.withdraw_attendance(tx, scene.group, user)
    _redraw_welcome_soon(tx, scene)


def observe_thread_message(tx: Tx, channel: str, thread_ts: str, user: str) -> Scene | None:
    """Mark the writer of a thread message present; return the scene.

    Returns None, and records nothing, when no session runs in the thread, when the group does not want its
    thread read, or when the writer is not a member of the group.
    """
    session = session_in_thread(tx, channel, thread_ts)
    if session is None:
        return None
    scene = scene_of(tx, session)
    member = groups.member(tx, scene.group, user)
    if not scene.group.reads_thread or member is None or member.left_at is not None:
        return None
    mark_present(tx, scene, user)
    return scene


def refresh_welcome(tx: Tx, scene: Scene) -> None:
    """Edit the welcome message so that it lists the users who are present."""
    session = scene.session
    if session.state == State.ASKED:
        return
    message = thread.welcome(
        scene.t, scene.view(), scene.present, scene.observers, more=first_words(tx, scene)
    )
    outbox.update(tx, thread_key(session, "welcome"), message)


def _redraw_welcome_soon(tx: Tx, scene: Scene) -> None:
    """Edit the welcome within seconds, once for all who come in or leave until then."""
    session = scene.session
    if outbox.is_live(tx, thread_key(session, "welcome")):
        queue.ensure(tx, WELCOME, session.id, WELCOME_WITHIN, {"session": session.id})


def extend_welcome(words: Callable[[Tx, Scene], str]) -> None:
    """Register what a room above says at the top of the thread."""
    _FIRST_WORDS.append(words)


def first_words(tx: Tx, scene: Scene) -> list[str]:
    """What the rooms above say at the top of the thread."""
    return [text for words in _FIRST_WORDS if (text := words(tx, scene))]
