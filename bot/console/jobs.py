"""Jobs of the console: it follows the session."""

from bot import events
from bot.attendance import service as attendance
from bot.console import service
from bot.events import (
    CaseWithdrawn,
    GroupPurged,
    MessageLost,
    PhaseBegan,
    PhaseEnded,
    SessionChanged,
    SessionEnded,
    SessionProgressed,
)
from bot.jobs import queue
from bot.nudges.service import Compose
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.storage import Tx


def on_session_changed(tx: Tx, event: SessionChanged) -> None:
    """The session or its timer has changed: so does the console."""
    scene = sessions.scene_by_id(tx, event.session_id)
    if event.led_before:
        service.hand_over(tx, scene, event.led_before)
    service.ask_at_opening(tx, scene)
    if scene.session.state is not State.ENDED:
        # At its end it is drawn once, when the last phase has its end too.
        service.refresh_console(tx, scene)
    service.announce_time_up(tx, scene)


def on_session_progressed(tx: Tx, event: SessionProgressed) -> None:
    """People have brought something in: whoever leads sees all of it at once."""
    scene = sessions.scene_or_none(tx, event.session_id)
    if scene is not None:
        service.refresh_console(tx, scene)


def on_phase_began(tx: Tx, job: queue.Job) -> None:
    began = PhaseBegan.of(job)
    service.note_phase_began(tx, began, job.at)
    scene = sessions.scene_or_none(tx, began.session_id)
    if scene is not None:
        service.close_offer(tx, scene)


def on_phase_ended(tx: Tx, job: queue.Job) -> None:
    service.note_phase_ended(tx, PhaseEnded.of(job), job.at)


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    """A session is over: send the parked lines and the time it took, and end reading along."""
    scene = sessions.scene_by_id(tx, event.session_id)
    service.deliver_parked_lines(tx, scene)
    service.forget_own_lines(tx, scene)
    service.end_reading(tx, scene)
    # The last phase has its end only now.
    service.refresh_console(tx, scene)


def on_case_withdrawn(tx: Tx, event: CaseWithdrawn) -> None:
    service.forget_case(tx, event.case_id)


def on_group_purged(tx: Tx, event: GroupPurged) -> None:
    service.purge_texts(tx, event.group_id, event.before)


def on_message_lost(tx: Tx, event: MessageLost) -> None:
    """Somebody deleted the console by hand."""
    match event.key.split("/"):
        case ["session", session_id, "facilitator", user]:
            service.repost_console(tx, sessions.scene_by_id(tx, session_id), user)


def on_silence_over(tx: Tx, job: queue.Job) -> None:
    service.end_silence(tx, sessions.scene_by_id(tx, str(job.data["session"])), str(job.data["user"]))


JOBS: dict[str, queue.Handler] = {
    **events.on(SessionChanged, on_session_changed),
    **events.on(SessionProgressed, on_session_progressed),
    PhaseBegan.kind: on_phase_began,
    PhaseEnded.kind: on_phase_ended,
    **events.on(SessionEnded, on_session_ended),
    **events.on(CaseWithdrawn, on_case_withdrawn),
    **events.on(GroupPurged, on_group_purged),
    **events.on(MessageLost, on_message_lost),
    service.SILENCE_OVER: on_silence_over,
}
DIGESTS: dict[str, Compose] = {attendance.READ_ALONG: service.compose_read_along}
