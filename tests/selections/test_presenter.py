"""The presenter who is chosen says no, has gone, or leads the choice themselves."""

import pytest

from bot.cases import service as cases
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.selections import service as selections
from bot.sessions import service as sessions
from bot.storage import Tx
from bot.texts import Refused
from tests.factories import ANNA, BRAM, CHLOE, DAAN, text_of
from tests.selections.people import (
    case_of,
    choosing,
    control,
    of,
    opened,
    pick,
    ref,
    shown,
    sweep,
)


def test_the_chosen_presenter_says_no_and_the_next_one_with_votes_is_asked(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE, DAAN)
    selections.open_vote(tx, BRAM, control(found))
    for user in (ANNA, BRAM, DAAN):
        selections.give_vote(tx, user, of(found, case_of(tx, ANNA)))
    selections.give_vote(tx, CHLOE, of(found, case_of(tx, CHLOE)))
    selections.decline_chosen(tx, ANNA, of(found, case_of(tx, ANNA)))
    assert (found.state, found.asked_case) == ("asking", case_of(tx, CHLOE).id)
    # Nobody voted for Daan's case, so nobody asks him: the group chooses again.
    selections.decline_chosen(tx, CHLOE, of(found, case_of(tx, CHLOE)))
    assert found.state == "choosing"
    assert shown(tx, found) == ["Casus 2"]
    assert "niemand hoeft dat uit te leggen" in text_of(tx, "card")
    assert case_of(tx, ANNA).state == CaseState.HANDED_IN


def test_a_presenter_who_was_chosen_aloud_says_no(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    case = pick(tx, found, ANNA)
    with pytest.raises(Refused):
        selections.decline_chosen(tx, BRAM, of(found, case))
    selections.decline_chosen(tx, ANNA, of(found, case))
    assert found.state == "choosing"
    assert shown(tx, found) == ["Casus 1"]
    with pytest.raises(Refused):
        sessions.bring_chosen_case(tx, ANNA, of(found, case))
    with pytest.raises(Refused):
        selections.pick_case(tx, BRAM, control(found), case.id)


def test_the_chosen_presenter_leaves_the_group(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    case = pick(tx, found, ANNA)
    groups.leave_group(tx, found.group_id, ANNA)
    sweep(tx)
    assert (found.state, found.asked_case) == ("choosing", None)
    assert shown(tx, found) == ["Casus 1"]
    with pytest.raises(Refused):
        sessions.bring_chosen_case(tx, ANNA, of(found, case))


def test_the_chosen_presenter_is_no_longer_there(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    pick(tx, found, ANNA)
    selections.tick_people(tx, BRAM, ref(found), {BRAM, CHLOE, DAAN})
    assert found.state == "choosing"
    assert shown(tx, found) == ["Casus 1"]


def test_the_chosen_case_is_withdrawn(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    case = pick(tx, found, ANNA)
    cases.withdraw(tx, case.id, ANNA)
    with pytest.raises(Refused):
        sessions.bring_chosen_case(tx, ANNA, of(found, case))
    sweep(tx)
    assert found.state == "choosing"
    assert "kan niet meer worden ingebracht" in text_of(tx, "card")


def test_the_presenter_who_leads_hands_the_lead_on(tx: Tx) -> None:
    found = choosing(tx, BRAM)
    sessions.bring_chosen_case(tx, BRAM, of(found, pick(tx, found, BRAM)))
    assert (opened(tx).presenter, opened(tx).facilitator) == (BRAM, None)
