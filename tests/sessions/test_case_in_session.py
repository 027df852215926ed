"""What becomes of a case when its session begins and ends."""

from sqlalchemy import select

from bot.cases.records import Case
from bot.cases.rules import CaseState, may_edit
from bot.sessions import service
from bot.sessions.rules import State
from bot.sessions.views import SessionRef
from bot.storage import Tx
from tests.factories import BRAM, begin, go_on, load, open_session


def state(tx: Tx) -> CaseState:
    return tx.sql.scalars(select(Case)).one().state


def test_its_words_stay_from_the_beginning_until_it_is_treated(tx: Tx) -> None:
    session_id = open_session(tx)
    assert may_edit(state(tx))
    begin(tx, session_id)
    assert not may_edit(state(tx))
    while load(tx, session_id).state != State.ENDED:
        go_on(tx, session_id)
    assert state(tx) == "treated"


def test_a_session_that_stops_at_once_gives_it_back(tx: Tx) -> None:
    session_id = open_session(tx)
    begin(tx, session_id)
    service.stop(tx, BRAM, SessionRef(session_id))
    assert state(tx) == "handed_in"
