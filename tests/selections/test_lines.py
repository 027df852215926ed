"""A line that whoever leads types for somebody: it becomes a case when that person says so."""

import pytest
from sqlalchemy import select

from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.selections import service as selections
from bot.selections.views import LineForm
from bot.sessions import service as sessions
from bot.storage import Tx, new_id
from bot.texts import Refused, for_language
from tests.factories import ANNA, BRAM, CHLOE, DAAN, text_of
from tests.selections.people import (
    case_of,
    choosing,
    of,
    pick,
    shown,
    type_line,
)


def test_a_line_becomes_a_case_when_the_person_named_says_so(tx: Tx) -> None:
    found = choosing(tx)
    case_id = type_line(tx, found, ANNA)
    assert shown(tx, found) == []
    assert "Mijn buurvrouw belt" not in text_of(tx, "candidates")
    assert "Mijn buurvrouw belt" in text_of(tx, f"line/{case_id}")
    case = case_of(tx, ANNA)
    assert selections.confirm_line(tx, ANNA, of(found, case))
    assert not selections.confirm_line(tx, ANNA, of(found, case))
    assert case.state == CaseState.HANDED_IN
    assert "Mijn buurvrouw belt" in text_of(tx, "candidates")


def test_nobody_else_confirms_a_line(tx: Tx) -> None:
    found = choosing(tx)
    type_line(tx, found, ANNA)
    for user in (BRAM, CHLOE):
        with pytest.raises(Refused):
            selections.confirm_line(tx, user, of(found, case_of(tx, ANNA)))


def test_a_line_that_is_left_out_is_deleted(tx: Tx) -> None:
    found = choosing(tx)
    type_line(tx, found, ANNA)
    case = case_of(tx, ANNA)
    assert selections.reject_line(tx, ANNA, of(found, case))
    assert (case.title, case.state) == ("", CaseState.WITHDRAWN)


def test_a_line_that_nobody_took_goes_with_the_choice(tx: Tx) -> None:
    found = choosing(tx, CHLOE)
    case_id = type_line(tx, found, ANNA)
    sessions.bring_chosen_case(tx, CHLOE, of(found, pick(tx, found, CHLOE)))
    case = case_of(tx, ANNA)
    assert case.title == ""
    assert "Mijn buurvrouw belt" not in text_of(tx, f"line/{case_id}")
    with pytest.raises(Refused):
        selections.confirm_line(tx, ANNA, of(found, case))


def test_a_line_for_somebody_who_is_not_there_is_refused(tx: Tx) -> None:
    found = choosing(tx, there=(ANNA, CHLOE))
    with pytest.raises(Refused) as refused:
        type_line(tx, found, DAAN)
    assert "is er niet" in refused.value.say(for_language("nl"))
    assert refused.value.field == "who"
    assert tx.sql.scalars(select(Case)).all() == []


def test_a_form_of_a_line_never_changes_a_case_that_stands(tx: Tx) -> None:
    """The number of a case in a form is no leave to write in it."""
    found = choosing(tx, ANNA)
    case = case_of(tx, ANNA)
    meta = LineForm(found.id, case.id)
    with pytest.raises(Refused):
        selections.type_line(tx, BRAM, meta, ANNA, "Iets anders", "Wat nu?")
    with pytest.raises(Refused):
        selections.bring_line(tx, CHLOE, meta, "Iets anders", "Wat nu?")
    assert case.title == "Casus 0"


def test_only_whoever_leads_types_a_line(tx: Tx) -> None:
    found = choosing(tx)
    with pytest.raises(selections.OfferToLead):
        selections.type_line(tx, CHLOE, LineForm(found.id, new_id()), ANNA, "Iets", "Wat?")
