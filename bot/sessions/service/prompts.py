"""Prompts: posted when a phase begins, edited while it is on, closed when it is over."""

from datetime import timedelta

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.jobs import queue
from bot.sessions.records import Session
from bot.sessions.service import messages
from bot.sessions.service.activities import activities_of
from bot.sessions.service.scene import BEGUN_STATES, Scene
from bot.sessions.views import SessionView, prompt, thread
from bot.sessions.views.prompt import Addition
from bot.storage import Tx

PROMPT = "session.prompt"
# A count in the prompt may be this old. Whoever wrote has seen their own form close.
COUNTS_WITHIN = timedelta(seconds=10)


def open_prompt(tx: Tx, scene: Scene, view: SessionView, *, begins: bool) -> None:
    """Post the prompt of a phase that begins. The first one of a session mentions everyone who is present."""
    scene.activity.prepare(tx, scene)
    _post(tx, scene, _current(tx, scene, view, begins=begins))


def repost_prompt(tx: Tx, scene: Scene, view: SessionView) -> None:
    """Post the prompt of the current phase again, if it does not stand in the thread."""
    _post(tx, scene, _current(tx, scene, view))


def refresh_prompt(
    tx: Tx,
    scene: Scene,
    view: SessionView | None = None,
    *,
    addition: Addition | None = None,
    everyone_done: bool = False,
) -> None:
    """Edit the prompt of the current phase. An edit notifies nobody. `addition` spares a look for it."""
    session = scene.session
    if session.state not in BEGUN_STATES:
        return
    view = view or scene.view()
    begins = _still_begins(tx, session)
    message = _current(tx, scene, view, begins=begins, addition=addition, everyone_done=everyone_done)
    outbox.update(tx, messages.prompt_key(session, session.phase_index, session.pass_no), message)
    queue.cancel(tx, PROMPT, _subject(session))


def redraw_prompt_soon(tx: Tx, session: Session) -> None:
    """Edit the prompt within some seconds, once for all who write until then."""
    phase = {"session": session.id, "number": session.phase_index, "round": session.pass_no}
    queue.ensure(tx, PROMPT, _subject(session), COUNTS_WITHIN, phase)


def _subject(session: Session) -> str:
    return f"{session.id}/{session.phase_index}/{session.pass_no}"


def close_prompt(tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> None:
    """Edit the prompt of a past phase: it says so, and has no buttons."""
    session = scene.session
    phase = scene.method.phases[phase_index]
    parts = activities_of(phase)
    remains = [one.remains(tx, scene, phase_index, pass_no) for one in parts]
    message = prompt.past_prompt(
        scene.t,
        phase,
        session.presenter,
        before=parts[0].opening(tx, scene),
        after="\n".join(filter(None, remains)),
        is_written=session.is_written,
    )
    outbox.update(tx, messages.prompt_key(session, phase_index, pass_no), message)


def _current(
    tx: Tx,
    scene: Scene,
    view: SessionView,
    *,
    begins: bool = False,
    addition: Addition | None = None,
    everyone_done: bool = False,
) -> Message:
    activity = scene.activity
    if addition is None:
        addition = activity.addition(tx, scene)
    return prompt.prompt(
        scene.t,
        view,
        before=activity.opening(tx, scene),
        opening=thread.begin_notice(scene.t, scene.present, scene.observers).text if begins else None,
        addition=addition,
        buttons=activity.buttons(scene.t, view),
        everyone_done=everyone_done,
        until=scene.activity_ends_at,
    )


def _still_begins(tx: Tx, session: Session) -> bool:
    """Whether the session's first prompt still waits to be sent, with the mentions that make people follow the thread."""
    if (session.phase_index, session.pass_no) != (session.first_phase, 1):
        return False
    where = messages.prompt_key(session, session.phase_index, session.pass_no)
    return outbox.ts_of(tx, where) is None and not outbox.is_live(tx, messages.thread_key(session, "begun"))


def _post(tx: Tx, scene: Scene, message: Message) -> None:
    session = scene.session
    where = f"phase/{session.phase_index}/{session.pass_no}/prompt"
    messages.post_in_thread(tx, scene, message, where, discreet=scene.activity.is_discreet)
