"""What the rounds do when a phase begins or ends, and when somebody writes in the thread."""

from bot.delivery import gone, outbox
from bot.groups import service as groups
from bot.rounds.service import advice, anew, closing, forgetting, heard, place, questions
from bot.rounds.views import thread
from bot.rounds.views.refs import PhaseRef, SessionRef
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.storage import Tx, Workspace
from bot.timing import due


def phase_began(tx: Tx, item: due.Item) -> None:
    """A phase has begun; when it is over again already, nothing needs to begin."""
    session = sessions.session_by_id(tx, item.workspace, str(item.data["session"]))
    if (session.number, session.round) != (item.data["number"], item.data["round"]):
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


def phase_ended(tx: Tx, item: due.Item) -> None:
    """A phase is over: nothing that was written stays hidden, and no turn stays open."""
    session = sessions.session_by_id(tx, item.workspace, str(item.data["session"]))
    number, round_ = int(item.data["number"]), int(item.data["round"])
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


def ended(tx: Tx, item: due.Item) -> None:
    """The session is over."""
    session = sessions.session_by_id(tx, item.workspace, str(item.data["session"]))
    if session.began_at is not None:
        closing.summarise(tx, session)


def member_left(tx: Tx, item: due.Item) -> None:
    """Whoever's turn it was has left: the next one follows."""
    user, group_id = str(item.data["user"]), str(item.data["group"])
    group = groups.group_by_id(tx, item.workspace, group_id)
    session = sessions.running_in(tx, group)
    if session is not None and session.state in (State.RUNNING, State.PAUSED, State.WAITING):
        advice.skip(tx, session, user)


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
    "session.phase_began": phase_began,
    "session.phase_ended": phase_ended,
    "session.ended": ended,
    "member.left": member_left,
    groups.WAKES: anew.wakes,
    gone.GONE: anew.gone,
    groups.FORGET: forgetting.forget,
    heard.UNHEARD: heard.ask_the_unheard,
}
