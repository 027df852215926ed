"""Choosing together, from the start without a case to the session that opens with the presenter's yes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.attendance.records import Attendance
from bot.cases.rules import CaseState
from bot.meetings import rules as dates
from bot.selections import service as selections
from bot.selections.records import SelectionCase, SelectionMark, SelectionParticipant
from bot.sessions import service as sessions
from bot.sessions.service import RefusedWithOffer
from bot.sessions.service.start_form import start_form_of_group
from bot.sessions.views.form import TOGETHER, start_form
from bot.slack import ids
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.conftest import due_items, make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, buttons_of, make_case, text_of
from tests.selections.people import (
    case_of,
    choosing,
    control,
    gather,
    of,
    opened,
    pick,
    ref,
    shown,
)


def test_a_group_without_a_case_begins_and_chooses_on_the_spot(tx: Tx) -> None:
    found = gather(tx, ANNA, CHLOE)
    assert found.state == "gathering"
    selections.begin_next_step(tx, BRAM, control(found))
    assert found.state == "arrival"
    assert "Aankomen" in text_of(tx, "card")
    selections.begin_next_step(tx, BRAM, control(found))
    assert found.state == "inventory"
    assert found.ends_at == tx.now + timedelta(minutes=8)
    meta = selections.own_line_form(tx, ANNA, found.id)
    selections.bring_line(tx, ANNA, meta, "Een lastig gesprek", "Wat wil ik zelf?")
    assert "Een lastig gesprek" in text_of(tx, "candidates")
    selections.begin_next_step(tx, BRAM, control(found))
    assert found.ends_at == tx.now + timedelta(minutes=3)
    case = pick(tx, found, ANNA)
    assert "Een lastig gesprek" not in text_of(tx, "candidates")
    sessions.bring_chosen_case(tx, ANNA, of(found, case))
    session = opened(tx)
    assert (found.state, session.state, session.presenter, session.case_id) == (
        "done",
        "gathering",
        ANNA,
        case.id,
    )
    assert session.facilitator == BRAM
    assert case.state == CaseState.CHOSEN
    assert set(sessions.scene_of(tx, session).present) == {ANNA, BRAM, CHLOE}


def test_in_the_thread_nobody_arrives_in_one_sentence_each(tx: Tx) -> None:
    found = gather(tx, ANNA, CHLOE, meets="thread")
    selections.begin_next_step(tx, BRAM, control(found))
    assert found.state == "inventory"


def test_who_has_arrived_does_not_arrive_again(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    sessions.bring_chosen_case(tx, ANNA, of(found, pick(tx, found, ANNA)))
    session = opened(tx)
    assert sessions.method_of(session).phases[session.phase_index].key == "presentation"


def test_the_end_time_goes_along_into_the_session(tx: Tx) -> None:
    until = dates.local_of(tx.now + timedelta(minutes=90), "Europe/Amsterdam")[1]
    found = choosing(tx, ANNA, until=until)
    assert found.ends_by is not None
    sessions.bring_chosen_case(tx, ANNA, of(found, pick(tx, found, ANNA)))
    assert opened(tx).ends_by == found.ends_by


def test_only_cases_of_who_is_there_are_shown(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE, DAAN, there=(ANNA, DAAN))
    assert shown(tx, found) == ["Casus 0", "Casus 2"]
    assert "Casus 1" not in text_of(tx, "candidates")


def test_of_a_case_the_group_sees_title_and_question_alone(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    text = text_of(tx, "candidates")
    case = case_of(tx, ANNA)
    assert case.title in text
    assert case.question in text
    assert case.situation not in text
    assert case.own_part not in text
    # Whose case it is stands nowhere.
    assert ANNA not in text
    sessions.bring_chosen_case(tx, ANNA, of(found, pick(tx, found, ANNA)))
    assert case.title not in text_of(tx, "candidates")


def test_the_rest_stays_on_the_list(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    sessions.bring_chosen_case(tx, ANNA, of(found, pick(tx, found, ANNA)))
    assert case_of(tx, CHLOE).state == CaseState.HANDED_IN


def test_what_was_marked_and_who_was_there_goes_with_the_choice(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.echo(tx, DAAN, of(found, case_of(tx, ANNA)))
    sessions.bring_chosen_case(tx, ANNA, of(found, pick(tx, found, ANNA)))
    for table in (SelectionParticipant, SelectionMark, SelectionCase):
        assert tx.sql.scalars(select(table)).all() == []
    assert [job.kind for job in due_items(tx) if job.kind.startswith("selection.")] == []


def test_who_recognises_a_case_is_counted_and_not_named(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    case = case_of(tx, ANNA)
    assert selections.echo(tx, DAAN, of(found, case))
    assert selections.echo(tx, BRAM, of(found, case))
    assert not selections.echo(tx, DAAN, of(found, case))
    text = text_of(tx, "candidates")
    assert "2 van jullie: dit speelt bij mij ook." in text
    assert DAAN not in text


def test_nobody_brings_a_case(tx: Tx) -> None:
    found = choosing(tx)
    assert "niemand een casus" in text_of(tx, "card")
    assert ids.SELECTION_PICK not in buttons_of(tx, "card")
    assert ids.SELECTION_POLL not in buttons_of(tx, "card")
    with pytest.raises(Refused):
        selections.open_vote(tx, BRAM, control(found))
    selections.go_round_again(tx, BRAM, control(found))
    assert found.state == "inventory"
    selections.stop_selection(tx, BRAM, ref(found))
    assert found.state == "closed"
    assert "zonder te kiezen" in text_of(tx, "card")
    assert buttons_of(tx, "card") == []
    # And the group may begin again.
    assert gather(tx).state == "gathering"


def test_a_group_has_one_session_or_one_choice_at_a_time(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    case = case_of(tx, ANNA)
    with pytest.raises(RefusedWithOffer) as refused:
        start_form_of_group(tx, found.group_id, CHLOE)
    assert "samen een casus gekozen" in refused.value.say(for_language("nl"))
    with pytest.raises(RefusedWithOffer):
        sessions.start_session(
            tx,
            found.group_id,
            CHLOE,
            case_id=case.id,
            method="incident",
            facilitator=BRAM,
            auto_advance=False,
        )
    with pytest.raises(RefusedWithOffer):
        gather(tx)
    sessions.bring_chosen_case(tx, ANNA, of(found, pick(tx, found, ANNA)))
    with pytest.raises(RefusedWithOffer):
        gather(tx)


def test_a_start_without_any_case_offers_to_choose_together(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    with pytest.raises(RefusedWithOffer) as refused:
        start_form_of_group(tx, group.id, BRAM)
    offer = refused.value.offer(for_language("nl"))
    assert [one["action_id"] for one in offer.blocks[-1]["elements"]] == [
        ids.CASE_WRITE,
        ids.SESSIONS_TOGETHER,
    ]
    proposed = start_form_of_group(tx, group.id, BRAM, together=True)
    # Fourteen minutes to choose, an hour for the method, on whole five minutes.
    assert proposed.until == dates.local_of(tx.now + timedelta(minutes=75), group.zone)[1]
    form = start_form(for_language("nl"), proposed)
    [menu] = [block["element"] for block in form["blocks"] if block["block_id"] == "case"]
    assert menu["initial_option"]["value"] == TOGETHER


def test_a_case_that_the_poll_beforehand_chose_can_be_chosen_still(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    make_case(tx, group, CHLOE, state=CaseState.CHOSEN, title="Van de stemming")
    make_case(tx, group, ANNA, title="Van de lijst")
    found = gather(tx, ANNA, CHLOE)
    assert shown(tx, found) == ["Van de stemming", "Van de lijst"]


def test_nobody_outside_the_group_reads_or_presses_anything(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    for press in (
        lambda: selections.check_in_to_choose(tx, "U0EVE", ref(found)),
        lambda: selections.echo(tx, "U0EVE", of(found, case_of(tx, ANNA))),
        lambda: selections.own_line_form(tx, "U0EVE", found.id),
        lambda: selections.cases_to_pick(tx, "U0EVE", control(found)),
    ):
        with pytest.raises(Refused):
            press()


def test_attendance_begins_with_the_session(tx: Tx) -> None:
    found = choosing(tx, ANNA)
    assert tx.sql.scalars(select(Attendance)).all() == []
    sessions.bring_chosen_case(tx, ANNA, of(found, pick(tx, found, ANNA)))
    assert len(sessions.scene_of(tx, opened(tx)).present) == 4
