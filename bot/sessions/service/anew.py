"""What Slack refused while the channel could not be reached, or somebody deleted by hand, is said as it is now."""

from bot.delivery import outbox
from bot.events import GroupWakes, MessageGone
from bot.groups import service as groups
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import flow, lookup
from bot.sessions.views import card, thread
from bot.storage import Tx, Workspace

BEGUN = (State.RUNNING, State.PAUSED, State.WAITING)


def on_group_wakes(tx: Tx, workspace: Workspace, event: GroupWakes) -> None:
    """The channel is back, or the group goes on: whatever of its sessions did not arrive is said as it is now."""
    missed = outbox.missed(tx, workspace, "session/")
    for session_id in sorted({where.split("/")[1] for where in missed}):
        session = lookup.find(tx, workspace, session_id)
        if session is None or session.group_id != event.group_id or session.state == State.ASKED:
            continue
        if session.state != State.ENDED:
            say(tx, session)
        flow.show(tx, session)
        lookup.show_welcome(tx, session)
        for where in sorted(missed):
            _settle_prompt(tx, session, where)


def on_message_gone(tx: Tx, workspace: Workspace, event: MessageGone) -> None:
    """Somebody deleted a message of a session by hand: what is still of use comes back."""
    parts = event.key.split("/")
    session = lookup.find(tx, workspace, parts[1]) if parts[0] == "session" else None
    if session is None or session.state in (State.ASKED, State.ENDED):
        return
    match parts[2:]:
        case ["card"]:
            # The thread goes with its first message: what people need now moves to the new one.
            lifted = ["welcome", f"phase/{session.number}/{session.round}/prompt"]
            lifted += [f"away/{found.version}"] if (found := lookup.absence_of(tx, session)) else []
            if session.state in BEGUN and lookup.phase_of(session, session.number).kind == "presentation":
                lifted.append("case")
            outbox.lift(tx, session.workspace, *(lookup.key(session, one) for one in lifted))
            say(tx, session)
        case ["welcome"] | ["away", _]:
            say(tx, session)
        case ["phase", number, round_, "prompt"] if (int(number), int(round_)) == (
            session.number,
            session.round,
        ):
            say(tx, session)


def say(tx: Tx, session: Session) -> None:
    """Says what is of use now: the card, the welcome, the case and the prompt. What stands there already stays."""
    group = lookup.group_of(tx, session)
    t, shown = groups.texts_in(group), lookup.shown(tx, session)
    where = lookup.key(session, "card")
    outbox.post(tx, session.workspace, group.channel, card.card(t, shown), key=where)
    there = [participant.user for participant in lookup.participants(tx, session)]
    lookup.say(tx, session, thread.welcome(t, shown, there), "welcome")
    if session.state in BEGUN:
        if shown.phase.kind == "presentation":
            flow.post_case(tx, session)
        flow.post_prompt(tx, session)
        flow.ask_about_absence(tx, session)


def _settle_prompt(tx: Tx, session: Session, where: str) -> None:
    """The prompt of a phase that is over has nothing to press any more."""
    kind, _, rest = where.partition("/phase/")
    number, _, rest = rest.partition("/")
    round_, _, what = rest.partition("/")
    if kind != lookup.key(session) or what != "prompt":
        return
    at = (int(number), int(round_))
    if session.state not in BEGUN or at != (session.number, session.round):
        flow.close_prompt(tx, session, *at)
