"""What becomes of a case when its session begins and ends."""

from datetime import timedelta

from sqlalchemy import select

from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseKind, CaseState, may_edit
from bot.delivery.records import OutboxRow
from bot.polls import service as polls
from bot.polls import views as poll_views
from bot.sessions import service
from bot.sessions.rules import State
from bot.sessions.views import SessionRef
from bot.sessions.views.form import start_form
from bot.storage import Tx
from bot.texts import for_language
from tests.conftest import make_group
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    begin,
    go_on,
    load,
    make_case,
    open_session,
    posted,
    sweep,
    text_of,
)


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


def test_something_that_went_well_is_treated_without_a_word_of_a_question(tx: Tx) -> None:
    session_id = open_session(tx)
    case = tx.sql.scalars(select(Case)).one()
    case.kind, case.question = CaseKind.WENT_WELL, ""
    begin(tx, session_id)
    assert "Iets wat goed ging" in text_of(tx, "card")
    told = text_of(tx, "case")
    assert "Wat lukte, en wat ik deed: Ik wil aardig" in told
    everything = ""
    while load(tx, session_id).state != State.ENDED:
        everything += "".join(str(row.payload) for row in tx.sql.scalars(select(OutboxRow)))
        go_on(tx, session_id)
    assert "over iets wat goed ging. Wat gebeurde er, wat lukte, en wat deed jij?" in everything
    assert "wat ik hiervan meeneem" in everything
    for usual in ("wat is je vraag", "Mijn vraag", "Als ik in jouw schoenen", "Nog geen advies"):
        assert usual not in everything


def test_a_case_that_its_presenter_deleted_leaves_a_card_that_slack_takes(tx: Tx) -> None:
    session_id = open_session(tx)
    begin(tx, session_id)
    case = tx.sql.scalars(select(Case)).one()
    cases.withdraw(tx, case.id, ANNA)
    cases.delete_case(tx, case.id, ANNA)
    sweep(tx)
    row = posted(tx, "card")
    assert row is not None
    assert row.payload is not None
    assert row.payload["blocks"][0]["text"]["text"] == "…"


def test_the_start_form_and_the_poll_show_what_went_well_as_its_own(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE)
    for user in (ANNA, CHLOE):
        make_case(tx, group, user, title=f"Casus van {user}")
    well = tx.sql.scalars(select(Case).where(Case.presenter == ANNA)).one()
    well.kind, well.question = CaseKind.WENT_WELL, ""
    tx.sql.flush()
    t = for_language("nl")
    shown = start_form(t, service.start_form_for(tx, group.channel, BRAM))["blocks"][0]["element"]["options"]
    described = {option["value"]: option["description"]["text"] for option in shown}
    assert described[well.id] == "Iets wat goed ging"
    poll = polls.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=1))
    row = tx.sql.scalars(select(OutboxRow).where(OutboxRow.key == f"poll/{poll.id}")).one()
    assert f"*{well.title}*\\nIets wat goed ging" in str(row.payload)
    ballot = poll_views.ballot(t, poll.id, *polls.ballot_of(tx, poll.id, BRAM))
    hints = [block["hint"]["text"] for block in ballot["blocks"] if "hint" in block]
    assert "Iets wat goed ging" in hints
    polls.give_votes(tx, poll.id, BRAM, {well.id: 1})
    assert f"*{well.title}*\\nIets wat goed ging" in str(row.payload)
