"""Reposting: messages that Slack refused, or that somebody deleted by hand, are posted in their present state."""

from bot.delivery import outbox
from bot.events import GroupResumed, MessageLost
from bot.groups import service as groups
from bot.sessions import queries
from bot.sessions.rules import State
from bot.sessions.service import messages, participants, prompts, transitions
from bot.sessions.service.scene import BEGUN_STATES, Scene, is_current_phase, scene_of
from bot.sessions.views import card, thread
from bot.storage import Tx


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    """The channel can be reached again: repost the messages of the group's sessions that Slack refused."""
    missed = outbox.refused_keys(tx, "session/")
    for session_id in sorted({where.split("/")[1] for where in missed}):
        session = queries.locked_session(tx, session_id)
        if session is None or session.group_id != event.group_id or session.state == State.ASKED:
            continue
        scene = scene_of(tx, session)
        if session.state != State.ENDED:
            repost_session(tx, scene)
        transitions.refresh_card(tx, scene)
        participants.refresh_welcome(tx, scene)
        for where in sorted(missed):
            _close_missed_prompt(tx, scene, where)


def on_message_lost(tx: Tx, event: MessageLost) -> None:
    """Somebody deleted a message of a session by hand: repost it while it is of use."""
    parts = event.key.split("/")
    session = queries.locked_session(tx, parts[1]) if parts[0] == "session" else None
    if session is None or session.state in (State.ASKED, State.ENDED):
        return
    scene = scene_of(tx, session)
    match parts[2:]:
        case ["card"]:
            # Slack loses the whole thread with its first message. The current messages move to the new thread.
            moved = ["welcome", "begun", f"phase/{session.phase_index}/{session.pass_no}/prompt"]
            moved += [f"away/{found.version}"] if (found := scene.absence) else []
            if session.state in BEGUN_STATES:
                moved += scene.activity.beside
            outbox.withdraw(tx, *(messages.thread_key(session, one) for one in moved))
            repost_session(tx, scene)
        case ["welcome"] | ["away", _]:
            repost_session(tx, scene)
        case ["phase", phase_index, pass_no, "prompt"] if is_current_phase(
            session, int(phase_index), int(pass_no)
        ):
            repost_session(tx, scene)


def repost_session(tx: Tx, scene: Scene) -> None:
    """Post the card, the welcome, the begin notice, the case and the prompt, as far as they do not stand there already."""
    session, t, view = scene.session, scene.t, scene.view()
    where = messages.thread_key(session, "card")
    message = groups.discreet_in(t, scene.group, card.session_card(t, view))
    outbox.post(tx, scene.group.channel, message, key=where)
    messages.post_in_thread(tx, scene, thread.welcome(t, view, scene.present), "welcome")
    if session.state in BEGUN_STATES:
        # In a new thread nobody follows yet.
        transitions.post_begin_notice(tx, scene)
        scene.activity.post_beside(tx, scene)
        prompts.repost_prompt(tx, scene, view)
        transitions.post_absence_question(tx, scene, view)


def _close_missed_prompt(tx: Tx, scene: Scene, where: str) -> None:
    """Remove the buttons of a past phase's prompt, when Slack refused that edit at the time."""
    session = scene.session
    kind, _, rest = where.partition("/phase/")
    phase_index, _, rest = rest.partition("/")
    pass_no, _, what = rest.partition("/")
    if kind != messages.thread_key(session) or what != "prompt":
        return
    if not is_current_phase(session, int(phase_index), int(pass_no)):
        prompts.close_prompt(tx, scene, int(phase_index), int(pass_no))
