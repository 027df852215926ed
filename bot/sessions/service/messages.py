"""Messages of a session: their keys, the posts in its thread, and a refusal that offers a way on."""

from collections.abc import Callable
from datetime import datetime

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.sessions.records import Session
from bot.sessions.service.scene import Scene
from bot.storage import Tx
from bot.texts import Refused, Texts

# What stops the clock, as the keys of its messages begin. Each ends with the session's version at that time.
PAUSED_BY = ("pause", "away", "channel_gone", "presenter_left")


class RefusedWithOffer(Refused):
    """A refusal with buttons. The listener answers with the whole message instead of the sentence alone."""

    def __init__(self, offer: Callable[[Texts], Message]) -> None:
        super().__init__(lambda t: offer(t).text)
        self.offer = offer


def thread_key(session: Session, *parts: str | int) -> str:
    """The key of a message of this session."""
    return "/".join(["session", session.id, *(str(part) for part in parts)])


def prompt_key(session: Session, phase_index: int, pass_no: int) -> str:
    return thread_key(session, "phase", phase_index, pass_no, "prompt")


def open_pause_key(tx: Tx, session: Session) -> str | None:
    """The key of the notice about the present pause; None when something else stopped the clock, or nothing was posted."""
    begins = f"{thread_key(session)}/"
    found = []
    for key in outbox.live_keys(tx, begins):
        kind, _, version = key.removeprefix(begins).partition("/")
        if kind in PAUSED_BY:
            found.append((int(version), PAUSED_BY.index(kind), key))
    newest = max(found, default=None)
    return newest[2] if newest is not None and PAUSED_BY[newest[1]] == "pause" else None


def time_up_keys(tx: Tx, session: Session, phase_index: int, pass_no: int) -> set[str]:
    """The keys of the notices that the time of a phase is up: one for each time that it was."""
    return outbox.live_keys(tx, thread_key(session, "phase", phase_index, pass_no, "over") + "/")


def post_in_thread(
    tx: Tx,
    scene: Scene,
    message: Message,
    key: str,
    *,
    expires_at: datetime | None = None,
    discreet: bool = False,
) -> None:
    """Post in the session's thread. `key` is appended to "session/<id>/".

    With `discreet` the message holds people's words, and its notification tells nothing where the group wants that.
    """
    session = scene.session
    outbox.post(
        tx,
        scene.group.channel,
        groups.discreet_in(scene.t, scene.group, message) if discreet else message,
        key=f"session/{session.id}/{key}",
        thread=f"session/{session.id}/card",
        expires_at=expires_at,
    )


def post_private(tx: Tx, scene: Scene, user: str, message: Message) -> None:
    """Post an ephemeral message to one user in the session's thread."""
    session = scene.session
    thread = f"session/{session.id}/card"
    outbox.post_ephemeral(tx, scene.group.channel, user, message, thread=thread)


def retract_pending(tx: Tx, session: Session, *beginnings: str, ephemeral: bool = False) -> set[str]:
    """Discard messages that are outdated and not posted yet; return their keys.

    `beginnings` are beginnings of keys as `post_in_thread` takes them. With `ephemeral` set, every pending
    ephemeral message in the thread is discarded too.
    """
    starts = tuple(thread_key(session, beginning) for beginning in beginnings)
    card = thread_key(session, "card")
    return outbox.discard_pending(tx, card, starts, ephemeral=ephemeral)
