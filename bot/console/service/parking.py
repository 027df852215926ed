"""Parking: a line that comes back to whoever parked it, after the session."""

from bot.console import queries, views
from bot.console.records import ParkedLine
from bot.groups import service as groups
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.storage import Tx, belonging_to
from bot.texts import Refused


def park_line(tx: Tx, session_id: str, user: str, text: str, form: str = "") -> None:
    """Keep a line for after the session. Raises Refused without words, and when the session is closed.

    `form` identifies the window: sent again, it changes the same line.
    """
    scene = sessions.scene_for(tx, session_id, user)
    if not text:
        raise Refused(lambda t: t("Write a few words, or close this window."), "line")
    if scene.session.state is State.ENDED:
        raise Refused(
            lambda t: t("This session is closed, so there is no later any more. Write it down for yourself."),
            "line",
        )
    known = queries.line_of_form(tx, session_id, user, form) if form else None
    if known is not None:
        known.text = text
        return
    tx.sql.add(
        ParkedLine(
            session_id=session_id,
            user=user,
            text=text,
            form=form,
            parked_at=tx.now,
            **belonging_to(tx.workspace),
        )
    )


def deliver_parked_lines(tx: Tx, scene: Scene) -> None:
    """Send everybody what they parked, and forget it."""
    session = scene.session
    parked = queries.parked_lines(tx, session.id)
    for user in dict.fromkeys(one.user for one in parked):
        lines = [one.text for one in parked if one.user == user]
        message = views.parked_lines(scene.texts_of(user), scene.group.channel, lines)
        message = groups.discreet_in(scene.texts_of(user), scene.group, message)
        groups.post_dm(tx, user, message, key=sessions.thread_key(session, "parked", user))
    for one in parked:
        tx.sql.delete(one)
