"""Jobs of the rounds: what happens when a phase begins or ends, and the check who has not been heard."""

from datetime import datetime

from sqlalchemy import delete

from bot import events
from bot.events import (
    GroupPurged,
    GroupResumed,
    MemberLeft,
    MessageLost,
    PhaseBegan,
    PhaseEnded,
    SessionChanged,
    SessionEnded,
)
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.rounds import queries
from bot.rounds.records import Evaluation, Note, Question, Rewording, SafetyNote
from bot.rounds.service import advice, closing, evaluation, participation, progress, reposting
from bot.rounds.views import thread
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.views import SessionRef
from bot.storage import Tx


def on_phase_began(tx: Tx, event: PhaseBegan) -> None:
    """A phase has begun: open its round. Does nothing when the phase is over already."""
    scene = sessions.scene_by_id(tx, event.session_id)
    session, phase = scene.session, scene.phase
    if not sessions.is_current_phase(session, event.number, event.round):
        return
    progress.schedule_end(tx, scene)
    scene.activity.begin(tx, scene)
    if session.is_written and participation.asks_the_silent(phase):
        participation.schedule_unheard_check(tx, session, phase.minutes)
    if not session.is_written:
        evaluation.ask_in_private(tx, scene)


def on_session_changed(tx: Tx, event: SessionChanged) -> None:
    """Somebody else leads now: whoever led is asked in a message of their own, no longer in the console."""
    scene = sessions.scene_or_none(tx, event.session_id) if event.led_before else None
    if scene is None or scene.session.is_written or scene.session.state not in sessions.BEGUN_STATES:
        return
    evaluation.ask_newcomers(tx, scene, [one for one in scene.present if one == event.led_before])


def on_phase_ended(tx: Tx, event: PhaseEnded) -> None:
    """A phase is over: what was written appears, and an open call is taken away."""
    scene = sessions.scene_by_id(tx, event.session_id)
    session = scene.session
    phase_index, pass_no = event.number, event.round
    phase = sessions.phase_of(session, phase_index)
    if participation.asks_the_silent(phase):
        # PhaseBegan of the next phase is handled after this event, so its own check stays scheduled.
        participation.cancel_unheard_check(tx, session)
    # Of the pending messages only questions and advice are still worth reading.
    key = f"phase/{phase_index}/{pass_no}"
    sessions.retract_pending(tx, session, f"{key}/written", f"{key}/turn/")
    progress.cancel_end(tx, session, phase_index)
    for activity in sessions.activities_of(phase):
        activity.end(tx, scene, phase_index, pass_no)


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    """A session is over: post its summary, unless it never began."""
    scene = sessions.scene_by_id(tx, event.session_id)
    if scene.session.began_at is not None:
        evaluation.close_private_questions(tx, scene)
        closing.summarise_session(tx, scene)


def on_member_left(tx: Tx, event: MemberLeft) -> None:
    """A member has left the group: if it was their turn, the next turn begins."""
    group = groups.group_by_id(tx, event.group_id)
    session = sessions.running_session(tx, group)
    if session is not None and session.state in sessions.BEGUN_STATES:
        scene = sessions.Scene(tx, session, group)
        scene.activity.take_departure(tx, scene, event.user)


def on_group_purged(tx: Tx, event: GroupPurged) -> None:
    """Delete the texts of sessions that ended before the group's retention."""
    purge_texts(tx, groups.group_by_id(tx, event.group_id), event.before)


def purge_texts(tx: Tx, group: Group, before: datetime) -> None:
    """Delete the questions, notes, evaluations, reworded questions and notes of safety of sessions that ended before a moment.

    Contributions stay: they hold no text.
    """
    ended = sessions.ids_ended_before(group, before)
    for kind in (Question, Note, Evaluation, Rewording, SafetyNote):
        tx.sql.execute(
            delete(kind).where(kind.session_id.in_(ended)).execution_options(synchronize_session=False)
        )


def on_unheard_check(tx: Tx, job: queue.Job) -> None:
    """Well into a phase: ask each member who has not been heard, and send the facilitator an overview."""
    scene = sessions.scene_by_id(tx, str(job.data["session"]))
    session = scene.session
    if not sessions.is_current_phase(session, job.data["number"], job.data["round"]):
        return
    if not (session.is_written and scene.group.reads_thread):
        # Without reading the thread, the bot does not know who has spoken.
        return
    if session.state == State.PAUSED:
        queue.schedule(
            tx,
            participation.unheard_kind(session),
            session.id,
            tx.now + participation.RETRY_WHILE_PAUSED,
            job.data,
        )
        return
    if session.state != State.RUNNING:
        return
    done = queries.contributors(tx, session, "done", "ready")
    for user in participation.unheard(tx, scene) or []:
        if user in done:
            continue
        person = groups.ensure_person(tx, user)
        if person.session_nudges and participation.claim_reminder(tx, session, user, "unheard"):
            question = thread.unheard_question(scene.texts_of(user), SessionRef(session.id))
            sessions.post_private(tx, scene, user, question)
    # The leader's console says who has not been heard.
    events.publish(tx, SessionChanged(session.id))


def on_activity_over(tx: Tx, job: queue.Job) -> None:
    """The time of an activity within its phase is over."""
    progress.on_time_over(tx, sessions.scene_by_id(tx, str(job.data["session"])), job.data)


def on_turn_over(tx: Tx, job: queue.Job) -> None:
    """Nothing came for a minute after the last line of a turn."""
    advice.on_turn_over(tx, sessions.scene_by_id(tx, str(job.data["session"])), job.data)


JOBS: dict[str, queue.Handler] = {
    **events.on(PhaseBegan, on_phase_began),
    **events.on(SessionChanged, on_session_changed),
    **events.on(PhaseEnded, on_phase_ended),
    **events.on(SessionEnded, on_session_ended),
    **events.on(MemberLeft, on_member_left),
    **events.on(GroupResumed, reposting.on_group_resumed),
    **events.on(MessageLost, reposting.on_message_lost),
    **events.on(GroupPurged, on_group_purged),
    participation.UNHEARD_CHECK: on_unheard_check,
    participation.UNHEARD_CHECK_OF_BEFORE: on_unheard_check,
    progress.ACTIVITY_OVER: on_activity_over,
    progress.WRITING_OVER: on_activity_over,
    advice.TURN_OVER: on_turn_over,
}
