"""A session ends when it said it would, with its evaluation: what is offered, to whom, and what the group hears."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app import due_handlers
from bot.cases.rules import CaseState
from bot.console import service as console
from bot.console import views
from bot.jobs import queue
from bot.sessions import service
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import RefusedWithOffer, transitions
from bot.sessions.views import SessionRef
from bot.sessions.views.card import session_card
from bot.slack import ids
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.conftest import run_due
from tests.factories import (
    BRAM,
    CHLOE,
    buttons_of,
    control,
    deliver,
    keys,
    load,
    open_session,
    text_of,
)

NL = for_language("nl")
MINUTE = timedelta(minutes=1)
PRESENTATION, QUESTIONS, ANSWERS, REWORDED, ANALYSIS, ADVICE, RESPONSE, HARVEST, EVALUATION = range(1, 10)
OFFERED = {ids.SESSIONS_KEEP_END, ids.SESSIONS_END_LATER, ids.SESSIONS_SKIP_PHASE}
HANDLERS = dict(due_handlers())


def later(tx: Tx, minutes: float) -> Tx:
    return replace(tx, now=tx.now + minutes * MINUTE)


def begun(
    tx: Tx, minutes: int | None = 60, *, phase: int = PRESENTATION, auto_advance: bool = False
) -> Session:
    """A session of an hour, in a phase that has just begun. `minutes`: until when they have, from its beginning."""
    session = load(tx, open_session(tx, auto_advance=auto_advance))
    if minutes is not None:
        session.ends_by = tx.now + minutes * MINUTE
    service.begin_anyway(tx, BRAM, control(tx, session.id))
    sweep(tx)
    while session.phase_index < phase:
        service.next_phase(tx, BRAM, control(tx, session.id))
        sweep(tx)
    return session


def sweep(tx: Tx) -> None:
    run_due(tx, HANDLERS)
    deliver(tx)


def console_of(tx: Tx, session: Session) -> tuple[str, set[str]]:
    """The text of the console, and its buttons."""
    console.refresh_console(tx, service.scene_of(tx, session))
    key = f"{session.id}/facilitator/{BRAM}"
    return text_of(tx, key), set(buttons_of(tx, key))


def minutes_of(session: Session) -> list[int]:
    return [phase.minutes for phase in service.method_of(session).phases][PRESENTATION:]


def told(tx: Tx) -> list[str]:
    return [text_of(tx, key.removeprefix("session/")) for key in keys(tx, "%/time/%")]


def paused_for(tx: Tx, session: Session, minutes: int) -> Tx:
    service.pause(tx, CHLOE, control(tx, session.id))
    then = later(tx, minutes)
    service.resume(then, BRAM, control(then, session.id))
    return then


def test_after_a_pause_whoever_leads_alone_gets_the_choices(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    session.ends_by = tx.now + 46 * MINUTE
    then = paused_for(tx, session, 11)
    text, buttons = console_of(then, session)
    assert buttons >= OFFERED
    assert "11 minuten" in text
    assert "Advies" in text
    for key in (*keys(tx, "%/card"), *keys(tx, "%/prompt")):
        assert not OFFERED & set(buttons_of(tx, key.removeprefix("session/")))
    assert not told(tx)


def test_the_plan_that_is_taken_stands_on_the_card_and_the_group_hears_one_line(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    session.ends_by = tx.now + 46 * MINUTE
    then = paused_for(tx, session, 11)
    service.keep_end(then, BRAM, control(then, session.id))
    assert session.ends_at is not None
    rest = sum(minutes_of(session)[ANSWERS:])
    assert session.ends_at + rest * MINUTE == session.ends_by
    # The phase that is on keeps its minutes, and so do those before it.
    assert minutes_of(session)[:ANSWERS] == [10, 4, 9]
    # The middle can spare nine of the eleven minutes, with three who have a turn; the end gives the others.
    assert minutes_of(session)[ANSWERS:] == [2, 6, 5, 4, 4, 5]
    card = text_of(tx, f"{session.id}/card")
    view = service.scene_of(then, session).view()
    end = view.at(service.scene_of(then, session).t, session.ends_by)
    assert f"Jullie hebben tot {end}" in card
    assert len(told(tx)) == 1
    assert "korter" in told(tx)[0]
    assert not OFFERED & console_of(then, session)[1]


def test_a_second_press_on_the_same_button_changes_nothing(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    session.ends_by = tx.now + 46 * MINUTE
    then = paused_for(tx, session, 11)
    ref = control(then, session.id)
    service.keep_end(then, BRAM, ref)
    kept = minutes_of(session)
    with pytest.raises(Refused):
        service.keep_end(then, BRAM, ref)
    with pytest.raises(Refused):
        service.skip_spare_phase(then, BRAM, ref)
    assert minutes_of(session) == kept


def test_who_does_not_lead_cannot_choose(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    session.ends_by = tx.now + 46 * MINUTE
    then = paused_for(tx, session, 11)
    with pytest.raises(RefusedWithOffer):
        service.keep_end(then, CHLOE, control(then, session.id))


def test_later_keeps_every_minute_and_says_until_when(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    session.ends_by = tx.now + 46 * MINUTE
    before = minutes_of(session)
    then = paused_for(tx, session, 11)
    service.end_later(then, BRAM, control(then, session.id))
    assert minutes_of(session) == before
    assert session.ends_by == then.now + 46 * MINUTE
    assert len(told(tx)) == 1
    assert not OFFERED & console_of(then, session)[1]


def test_the_analysis_can_be_left_out_and_its_clock_never_runs(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    session.ends_by = tx.now + 46 * MINUTE
    then = paused_for(tx, session, 11)
    service.skip_spare_phase(then, BRAM, control(then, session.id))
    assert minutes_of(session)[ANALYSIS - 1] == 0
    title = service.method_of(session).phases[ANALYSIS].title("nl")
    assert f"{title}: overgeslagen" in _card(tx, session)
    for _ in range(2):
        service.next_phase(then, BRAM, control(then, session.id))
        sweep(then)
    assert session.phase_index == ADVICE
    service.previous_phase(then, BRAM, control(then, session.id))
    assert session.phase_index == REWORDED


def _card(tx: Tx, session: Session) -> str:
    scene = service.scene_of(tx, session)
    return str(session_card(scene.t, scene.view()).blocks)


def test_without_an_end_nothing_is_offered_before_the_second_extension(tx: Tx) -> None:
    session = begun(tx, None, phase=ANSWERS)
    then = paused_for(tx, session, 11)
    assert not OFFERED & console_of(then, session)[1]
    service.extend(then, BRAM, control(then, session.id))
    assert not OFFERED & console_of(then, session)[1]
    service.extend(then, BRAM, control(then, session.id))
    assert console_of(then, session)[1] >= OFFERED
    service.keep_end(then, BRAM, control(then, session.id))
    assert sum(minutes_of(session)) == 60 - 4


def test_extensions_shrink_and_after_the_third_the_group_is_asked(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    at = session.ends_at
    assert at is not None
    given = []
    for _ in range(3):
        service.extend(tx, BRAM, control(tx, session.id))
        assert session.ends_at is not None
        given.append((session.ends_at - at) // MINUTE)
        at = session.ends_at
    assert given == [2, 2, 1]
    with pytest.raises(Refused):
        service.extend(tx, BRAM, control(tx, session.id))
    session.offers_time = False
    text, buttons = console_of(tx, session)
    assert "Vraag het de groep: nog even door met Antwoorden, of verder?" in text
    assert ids.SESSIONS_EXTEND not in buttons
    service.next_phase(tx, BRAM, control(tx, session.id))
    assert ids.SESSIONS_EXTEND in console_of(tx, session)[1]


def test_the_way_to_the_response_is_offered_when_only_the_end_still_fits(tx: Tx) -> None:
    session = begun(tx, phase=ADVICE)
    session.ends_by = tx.now + 18 * MINUTE
    transitions.schedule_jobs(tx, service.scene_of(tx, session))
    assert ids.SESSIONS_JUMP not in console_of(tx, session)[1]
    then = later(tx, 5)
    sweep(then)
    text, buttons = console_of(then, session)
    assert ids.SESSIONS_JUMP in buttons
    assert "Rond nu af" in text
    assert len(keys(tx, f"%/round_off/%/{BRAM}")) == 1
    last = later(tx, 7)
    service.jump_to_protected(last, BRAM, control(last, session.id))
    assert session.phase_index == RESPONSE
    assert minutes_of(session)[RESPONSE - 1 :] == [4, 3, 4]
    assert session.ends_at == last.now + 4 * MINUTE


def test_the_end_keeps_more_where_there_is_more(tx: Tx) -> None:
    session = begun(tx, phase=ADVICE)
    session.ends_by = tx.now + 13 * MINUTE
    service.jump_to_protected(tx, BRAM, control(tx, session.id))
    assert sum(minutes_of(session)[RESPONSE - 1 :]) == 13


@pytest.mark.parametrize("phase", [PRESENTATION, RESPONSE])
def test_who_tells_or_responds_is_not_troubled_with_the_time(tx: Tx, phase: int) -> None:
    session = begun(tx, phase=phase)
    session.ends_by = tx.now + 12 * MINUTE
    then = paused_for(tx, session, 11)
    assert not {*OFFERED, ids.SESSIONS_JUMP} & console_of(then, session)[1]
    with pytest.raises(Refused):
        service.keep_end(then, BRAM, control(then, session.id))
    answer = console.ask_for_time(then, session.id, BRAM)
    assert answer is not None
    assert "heeft het woord" in answer(NL).text
    # It comes once that phase is over.
    service.next_phase(then, BRAM, control(then, session.id))
    assert {ids.SESSIONS_END_LATER, ids.SESSIONS_JUMP} & console_of(then, session)[1]


def test_a_phase_that_ended_late_brings_the_offer_with_the_next_one(tx: Tx) -> None:
    session = begun(tx, phase=QUESTIONS)
    session.ends_by = tx.now + 50 * MINUTE
    then = later(tx, 9)
    service.next_phase(then, BRAM, control(then, session.id))
    assert console_of(then, session)[1] >= OFFERED


def test_the_time_can_be_asked_for_at_any_moment(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    in_time = console.ask_for_time(tx, session.id, BRAM)
    assert in_time is not None
    assert "op tijd" in in_time(NL).text
    session.ends_by = tx.now + 30 * MINUTE
    assert console.ask_for_time(tx, session.id, BRAM) is None
    assert console_of(tx, session)[1] >= OFFERED
    with pytest.raises(Refused):
        console.ask_for_time(tx, session.id, CHLOE)


def test_in_a_pause_nobody_counts_minutes(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    session.ends_by = tx.now + 30 * MINUTE
    assert console.ask_for_time(tx, session.id, BRAM) is None
    service.pause(tx, CHLOE, control(tx, session.id))
    assert not OFFERED & console_of(tx, session)[1]


def test_an_hour_of_pause_leaves_nothing_to_take_and_the_choice_is_theirs(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    session.ends_by = tx.now + 80 * MINUTE
    then = paused_for(tx, session, 60)
    text, buttons = console_of(then, session)
    assert buttons >= OFFERED
    assert "zijn jullie klaar om" in text
    service.keep_end(then, BRAM, control(then, session.id))
    # Three have a turn in the advice round, of a minute and a half each.
    others = 3
    least = [
        phase.least_for(others if phase.key == "advice" else 0) for phase in service.method_of(session).phases
    ]
    assert minutes_of(session)[ANSWERS:] == least[REWORDED:]
    # The end moves along, so that nobody is asked again.
    assert not OFFERED & console_of(then, session)[1]


def test_nothing_that_can_be_taken_leaves_only_later(tx: Tx) -> None:
    session = begun(tx, phase=HARVEST)
    service.next_phase(tx, BRAM, control(tx, session.id))
    session.ends_by = tx.now
    assert console.ask_for_time(tx, session.id, BRAM) is None
    assert OFFERED & console_of(tx, session)[1] == {ids.SESSIONS_END_LATER}


def test_where_phases_go_on_by_themselves_the_plan_is_taken_and_said(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS, auto_advance=True)
    session.ends_by = tx.now + 46 * MINUTE
    then = paused_for(tx, session, 11)
    assert session.ends_at is not None
    assert session.ends_at + sum(minutes_of(session)[ANSWERS:]) * MINUTE == session.ends_by
    assert len(told(tx)) == 1
    assert not OFFERED & console_of(then, session)[1]


def test_by_themselves_too_nothing_changes_while_somebody_tells(tx: Tx) -> None:
    session = begun(tx, auto_advance=True)
    then = paused_for(tx, session, 11)
    assert sum(minutes_of(session)) == 60
    assert not told(tx)
    service.next_phase(later(then, 10), BRAM, control(then, session.id))
    assert sum(minutes_of(session)) < 60
    assert len(told(tx)) == 1


def test_before_a_stop_the_evaluation_is_offered(tx: Tx) -> None:
    session = begun(tx, phase=ADVICE)
    with pytest.raises(RefusedWithOffer) as asked:
        service.ask_to_stop(tx, BRAM, SessionRef(session.id))
    assert "Alleen nog evalueren" in asked.value.offer(NL).text
    assert session.state is State.RUNNING
    service.evaluate_only(tx, BRAM, control(tx, session.id))
    assert session.phase_index == EVALUATION
    assert session.ends_at == tx.now + 3 * MINUTE
    service.next_phase(tx, BRAM, control(tx, session.id))
    assert (session.state, session.ended_how) == (State.ENDED, "stopped")
    assert service.scene_of(tx, session).case.state == CaseState.TREATED


def test_a_case_that_was_hardly_told_goes_back_to_the_list_after_the_evaluation(tx: Tx) -> None:
    session = begun(tx, phase=QUESTIONS)
    service.evaluate_only(tx, BRAM, control(tx, session.id))
    service.next_phase(tx, BRAM, control(tx, session.id))
    assert session.ended_how == "stopped"
    assert service.scene_of(tx, session).case.state == CaseState.HANDED_IN


def test_a_stop_while_gathering_asks_nothing(tx: Tx) -> None:
    session = load(tx, open_session(tx))
    service.ask_to_stop(tx, BRAM, SessionRef(session.id))
    assert session.state is State.ENDED


def test_a_stop_while_evaluating_asks_nothing(tx: Tx) -> None:
    session = begun(tx, phase=EVALUATION)
    service.ask_to_stop(tx, BRAM, SessionRef(session.id))
    assert session.state is State.ENDED


def test_a_session_of_before_goes_on_as_it_was(tx: Tx) -> None:
    session = begun(tx, None, phase=QUESTIONS)
    session.method, session.snapshot = "incident", None
    for _ in range(5):
        service.extend(tx, BRAM, control(tx, session.id))
    buttons = console_of(tx, session)[1]
    assert not {*OFFERED, ids.CONSOLE_TIME} & buttons
    assert ids.SESSIONS_EXTEND in buttons
    assert queue.scheduled_time(tx, transitions.ROUND_OFF, session.id) is None
    service.ask_to_stop(tx, BRAM, SessionRef(session.id))
    assert session.state is State.ENDED


def test_after_an_absence_that_outlasts_the_end_whoever_leads_gets_the_choices(tx: Tx) -> None:
    session = begun(tx, phase=ANSWERS)
    session.ends_by = tx.now + 46 * MINUTE
    then = later(tx, 61)
    service.on_downtime(then, later(tx, 1).now, then.now)
    assert session.state is State.PAUSED
    assert not OFFERED & console_of(then, session)[1]
    service.give_back(then, BRAM, control(then, session.id))
    text, buttons = console_of(then, session)
    # Beside the way to the response two of the choices are in sight, and the third is in the window.
    assert buttons >= OFFERED - {ids.SESSIONS_SKIP_PHASE}
    window = views.more_window(NL, console.controls_for(then, session.id, BRAM))
    assert views.act_id(ids.SESSIONS_SKIP_PHASE) in str(window)
    assert "60 minuten" in text


def test_with_many_people_the_round_of_advice_takes_as_long_as_their_turns(tx: Tx) -> None:
    session = load(tx, open_session(tx))
    service.begin_anyway(tx, BRAM, control(tx, session.id))
    assert minutes_of(session)[ADVICE - PRESENTATION] == 10
    crowded = load(tx, open_session(tx, channel="C0CROWD"))
    for number in range(4):
        service.mark_present(tx, service.scene_of(tx, crowded), f"U0MORE{number}")
    service.begin_anyway(tx, BRAM, control(tx, crowded.id))
    # Seven turns of a minute and a half, rounded up.
    assert minutes_of(crowded)[ADVICE - PRESENTATION] == 11
