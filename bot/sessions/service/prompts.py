"""Prompts: posted when a phase begins, edited while it is on, closed when it is over."""

from collections.abc import Callable

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.followups import service as followups
from bot.sessions.records import Session
from bot.sessions.service import messages
from bot.sessions.service.scene import BEGUN_STATES, Scene, phase_of
from bot.sessions.views import SessionView, prompt, thread
from bot.sessions.views.prompt import Addition
from bot.storage import Tx

# What the rounds show in the prompt of a kind of phase, and what they prepare before it is posted.
_ADDITIONS: dict[str, Callable[[Tx, Scene], Addition | None]] = {}
_PREPARATIONS: dict[str, Callable[[Tx, Scene], None]] = {}


def extend_prompt(
    kind: str,
    addition: Callable[[Tx, Scene], Addition | None],
    *,
    prepare: Callable[[Tx, Scene], None] | None = None,
) -> None:
    """Register what a room above adds to the prompt of a kind of phase, and what it prepares before the post."""
    _ADDITIONS[kind] = addition
    if prepare is not None:
        _PREPARATIONS[kind] = prepare


def open_prompt(tx: Tx, scene: Scene, view: SessionView, *, begins: bool) -> None:
    """Post the prompt of a phase that begins. The first one of a session mentions everyone who is present."""
    prepare = _PREPARATIONS.get(scene.phase.kind)
    if prepare is not None:
        prepare(tx, scene)
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


def close_prompt(tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> None:
    """Edit the prompt of a past phase: it says so, and has no buttons."""
    session = scene.session
    phase, opening = scene.method.phases[phase_index], _look_back(tx, scene, phase_index)
    message = prompt.past_prompt(
        scene.t, phase, session.presenter, before=opening, is_written=session.is_written
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
    add = _ADDITIONS.get(view.phase.kind)
    if addition is None and add is not None:
        addition = add(tx, scene)
    return prompt.prompt(
        scene.t,
        view,
        before=_look_back(tx, scene, scene.session.phase_index),
        opening=thread.begin_notice(scene.t, scene.present, scene.observers).text if begins else None,
        addition=addition,
        everyone_done=everyone_done,
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
    # The prompt of the look-back says the step of last time.
    looks_back = phase_of(session, session.phase_index).kind == "look_back"
    messages.post_in_thread(tx, scene, message, where, discreet=looks_back)


def _look_back(tx: Tx, scene: Scene, phase_index: int) -> str | None:
    if phase_of(scene.session, phase_index).kind != "look_back":
        return None
    opened = [
        prompt.look_back_opening(scene.t, found.presenter, found.steps, found.told)
        for found in followups.next_look_backs(tx, scene.group, scene.session.opened_at or tx.now)
    ]
    return "\n".join(opened) or None
