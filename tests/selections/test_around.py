"""Around a choice together: the leader from outside, Home, merging, lost messages, and a version that knows no selection."""

import pytest
from sqlalchemy import select, update

from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.events import MessageLost
from bot.groups import service as groups
from bot.merging.service import is_anything_running
from bot.selections import jobs, todos
from bot.selections import service as selections
from bot.selections.records import Selection
from bot.selections.rules import SelectionState
from bot.selections.views import LineForm
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.service import RefusedWithOffer
from bot.storage import Tx, new_id
from bot.texts import Refused
from tests.factories import ANNA, BRAM, CHLOE, DAAN, deliver, make_case, text_of
from tests.leaders.people import PETRA, led_group
from tests.selections.people import case_of, choosing, control, gather, of, opened, pick, ref, type_line


def test_a_leader_from_outside_leads_and_counts_in_no_vote(tx: Tx) -> None:
    group = led_group(tx)
    for user in (ANNA, CHLOE):
        make_case(tx, group, user, title=f"Van {user}")
    found = gather(tx, ANNA, CHLOE, facilitator=PETRA)
    selections.check_in_to_choose(tx, PETRA, ref(found))
    for _ in range(3):
        selections.begin_next_step(tx, PETRA, control(found))
    assert "is erbij van buiten" in text_of(tx, "card")
    with pytest.raises(Refused):
        selections.own_line_form(tx, PETRA, found.id)
    with pytest.raises(Refused):
        type_line_of_petra(tx, found.id)
    selections.open_vote(tx, PETRA, control(found))
    with pytest.raises(Refused):
        selections.give_vote(tx, PETRA, of(found, case_of(tx, ANNA)))
    for user in (ANNA, BRAM, CHLOE):
        selections.give_vote(tx, user, of(found, case_of(tx, ANNA)))
    assert found.state == "asking"
    sessions.bring_chosen_case(tx, ANNA, of(found, case_of(tx, ANNA)))
    assert opened(tx).facilitator == PETRA
    assert sessions.scene_of(tx, opened(tx)).observers == [PETRA]


def type_line_of_petra(tx: Tx, selection_id: str) -> None:
    selections.type_line(tx, PETRA, LineForm(selection_id, new_id()), PETRA, "Iets van mij", "Wat nu?")


def test_home_shows_what_waits_for_a_yes(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    type_line(tx, found, DAAN, "Een lege agenda")
    pick(tx, found, ANNA)
    [question] = todos.todos_of(tx, ANNA)
    assert "Casus 0" in question.text
    [line] = todos.todos_of(tx, DAAN)
    assert "Een lege agenda" in line.text
    assert todos.todos_of(tx, CHLOE) == []
    selections.stop_selection(tx, BRAM, ref(found))
    assert todos.todos_of(tx, ANNA) == todos.todos_of(tx, DAAN) == []


def test_groups_do_not_merge_meanwhile(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    group = groups.group_by_id(tx, found.group_id)
    assert is_anything_running(tx, group)
    selections.stop_selection(tx, BRAM, ref(found))
    assert not is_anything_running(tx, group)


def test_a_card_that_somebody_deleted_comes_back_with_its_thread(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    deliver(tx)
    for what in ("card", "candidates"):
        outbox.withdraw(tx, f"selection/{found.id}/{what}")
    jobs.on_message_lost(tx, MessageLost(f"selection/{found.id}/card", told=True))
    assert "Kies samen" in text_of(tx, "card")
    assert "Casus 0" in text_of(tx, "candidates")


def test_a_yes_beside_a_session_of_a_version_before_is_refused(tx: Tx) -> None:
    """That version knows no selection, so somebody there could begin a session meanwhile."""
    found = choosing(tx, ANNA, CHLOE)
    case = pick(tx, found, ANNA)
    set_state(tx, found, SelectionState.CLOSED)
    sessions.start_session(
        tx,
        found.group_id,
        CHLOE,
        case_id=case_of(tx, CHLOE).id,
        method="incident",
        facilitator=BRAM,
        auto_advance=False,
    )
    set_state(tx, found, SelectionState.ASKING)
    with pytest.raises(RefusedWithOffer):
        sessions.bring_chosen_case(tx, ANNA, of(found, case))


def set_state(tx: Tx, found: Selection, state: SelectionState) -> None:
    """What another version sees, or does not: past the state machine."""
    tx.sql.flush()
    tx.sql.execute(update(Selection).values(state=state))
    tx.sql.expire_all()


def test_a_selection_that_closed_is_over_for_every_button(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    case = case_of(tx, ANNA)
    selections.stop_selection(tx, BRAM, ref(found))
    for press in (
        lambda: selections.check_in_to_choose(tx, DAAN, ref(found)),
        lambda: selections.echo(tx, DAAN, of(found, case)),
        lambda: selections.give_vote(tx, DAAN, of(found, case)),
        lambda: sessions.bring_chosen_case(tx, ANNA, of(found, case)),
    ):
        with pytest.raises(Refused):
            press()
    assert case.state == CaseState.HANDED_IN
    assert tx.sql.scalars(select(Session)).all() == []
