"""The clock while a group chooses: a pause, extensions that shrink, and what falls due meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery import outbox
from bot.jobs import queue
from bot.selections import jobs
from bot.selections import service as selections
from bot.selections.records import Selection
from bot.selections.rules import Outcome
from bot.selections.service.access import choosing_of
from bot.selections.service.showing import view_of
from bot.selections.service.steps import STEP_END
from bot.selections.views import card
from bot.slack import ids
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.conftest import due_items
from tests.factories import ANNA, BRAM, CHLOE, DAAN, buttons_of, text_of
from tests.selections.people import case_of, choosing, control, gather, more_time, of, pick, ref, sweep

MINUTE = timedelta(minutes=1)


def ends_of_steps(tx: Tx) -> list[object]:
    return [job.at for job in due_items(tx) if job.kind == STEP_END]


def own_buttons(tx: Tx) -> list[str]:
    """What whoever leads can press in their private message."""
    return buttons_of(tx, f"leader/{BRAM}")


def test_a_pause_stops_the_clock_and_the_rest_comes_back(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    assert found.ends_at == tx.now + 3 * MINUTE
    found.ends_at = tx.now + 2 * MINUTE
    selections.pause_selection(tx, DAAN, ref(found))
    assert found.remaining == 2 * MINUTE
    assert ends_of_steps(tx) == []
    for text in (text_of(tx, "card"), text_of(tx, f"leader/{BRAM}")):
        assert "*De klok staat stil* in Kies samen. Straks nog 2 minuten." in text
    selections.resume_selection(tx, BRAM, ref(found))
    assert ends_of_steps(tx) == [tx.now + 2 * MINUTE]
    assert "De klok staat stil" not in text_of(tx, "card")


def test_the_controls_of_the_time_stand_on_the_card_and_with_whoever_leads(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    for buttons in (buttons_of(tx, "card"), own_buttons(tx)):
        assert {ids.SELECTION_PAUSE, ids.SELECTION_EXTEND} <= set(buttons)
        assert ids.SELECTION_RESUME not in buttons
    selections.pause_selection(tx, BRAM, ref(found))
    for buttons in (buttons_of(tx, "card"), own_buttons(tx)):
        assert {ids.SELECTION_RESUME, ids.SELECTION_EXTEND} <= set(buttons)
        assert ids.SELECTION_PAUSE not in buttons


def test_anybody_who_is_there_pauses_and_whoever_leads_goes_on(tx: Tx) -> None:
    found = choosing(tx, ANNA, there=(ANNA, CHLOE))
    selections.pause_selection(tx, DAAN, ref(found))
    with pytest.raises(Refused) as again:
        selections.pause_selection(tx, ANNA, ref(found))
    assert again.value.say(for_language("nl")) == "De klok staat al stil."
    with pytest.raises(selections.OfferToLead):
        selections.resume_selection(tx, CHLOE, ref(found))
    selections.resume_selection(tx, BRAM, ref(found))
    with pytest.raises(Refused):
        selections.resume_selection(tx, BRAM, ref(found))


def test_where_no_clock_runs_there_is_nothing_to_pause(tx: Tx) -> None:
    found = gather(tx, ANNA)
    assert not {ids.SELECTION_PAUSE, ids.SELECTION_EXTEND} & set(buttons_of(tx, "card"))
    with pytest.raises(Refused):
        selections.pause_selection(tx, ANNA, ref(found))
    with pytest.raises(Refused):
        selections.extend_step(tx, BRAM, more_time(found))


def test_extensions_shrink_and_then_the_group_decides_aloud(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    for minutes in (2, 2, 1):
        before = found.ends_at
        assert before is not None
        assert ids.SELECTION_EXTEND in own_buttons(tx)
        selections.extend_step(tx, BRAM, more_time(found))
        assert found.ends_at == before + minutes * MINUTE
    assert ids.SELECTION_EXTEND not in own_buttons(tx)
    assert ends_of_steps(tx) == [found.ends_at]
    with pytest.raises(Refused) as refused:
        selections.extend_step(tx, BRAM, more_time(found))
    assert "Vraag het de groep hardop" in refused.value.say(for_language("nl"))


def test_in_writing_nothing_is_asked_or_chosen_aloud(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE, meets="thread")
    for _ in range(3):
        selections.extend_step(tx, BRAM, more_time(found))
    with pytest.raises(Refused) as refused:
        selections.extend_step(tx, BRAM, more_time(found))
    assert refused.value.say(for_language("nl")).endswith("Vraag het de groep: nog langer, of door?")
    assert refused.value.say(for_language("en")).endswith("Ask the group: longer, or go on?")
    view = view_of(choosing_of(tx, found))
    for language, label in (("nl", "Gekozen: deze"), ("en", "Chosen: this one")):
        t = for_language(language)
        assert label in str(card.controls(t, view))
        assert "hread" in card.why_again(t, replace(view, outcome=Outcome.NO_VOTES))


def test_the_next_step_has_its_own_extensions(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    for _ in range(3):
        selections.extend_step(tx, BRAM, more_time(found))
    selections.go_round_again(tx, BRAM, control(found))
    assert found.extensions == 0
    assert ids.SELECTION_EXTEND in own_buttons(tx)


def test_a_second_click_on_more_time_counts_once(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    pressed, before = more_time(found), found.ends_at
    assert before is not None
    selections.extend_step(tx, BRAM, pressed)
    with pytest.raises(Refused):
        selections.extend_step(tx, BRAM, pressed)
    assert found.ends_at == before + 2 * MINUTE


def test_only_whoever_leads_gives_more_time(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    with pytest.raises(selections.OfferToLead):
        selections.extend_step(tx, CHLOE, more_time(found))


def test_more_time_in_a_pause_is_there_afterwards(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.pause_selection(tx, BRAM, ref(found))
    selections.extend_step(tx, BRAM, more_time(found))
    assert (found.ends_at, found.remaining) == (None, 5 * MINUTE)
    selections.resume_selection(tx, BRAM, ref(found))
    assert found.ends_at == tx.now + 5 * MINUTE


def time_is_up(tx: Tx, found: Selection) -> None:
    found.ends_at = tx.now - timedelta(seconds=20)
    queue.cancel(tx, STEP_END, found.id)
    queue.schedule(tx, STEP_END, found.id, tx.now, {"version": found.version})
    sweep(tx)


def test_a_step_whose_time_was_up_runs_again_and_its_call_goes(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    time_is_up(tx, found)
    called = f"selection/{found.id}/up/"
    assert outbox.live_keys(tx, called)
    selections.extend_step(tx, BRAM, more_time(found))
    assert found.ends_at == tx.now + 2 * MINUTE
    assert not outbox.live_keys(tx, called)


def test_a_vote_gets_a_pause_and_no_more_time(tx: Tx) -> None:
    """Two minutes at most; and in a pause nothing goes on by itself."""
    found = choosing(tx, ANNA, CHLOE)
    selections.open_vote(tx, BRAM, control(found))
    assert ids.SELECTION_EXTEND not in buttons_of(tx, "card")
    with pytest.raises(Refused):
        selections.extend_step(tx, BRAM, more_time(found))
    selections.pause_selection(tx, DAAN, ref(found))
    for user in (ANNA, BRAM, CHLOE, DAAN):
        selections.give_vote(tx, user, of(found, case_of(tx, CHLOE)))
    assert found.state == "polling"
    selections.resume_selection(tx, BRAM, ref(found))
    assert (found.state, found.asked_case) == ("asking", case_of(tx, CHLOE).id)


def test_the_next_step_ends_a_pause(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.pause_selection(tx, BRAM, ref(found))
    selections.go_round_again(tx, BRAM, control(found))
    assert (found.remaining, found.ends_at) == (None, tx.now + 8 * MINUTE)


def test_a_case_that_is_chosen_in_a_pause_ends_it(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.pause_selection(tx, BRAM, ref(found))
    pick(tx, found, ANNA)
    assert (found.state, found.remaining) == ("asking", None)
    assert not {ids.SELECTION_PAUSE, ids.SELECTION_RESUME} & set(buttons_of(tx, "card"))


@pytest.mark.parametrize("changes", ["pause", "extend"])
def test_an_end_that_comes_at_the_same_moment_ends_nothing(tx: Tx, changes: str) -> None:
    """Steps go on by themselves here, and the runner holds the end of the step already."""
    found = choosing(tx, ANNA, CHLOE, auto_advance=True)
    selections.go_round_again(tx, BRAM, control(found))
    item = queue.Job(tx.workspace, STEP_END, found.id, tx.now, {"version": found.version})
    if changes == "pause":
        selections.pause_selection(tx, DAAN, ref(found))
    else:
        selections.extend_step(tx, BRAM, more_time(found))
    jobs.on_step_end(tx, item)
    assert found.state == "inventory"


def test_a_pause_of_an_hour_closes_it(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.pause_selection(tx, DAAN, ref(found))
    [unattended] = [job for job in due_items(tx) if job.kind == "selection.unattended"]
    assert unattended.at == tx.now + timedelta(hours=1)
    unattended.at = tx.now
    tx.sql.flush()
    sweep(tx)
    assert (found.state, found.remaining) == ("closed", None)


def test_a_pause_that_a_version_without_pauses_ended_is_over(tx: Tx) -> None:
    """That version stores the next step and its end, and leaves what was left where it is."""
    found = choosing(tx, ANNA, CHLOE)
    selections.pause_selection(tx, DAAN, ref(found))
    found.state, found.ends_at = "inventory", tx.now + 8 * MINUTE  # type: ignore[assignment]
    found.version += 1
    selections.check_in_to_choose(tx, CHLOE, ref(found))
    tx.sql.flush()
    selections.tick_people(tx, BRAM, ref(found), {ANNA, BRAM, CHLOE})
    assert "De klok staat stil" not in text_of(tx, "card")
    assert ids.SELECTION_PAUSE in buttons_of(tx, "card")
