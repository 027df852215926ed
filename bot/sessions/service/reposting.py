"""What Slack refused while the channel could not be reached, or somebody deleted by hand, is said as it is now."""

from bot.delivery import outbox
from bot.events import GroupResumed, MessageLost
from bot.sessions.rules import State
from bot.sessions.service import lookup, transitions
from bot.sessions.service.scene import BEGUN, Scene, is_on
from bot.sessions.views import card, thread
from bot.storage import Tx, Workspace


def on_group_resumed(tx: Tx, workspace: Workspace, event: GroupResumed) -> None:
    """The channel is back, or the group goes on: whatever of its sessions did not arrive is said as it is now."""
    missed = outbox.refused_keys(tx, workspace, "session/")
    for session_id in sorted({where.split("/")[1] for where in missed}):
        session = lookup.find(tx, workspace, session_id)
        if session is None or session.group_id != event.group_id or session.state == State.ASKED:
            continue
        scene = lookup.scene_of(tx, session)
        if session.state != State.ENDED:
            repost(tx, scene)
        transitions.show_card(tx, scene)
        lookup.show_welcome(tx, scene)
        for where in sorted(missed):
            _settle_prompt(tx, scene, where)


def on_message_lost(tx: Tx, workspace: Workspace, event: MessageLost) -> None:
    """Somebody deleted a message of a session by hand: what is still of use comes back."""
    parts = event.key.split("/")
    session = lookup.find(tx, workspace, parts[1]) if parts[0] == "session" else None
    if session is None or session.state in (State.ASKED, State.ENDED):
        return
    scene = lookup.scene_of(tx, session)
    match parts[2:]:
        case ["card"]:
            # The thread goes with its first message: what people need now moves to the new one.
            lifted = ["welcome", f"phase/{session.phase_index}/{session.pass_no}/prompt"]
            lifted += [f"away/{found.version}"] if (found := scene.absence) else []
            if session.state in BEGUN and scene.phase.kind == "presentation":
                lifted.append("case")
            outbox.withdraw(tx, session.workspace, *(lookup.thread_key(session, one) for one in lifted))
            repost(tx, scene)
        case ["welcome"] | ["away", _]:
            repost(tx, scene)
        case ["phase", number, round_, "prompt"] if is_on(session, int(number), int(round_)):
            repost(tx, scene)


def repost(tx: Tx, scene: Scene) -> None:
    """Says what is of use now: the card, the welcome, the case and the prompt. What stands there already stays."""
    session, t, shown = scene.session, scene.t, scene.view()
    where = lookup.thread_key(session, "card")
    outbox.post(tx, session.workspace, scene.group.channel, card.card(t, shown), key=where)
    lookup.post_in_thread(tx, scene, thread.welcome(t, shown, scene.present), "welcome")
    if session.state in BEGUN:
        if shown.phase.kind == "presentation":
            transitions.post_case(tx, scene)
        transitions.post_prompt(tx, scene, shown)
        transitions.ask_about_absence(tx, scene, shown)


def _settle_prompt(tx: Tx, scene: Scene, where: str) -> None:
    """The prompt of a phase that is over has nothing to press any more."""
    session = scene.session
    kind, _, rest = where.partition("/phase/")
    number, _, rest = rest.partition("/")
    round_, _, what = rest.partition("/")
    if kind != lookup.thread_key(session) or what != "prompt":
        return
    if not is_on(session, int(number), int(round_)):
        transitions.close_prompt(tx, scene, int(number), int(round_))
