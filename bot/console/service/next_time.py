"""Next time: the group's one line, and the private line of whoever led. Both come back at the top of a later console."""

from collections.abc import Sequence

from bot.console import queries
from bot.console.queries import THE_GROUP
from bot.console.records import NextTimeLine
from bot.console.refs import NextTimeRef
from bot.console.service import drawing
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.storage import Tx, belonging_to
from bot.texts import Refused, escape


def line_to_change(tx: Tx, session_id: str, user: str) -> str:
    """The group's line, as its form opens. Raises Refused for anybody but whoever leads."""
    scene = _require_evaluation(tx, session_id, user)
    return _text(queries.next_time_lines(tx, scene.group.id))


def write_group_line(tx: Tx, session_id: str, user: str, text: str) -> None:
    """Keep the group's one line for next time, instead of the line of before. Empty takes it back."""
    scene = _require_evaluation(tx, session_id, user)
    _replace(tx, scene, THE_GROUP, text)
    drawing.refresh_console(tx, scene)


def finish_group_line(tx: Tx, ref: NextTimeRef, user: str) -> bool:
    """The group has done it: the line goes. Returns whether it was still there."""
    scene = sessions.scene_for(tx, ref.session, user)
    if scene.session.facilitator != user:
        raise Refused(lambda t: t("Whoever leads the session ticks this."))
    found = [one for one in queries.next_time_lines(tx, scene.group.id) if one.id == ref.line]
    for one in found:
        tx.sql.delete(one)
    tx.sql.flush()
    drawing.refresh_console(tx, scene)
    sessions.refresh_welcome(tx, scene)
    return bool(found)


def own_line_to_change(tx: Tx, session_id: str, user: str) -> str:
    """A leader's own line, as its form opens. Raises Refused for anybody but whoever led."""
    scene = _require_end(tx, session_id, user)
    return _text(queries.next_time_lines(tx, scene.group.id, user))


def write_own_line(tx: Tx, session_id: str, user: str, text: str) -> None:
    """Keep one's own line for the next time that one leads. Empty takes it back."""
    scene = _require_end(tx, session_id, user)
    _replace(tx, scene, user, text)
    drawing.refresh_console(tx, scene)


def forget_own_lines(tx: Tx, scene: Scene) -> None:
    """The session is over: whoever led it has seen the line of before."""
    session = scene.session
    if session.began_at is None or session.facilitator is None:
        return
    for one in queries.next_time_lines(tx, scene.group.id, session.facilitator):
        if one.session_id != session.id:
            tx.sql.delete(one)
    tx.sql.flush()


def first_words(tx: Tx, scene: Scene) -> str:
    """At the top of the thread, which its group alone reads on; never on the card, which the whole channel sees."""
    line = queries.line_from_before(tx, scene.session)
    if line is None or scene.session.state is State.ENDED:
        return ""
    return scene.t("Last time you agreed: _{line}_", line=escape(line.text))


sessions.extend_welcome(first_words)


def _require_evaluation(tx: Tx, session_id: str, user: str) -> Scene:
    scene = sessions.scene_for(tx, session_id, user)
    if scene.session.state not in sessions.BEGUN_STATES:
        raise Refused(lambda t: t("This session is closed."))
    if scene.session.facilitator != user:
        raise Refused(lambda t: t("Whoever leads the session writes this, once everybody agrees."))
    return scene


def _require_end(tx: Tx, session_id: str, user: str) -> Scene:
    scene = sessions.scene_for(tx, session_id, user)
    if scene.session.state is not State.ENDED or scene.session.facilitator != user:
        raise Refused(lambda t: t("This is for whoever led the session, once it is over."))
    return scene


def _replace(tx: Tx, scene: Scene, user: str, text: str) -> None:
    """One line each: an earlier one goes, and of two sent at once the later stays."""
    kept = None
    for one in queries.next_time_lines(tx, scene.group.id, user):
        if one.session_id == scene.session.id and text:
            kept = one
        else:
            tx.sql.delete(one)
    tx.sql.flush()
    if kept is not None:
        kept.text = text
    elif text:
        tx.sql.add(
            NextTimeLine(
                group_id=scene.group.id,
                session_id=scene.session.id,
                user=user,
                text=text,
                written_at=tx.now,
                **belonging_to(tx.workspace),
            )
        )
    tx.sql.flush()


def _text(found: Sequence[NextTimeLine]) -> str:
    return found[0].text if found else ""
