"""What the rounds do when a phase begins or ends, and when somebody writes in the thread."""

from bot import events
from bot.delivery import outbox
from bot.events import GroupForgets, GroupWakes, MemberLeft, MessageGone, PhaseBegan, PhaseEnded, SessionEnded
from bot.groups import service as groups
from bot.rounds.service import advice, anew, closing, forgetting, heard, place, questions
from bot.rounds.views import thread
from bot.rounds.views.refs import PhaseRef, SessionRef
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.storage import Tx, Workspace
from bot.timing import due


def on_phase_began(tx: Tx, workspace: Workspace, event: PhaseBegan) -> None:
    """A phase has begun; when it is over again already, nothing needs to begin."""
    session = sessions.session_by_id(tx, workspace, event.session_id)
    if (session.number, session.round) != (event.number, event.round):
        return
    if session.state == State.ENDED:
        return
    phase = sessions.phase_of(session, session.number)
    if phase.kind == "questions":
        questions.begin(tx, session)
    elif phase.kind == "advice" and advice.find(tx, session, session.number, session.round) is None:
        advice.begin(tx, session)
    if phase.kind in heard.FREE:
        heard.plan_to_ask(tx, session, phase.minutes)


def on_phase_ended(tx: Tx, workspace: Workspace, event: PhaseEnded) -> None:
    """A phase is over: nothing that was written stays hidden, and no turn stays open."""
    session = sessions.session_by_id(tx, workspace, event.session_id)
    number, round_ = event.number, event.round
    phase = sessions.phase_of(session, number)
    if phase.kind in heard.FREE:
        # Word of the next phase comes after this one, so what it plans stays.
        heard.plan_no_more(tx, session)
    # Of what has not been posted yet only people's own words are still worth reading.
    where = f"phase/{number}/{round_}"
    sessions.unsay(tx, session, f"{where}/written", f"{where}/turn/")
    if phase.kind == "questions":
        questions.reveal(tx, session, number, round_)
    elif phase.kind == "advice":
        advice.close(tx, session, number, round_)


def on_session_ended(tx: Tx, workspace: Workspace, event: SessionEnded) -> None:
    """The session is over."""
    session = sessions.session_by_id(tx, workspace, event.session_id)
    if session.began_at is not None:
        closing.summarise(tx, session)


def on_member_left(tx: Tx, workspace: Workspace, event: MemberLeft) -> None:
    """Whoever's turn it was has left: the next one follows."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    session = sessions.running_in(tx, group)
    if session is not None and session.state in (State.RUNNING, State.PAUSED, State.WAITING):
        advice.skip(tx, session, event.user)


def spoke(tx: Tx, workspace: Workspace, channel: str, thread_ts: str, user: str, ts: str) -> None:
    """Somebody wrote in a thread: where a session runs, it counts. The text was never looked at."""
    session = sessions.in_thread(tx, workspace, channel, thread_ts)
    if session is None or session.state == State.GATHERING:
        return
    group = sessions.group_of(tx, session)
    member = groups.member(tx, group, user)
    if not group.reads_thread or member is None or member.left_at is not None:
        return
    phase = sessions.phase_of(session, session.number)
    if not heard.count(tx, session, user, "message", ts) or session.state == State.PAUSED:
        # In a pause everyone may speak freely, and nobody's turn is used up.
        return
    asked_for = outbox.ts_of(tx, workspace, sessions.prompt_key(session, session.number, session.round))
    if asked_for is not None and float(ts) < float(asked_for):
        # Written in the phase before, and told to us late.
        return
    if user == session.presenter:
        if phase.presenter == "silent" and heard.remind_once(tx, session, user, "silent"):
            t = groups.texts_of(tx, workspace, user)
            sessions.whisper(tx, session, user, thread.listen_now(t, SessionRef(session.id)))
    elif phase.kind == "advice":
        advice.spoke(tx, session, user)


def done(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> None:
    """Somebody is done with this phase; when everyone is, it may end early."""
    session = place.enter(tx, workspace, ref, user, "questions", "analysis", "advice")
    sessions.present(tx, session, user)
    if not heard.count(tx, session, user, "done"):
        return
    kind = sessions.phase_of(session, session.number).kind
    if kind == "questions" and questions.reveal_when_ready(tx, session):
        # The presenter has only now seen the questions.
        return
    heard.end_when_everyone_is_done(tx, session)


DUE: dict[str, due.Handler] = {
    **events.on(PhaseBegan, on_phase_began),
    **events.on(PhaseEnded, on_phase_ended),
    **events.on(SessionEnded, on_session_ended),
    **events.on(MemberLeft, on_member_left),
    **events.on(GroupWakes, anew.on_group_wakes),
    **events.on(MessageGone, anew.on_message_gone),
    **events.on(GroupForgets, forgetting.on_group_forgets),
    heard.UNHEARD: heard.ask_the_unheard,
}
