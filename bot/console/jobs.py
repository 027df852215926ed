"""Jobs of the console: it follows the session."""

from bot import events
from bot.console import service
from bot.events import MessageLost, SessionChanged, SessionEnded
from bot.jobs import queue
from bot.sessions import service as sessions
from bot.storage import Tx


def on_session_changed(tx: Tx, event: SessionChanged) -> None:
    """The session or its timer has changed: so does the console."""
    scene = sessions.scene_by_id(tx, event.session_id)
    if event.led_before:
        service.hand_over(tx, scene, event.led_before)
    service.refresh_console(tx, scene)
    service.announce_time_up(tx, scene)


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    service.deliver_parked_lines(tx, sessions.scene_by_id(tx, event.session_id))


def on_message_lost(tx: Tx, event: MessageLost) -> None:
    """Somebody deleted the console by hand."""
    match event.key.split("/"):
        case ["session", session_id, "facilitator", user]:
            service.repost_console(tx, sessions.scene_by_id(tx, session_id), user)


def on_silence_over(tx: Tx, job: queue.Job) -> None:
    service.end_silence(tx, sessions.scene_by_id(tx, str(job.data["session"])), str(job.data["user"]))


JOBS: dict[str, queue.Handler] = {
    **events.on(SessionChanged, on_session_changed),
    **events.on(SessionEnded, on_session_ended),
    **events.on(MessageLost, on_message_lost),
    service.SILENCE_OVER: on_silence_over,
}
