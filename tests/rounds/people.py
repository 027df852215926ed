"""A running session brought to a phase, and short ways to act in it."""

from typing import Any

from sqlalchemy import select

from bot import events
from bot.console import jobs as console_jobs
from bot.events import SessionChanged, SessionProgressed
from bot.rounds import queries as round_queries
from bot.rounds import rules
from bot.rounds.jobs import JOBS as ROUND_JOBS
from bot.rounds.service import advice, phases, progress
from bot.rounds.views.refs import TurnRef
from bot.sessions import jobs as session_jobs
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.views import PhaseRef
from bot.storage import Tx
from tests.conftest import outgoing, run_due
from tests.factories import BRAM, control, deliver, go_on, load, open_session, stands, text_of
from tests.remembered import remembered

# In a first session there is no look-back: the presentation is phase 1.
PRESENTATION, QUESTIONS, ANSWERS, REWORDED, ANALYSIS, ADVICE, RESPONSE, HARVEST, EVALUATION = range(1, 10)
THREAD = "1800000000.000100"
HANDLERS = {
    **ROUND_JOBS,
    **{kind: handler for kind, handler in session_jobs.JOBS.items() if kind not in ROUND_JOBS},
}


def both(kind: str) -> None:
    """Rooms that handle one kind of moment are told in the order of their floors, as the composition root does."""
    lower, higher = session_jobs.JOBS[kind], ROUND_JOBS[kind]
    HANDLERS[kind] = lambda tx, item: (lower(tx, item), higher(tx, item))[-1]


for _kind in set(ROUND_JOBS) & set(session_jobs.JOBS):
    both(_kind)


def sweep(tx: Tx) -> int:
    """Runs what is due, for sessions and rounds."""
    return run_due(tx, HANDLERS)


def session_at(tx: Tx, number: int, *, auto_advance: bool = False, **settings: Any) -> Session:
    """A session of Anna (presents), Bram (facilitates), Chloé and Daan, in a phase."""

    def make(tx: Tx) -> str:
        return _brought_to(tx, number, auto_advance, settings)

    return load(tx, remembered(tx, make, session_at, number, auto_advance, repr(settings)))


def _brought_to(tx: Tx, number: int, auto_advance: bool, settings: dict[str, Any]) -> str:
    session_id = open_session(tx, auto_advance=auto_advance, **settings)
    sessions.begin(tx, BRAM, control(tx, session_id))
    sweep(tx)
    session = load(tx, session_id)
    # Where people speak, they arrive first.
    while session.phase_index < number:
        deliver(tx)
        go_on(tx, session_id)
        sweep(tx)
    assert session.phase_index == number
    mark_card_posted(tx, session)
    return session_id


def mark_card_posted(tx: Tx, session: Session) -> None:
    """As the sender does when Slack has answered: from then on its thread is known."""
    for row in outgoing(tx):
        if row.key == sessions.thread_key(session, "card"):
            row.ts, row.channel = THREAD, "C0OOST"
    tx.sql.flush()


def ref(session: Session) -> PhaseRef:
    return PhaseRef(session.id, session.phase_index, session.pass_no)


def turns_at(tx: Tx, **settings: Any) -> Session:
    """The same in the advice, once the time for writing it is over and the first turn is called."""

    def make(tx: Tx) -> str:
        session = session_at(tx, ADVICE, **settings)
        progress.end_activity(tx, sessions.scene_of(tx, session))
        return session.id

    return load(tx, remembered(tx, make, turns_at, repr(settings)))


def speaks(tx: Tx, user: str, ts: str) -> None:
    """Somebody writes in the thread, and nothing more for a minute."""
    says(tx, user, ts)
    tx.now += advice.QUIET_AFTER
    sweep(tx)


def turn_ref(tx: Tx, session: Session) -> TurnRef:
    """What the button on the present turn's message carries."""
    going = round_queries.current_advice_round(tx, session)
    assert going is not None
    return TurnRef(session.id, session.phase_index, session.pass_no, going.had)


def turn_of(tx: Tx, session: Session) -> str | None:
    """Whose turn it is to advise."""
    going = round_queries.current_advice_round(tx, session)
    there = sessions.scene_of(tx, session).present
    return None if going is None else rules.next_turn(going.turns, going.had, there)[0]


def move_on(tx: Tx, session: Session) -> None:
    """The facilitator presses next, once everything stands in Slack, and what follows happens."""
    deliver(tx)
    go_on(tx, session.id)
    sweep(tx)


def finish(tx: Tx, session: Session) -> None:
    while session.state != State.ENDED:
        move_on(tx, session)


def says(tx: Tx, user: str, ts: str) -> None:
    """Somebody writes in the thread."""
    phases.record_thread_message(tx, "C0OOST", THREAD, user, ts)


def in_thread(tx: Tx) -> str:
    """Everything that is posted in the thread, as it stands now."""
    said = [stands(tx, row) for row in outgoing(tx, "post") if row.thread_key]
    return "\n".join(payload["text"] for payload in said if payload)


def console(tx: Tx) -> str:
    """What the message to whoever leads says now, also where the events before went to other rooms alone."""
    for session in tx.sql.scalars(select(Session)):
        events.publish(tx, SessionChanged(session.id))
    run_due(tx, {one.kind: console_jobs.JOBS[one.kind] for one in (SessionChanged, SessionProgressed)})
    return text_of(tx, f"facilitator/{BRAM}")


def privately(tx: Tx, user: str) -> list[str]:
    rows = [row for row in outgoing(tx) if row.kind in ("whisper", "direct") and row.user == user]
    return [row.payload["text"] for row in rows if row.payload]
