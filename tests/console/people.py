"""A session in a room that Bram leads, and short ways to act in it."""

from datetime import timedelta

from sqlalchemy import select

from bot.app import due_handlers
from bot.cases.rules import CaseState
from bot.console import service as console
from bot.rounds.service import evaluation
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.views import SessionRef
from bot.storage import Tx
from tests.conftest import run_due
from tests.factories import ANNA, BRAM, CHLOE, DAAN, control, deliver, load, make_case, open_session, text_of

__all__ = ["ANNA", "BRAM", "CHLOE", "DAAN"]
ARRIVAL, PRESENTATION, QUESTIONS, ANSWERS, REWORDED, ANALYSIS, ADVICE, RESPONSE, HARVEST, EVALUATION = range(
    10
)
HANDLERS = dict(due_handlers())
EVERYONE = (ANNA, BRAM, CHLOE, DAAN)


def sweep(tx: Tx) -> None:
    """What falls due in every room; and Slack takes what was posted."""
    run_due(tx, HANDLERS)
    deliver(tx)


def go_on(tx: Tx, session: Session) -> None:
    sessions.next_phase(tx, leader(session), control(tx, session.id))
    sweep(tx)


def leader(session: Session) -> str:
    return str(session.facilitator)


def session_at(tx: Tx, number: int = PRESENTATION, *, meets: str = "room") -> Session:
    """A session of Anna (presents), Bram (facilitates), Chloé and Daan, in a phase."""
    session_id = open_session(tx, meets=meets, meets_chosen=True)
    sweep(tx)
    return begin(tx, load(tx, session_id), number)


def begin(tx: Tx, session: Session, number: int = PRESENTATION) -> Session:
    sessions.begin_anyway(tx, leader(session), control(tx, session.id))
    sweep(tx)
    while session.phase_index < number:
        go_on(tx, session)
    return session


def next_session(tx: Tx, before: Session, *, facilitator: str = BRAM) -> Session:
    """The next session of the same group, with another case of Anna; it is gathering."""
    # What was before is a day earlier, each time.
    for one in rows(tx, Session):
        one.began_at -= timedelta(days=1)
    group = sessions.group_of(tx, before)
    case = make_case(tx, group, state=CaseState.CHOSEN, title="De volgende")
    session = sessions.start_session(
        tx,
        group.id,
        facilitator,
        case_id=case.id,
        method="incident",
        facilitator=facilitator,
        auto_advance=False,
    )
    for user in EVERYONE:
        sessions.mark_present(tx, sessions.scene_of(tx, session), user)
    sweep(tx)
    return session


def end(tx: Tx, session: Session) -> None:
    sessions.stop(tx, leader(session), SessionRef(session.id))
    sweep(tx)


def give_marks(tx: Tx, session: Session, user: str, safety: int = 4) -> None:
    evaluation.evaluate_session(tx, SessionRef(session.id), user, (4, safety, 4), "")
    sweep(tx)


def console_of(tx: Tx, session: Session, user: str = BRAM) -> str:
    """What the console says."""
    console.refresh_console(tx, sessions.scene_of(tx, session))
    return text_of(tx, f"{session.id}/facilitator/{user}")


def rows(tx: Tx, kind: type) -> list:  # type: ignore[type-arg]  # of any table
    return list(tx.sql.scalars(select(kind)))
