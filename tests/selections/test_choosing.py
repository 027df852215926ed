"""Choosing together, from the start without a case to the session that opens with the presenter's yes."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.attendance.records import Attendance
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.groups import service as groups
from bot.meetings import rules as dates
from bot.selections import service as selections
from bot.selections.records import SelectionCase, SelectionMark, SelectionParticipant
from bot.selections.views import LineForm
from bot.selections.views.refs import TakeOverSelection
from bot.sessions import service as sessions
from bot.sessions.service import RefusedWithOffer
from bot.sessions.service.start_form import start_form_of_group
from bot.sessions.views.form import TOGETHER, start_form
from bot.slack import ids
from bot.storage import Tx, new_id
from bot.texts import Refused, for_language
from tests.conftest import due_items, make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, buttons_of, keys, make_case, text_of
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
    sweep,
    type_line,
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


# A line that is typed


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


# Bad input and trouble


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


def test_three_people_of_whom_two_have_a_case(tx: Tx) -> None:
    """Bram leads; Anna and Chloé have a case each, and all three vote."""
    found = choosing(tx, ANNA, CHLOE, there=(ANNA, CHLOE))
    selections.open_vote(tx, BRAM, control(found))
    assert found.ends_at == tx.now + timedelta(minutes=2)
    assert selections.give_vote(tx, ANNA, of(found, case_of(tx, CHLOE)))
    assert selections.give_vote(tx, CHLOE, of(found, case_of(tx, CHLOE)))
    assert not selections.give_vote(tx, BRAM, of(found, case_of(tx, ANNA)))
    assert (found.state, found.asked_case) == ("asking", case_of(tx, CHLOE).id)
    assert tx.sql.scalars(select(SelectionMark)).all() == []
    sessions.bring_chosen_case(tx, CHLOE, of(found, case_of(tx, CHLOE)))
    assert opened(tx).presenter == CHLOE


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


def test_equal_votes_go_by_who_recognises_it_and_then_by_waiting(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.echo(tx, DAAN, of(found, case_of(tx, CHLOE)))
    selections.open_vote(tx, BRAM, control(found))
    for user, theirs in ((ANNA, ANNA), (BRAM, ANNA), (CHLOE, CHLOE), (DAAN, CHLOE)):
        selections.give_vote(tx, user, of(found, case_of(tx, theirs)))
    assert found.asked_case == case_of(tx, CHLOE).id
    assert "De stemmen waren gelijk" in text_of(tx, "candidates")
    selections.take_question_back(tx, BRAM, control(found))
    # Without that mark the case that waits longest comes first.
    tx.sql.execute(delete(SelectionMark))
    selections.open_vote(tx, BRAM, control(found))
    for user, theirs in ((ANNA, ANNA), (BRAM, ANNA), (CHLOE, CHLOE), (DAAN, CHLOE)):
        selections.give_vote(tx, user, of(found, case_of(tx, theirs)))
    assert found.asked_case == case_of(tx, ANNA).id


def test_a_vote_of_somebody_who_has_gone_does_not_count(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.open_vote(tx, BRAM, control(found))
    selections.give_vote(tx, DAAN, of(found, case_of(tx, ANNA)))
    selections.give_vote(tx, CHLOE, of(found, case_of(tx, CHLOE)))
    selections.tick_people(tx, BRAM, ref(found), {ANNA, BRAM, CHLOE})
    with pytest.raises(Refused) as refused:
        selections.give_vote(tx, DAAN, of(found, case_of(tx, ANNA)))
    assert "wie er is" in refused.value.say(for_language("nl"))
    selections.give_vote(tx, ANNA, of(found, case_of(tx, CHLOE)))
    selections.give_vote(tx, BRAM, of(found, case_of(tx, ANNA)))
    assert found.asked_case == case_of(tx, CHLOE).id


def test_a_vote_waits_for_nobody_who_leaves(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.open_vote(tx, BRAM, control(found))
    for user in (ANNA, BRAM, CHLOE):
        selections.give_vote(tx, user, of(found, case_of(tx, ANNA)))
    assert found.state == "polling"
    groups.leave_group(tx, found.group_id, DAAN)
    sweep(tx)
    assert (found.state, found.asked_case) == ("asking", case_of(tx, ANNA).id)
    with pytest.raises(Refused):
        selections.give_vote(tx, DAAN, of(found, case_of(tx, CHLOE)))


def test_a_vote_is_over_after_two_minutes_also_when_nobody_voted(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.open_vote(tx, BRAM, control(found))
    tx.now += timedelta(minutes=2)
    sweep(tx)
    assert found.state == "choosing"
    assert "Niemand heeft gestemd" in text_of(tx, "card")


def test_the_last_vote_of_somebody_counts(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE, there=(ANNA,))
    groups_there = {ANNA, BRAM, CHLOE}
    selections.tick_people(tx, BRAM, ref(found), groups_there)
    selections.open_vote(tx, BRAM, control(found))
    selections.give_vote(tx, ANNA, of(found, case_of(tx, ANNA)))
    selections.give_vote(tx, ANNA, of(found, case_of(tx, CHLOE)))
    selections.count_now(tx, BRAM, control(found))
    assert found.asked_case == case_of(tx, CHLOE).id


def test_the_presenter_who_leads_hands_the_lead_on(tx: Tx) -> None:
    found = choosing(tx, BRAM)
    sessions.bring_chosen_case(tx, BRAM, of(found, pick(tx, found, BRAM)))
    assert (opened(tx).presenter, opened(tx).facilitator) == (BRAM, None)


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


# Time


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


# Beside it


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
