"""Who leads the steps of a choice, and when they go on: by a press, by themselves, or not at all."""

from datetime import timedelta

import pytest

from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.groups import service as groups
from bot.selections import service as selections
from bot.selections.views import LineForm
from bot.selections.views.refs import TakeOverSelection
from bot.sessions import service as sessions
from bot.slack import ids
from bot.storage import Tx, new_id
from bot.texts import Refused
from tests.factories import ANNA, BRAM, CHLOE, buttons_of, keys, posted, stands
from tests.selections.people import (
    case_of,
    choosing,
    control,
    gather,
    of,
    opened,
    pick,
    shown,
    sweep,
)


def test_whoever_leads_leaves_and_another_one_takes_over(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    case = pick(tx, found, ANNA)
    groups.leave_group(tx, found.group_id, BRAM)
    sweep(tx)
    assert found.facilitator is None
    assert ids.SELECTION_TAKE_OVER in buttons_of(tx, "card")
    selections.take_over_selection(tx, CHLOE, TakeOverSelection(found.id, ""))
    assert found.facilitator == CHLOE
    assert keys(tx, f"selection/{found.id}/leader/%") == [
        f"selection/{found.id}/leader/{user}" for user in (BRAM, CHLOE)
    ]
    assert found.state == "asking"
    sessions.bring_chosen_case(tx, ANNA, of(found, case))
    assert opened(tx).facilitator == CHLOE


def test_somebody_else_than_whoever_leads_presses_a_control(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    with pytest.raises(selections.OfferToLead):
        selections.go_round_again(tx, CHLOE, control(found))
    assert found.state == "choosing"


def test_the_second_of_two_clicks_changes_nothing(tx: Tx) -> None:
    found = gather(tx, ANNA)
    drawn = control(found)
    selections.begin_next_step(tx, BRAM, drawn)
    with pytest.raises(Refused):
        selections.begin_next_step(tx, BRAM, drawn)
    assert found.state == "arrival"


def test_the_steps_before_the_choice_go_on_by_themselves_where_phases_do(tx: Tx) -> None:
    found = gather(tx, ANNA, auto_advance=True)
    selections.begin_next_step(tx, BRAM, control(found))
    tx.now += timedelta(minutes=3)
    sweep(tx)
    assert found.state == "inventory"
    tx.now += timedelta(minutes=8)
    sweep(tx)
    assert found.state == "choosing"
    tx.now += timedelta(minutes=3)
    sweep(tx)
    assert found.state == "choosing"


def test_else_whoever_leads_is_told_that_the_time_is_up_and_nothing_is_cut_off(tx: Tx) -> None:
    found = gather(tx, ANNA)
    selections.begin_next_step(tx, BRAM, control(found))
    selections.begin_next_step(tx, BRAM, control(found))
    tx.now += timedelta(minutes=8)
    sweep(tx)
    assert found.state == "inventory"
    begins = f"selection/{found.id}/up/"
    assert len(outbox.live_keys(tx, begins)) == 1
    selections.bring_line(tx, ANNA, LineForm(found.id, new_id()), "Toch nog iets", "Wat nu?")
    assert shown(tx, found) == ["Toch nog iets"]
    selections.begin_next_step(tx, BRAM, control(found))
    assert outbox.live_keys(tx, begins) == set()


def test_a_short_session_has_short_steps(tx: Tx) -> None:
    found = gather(tx, ANNA, method="incident.short", meets="thread")
    selections.begin_next_step(tx, BRAM, control(found))
    assert found.ends_at == tx.now + timedelta(minutes=4)
    selections.begin_next_step(tx, BRAM, control(found))
    assert found.ends_at == tx.now + timedelta(minutes=2)


def test_a_selection_in_which_nothing_happens_is_closed(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    tx.now += timedelta(minutes=61)
    sweep(tx)
    assert found.state == "closed"
    assert case_of(tx, ANNA).state == CaseState.HANDED_IN


@pytest.mark.parametrize(
    ("meets", "where"),
    [
        ("room", "De rest gebeurt in de ruimte zelf"),
        ("video", "De rest gebeurt in het videogesprek"),
        ("thread", "De rest gebeurt in de thread"),
    ],
)
def test_the_card_says_where_it_happens(tx: Tx, meets: str, where: str) -> None:
    gather(tx, ANNA, meets=meets)
    card = posted(tx, "card")
    assert card is not None
    assert where in str(stands(tx, card))
