"""What the rounds do when a phase begins or ends, and when somebody writes in the thread."""

from bot import events
from bot.delivery import outbox
from bot.events import (
    GroupPurged,
    GroupResumed,
    MemberLeft,
    MessageLost,
    PhaseBegan,
    PhaseEnded,
    SessionEnded,
)
from bot.groups import service as groups
from bot.jobs import queue
from bot.rounds.service import advice, closing, participation, questions, reposting, retention
from bot.rounds.views import thread
from bot.rounds.views.refs import PhaseRef, SessionRef
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.storage import Tx, Workspace


def on_phase_began(tx: Tx, workspace: Workspace, event: PhaseBegan) -> None:
    """A phase has begun; when it is over again already, nothing needs to begin."""
    scene = sessions.scene_by_id(tx, workspace, event.session_id)
    session, phase = scene.session, scene.phase
    if not sessions.is_on(session, event.number, event.round):
        return
    if phase.kind == "questions":
        questions.begin_questions(tx, scene)
    elif phase.kind == "advice" and advice.find(tx, session, session.phase_index, session.pass_no) is None:
        advice.begin_advice(tx, scene)
    if phase.kind in participation.FREE:
        participation.plan_to_ask(tx, session, phase.minutes)


def on_phase_ended(tx: Tx, workspace: Workspace, event: PhaseEnded) -> None:
    """A phase is over: nothing that was written stays hidden, and no turn stays open."""
    scene = sessions.scene_by_id(tx, workspace, event.session_id)
    session = scene.session
    number, round_ = event.number, event.round
    phase = sessions.phase_of(session, number)
    if phase.kind in participation.FREE:
        # Word of the next phase comes after this one, so what it plans stays.
        participation.plan_no_more(tx, session)
    # Of what has not been posted yet only people's own words are still worth reading.
    where = f"phase/{number}/{round_}"
    sessions.retract_pending(tx, session, f"{where}/written", f"{where}/turn/")
    if phase.kind == "questions":
        questions.reveal_questions(tx, scene, number, round_)
    elif phase.kind == "advice":
        advice.close_round(tx, scene, number, round_)


def on_session_ended(tx: Tx, workspace: Workspace, event: SessionEnded) -> None:
    """The session is over."""
    scene = sessions.scene_by_id(tx, workspace, event.session_id)
    if scene.session.began_at is not None:
        closing.summarise_session(tx, scene)


def on_member_left(tx: Tx, workspace: Workspace, event: MemberLeft) -> None:
    """Whoever's turn it was has left: the next one follows."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    session = sessions.running_in(tx, group)
    if session is not None and session.state in (State.RUNNING, State.PAUSED, State.WAITING):
        advice.skip_turn(tx, sessions.Scene(tx, session, group), event.user)


def on_thread_message(
    tx: Tx, workspace: Workspace, channel: str, thread_ts: str, user: str, ts: str, *, counts: bool = True
) -> None:
    """Somebody wrote in a thread: where a session runs they are there, and it counts. The text was never looked at.

    With `counts` off they are only there: a file, or what was also shown in the channel, is no contribution.
    """
    scene = sessions.on_thread_message(tx, workspace, channel, thread_ts, user)
    if scene is None or not counts or scene.session.state == State.GATHERING:
        return
    session, phase = scene.session, scene.phase
    if not participation.record(tx, session, user, "message", ts) or session.state == State.PAUSED:
        # In a pause everyone may speak freely, and nobody's turn is used up.
        return
    asked_for = outbox.ts_of(
        tx, workspace, sessions.prompt_key(session, session.phase_index, session.pass_no)
    )
    if asked_for is not None and float(ts) < float(asked_for):
        # Written in the phase before, and told to us late.
        return
    if user == session.presenter:
        if phase.presenter == "silent" and participation.claim_reminder(tx, session, user, "silent"):
            listen = thread.listen_now(scene.texts_of(user), SessionRef(session.id))
            sessions.post_private(tx, scene, user, listen)
    elif phase.kind == "advice":
        advice.on_adviser_spoke(tx, scene, user)


def mark_done(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> None:
    """Somebody is done with this phase; when everyone is, it may end early."""
    scene = participation.require_phase(tx, workspace, ref, user, "questions", "analysis", "advice")
    sessions.mark_present(tx, scene, user)
    if not participation.record(tx, scene.session, user, "done"):
        return
    if scene.phase.kind == "questions" and questions.reveal_when_ready(tx, scene):
        # The presenter has only now seen the questions.
        return
    participation.end_when_everyone_done(tx, scene)


DUE: dict[str, queue.Handler] = {
    **events.on(PhaseBegan, on_phase_began),
    **events.on(PhaseEnded, on_phase_ended),
    **events.on(SessionEnded, on_session_ended),
    **events.on(MemberLeft, on_member_left),
    **events.on(GroupResumed, reposting.on_group_resumed),
    **events.on(MessageLost, reposting.on_message_lost),
    **events.on(GroupPurged, retention.on_group_purged),
    participation.UNHEARD: participation.ask_the_unheard,
}
