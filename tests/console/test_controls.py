"""The controls of the console: the next step, three beside it, and all others in a window with what they do."""

from typing import Any

import pytest

from bot.console import listeners, views
from bot.console import service as console
from bot.delivery import outbox
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.slack import ids
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.console.people import (
    ADVICE,
    ANSWERS,
    ARRIVAL,
    BRAM,
    CHLOE,
    DAAN,
    EVALUATION,
    HARVEST,
    PRESENTATION,
    QUESTIONS,
    console_of,
    end,
    go_on,
    session_at,
    sweep,
)
from tests.factories import control, load, open_session

STOPS = {ids.SESSIONS_STOP, views.act_id(ids.SESSIONS_STOP)}
# What whoever leads can do while a phase is on, by the ids that buttons have had so far.
ALWAYS = {
    ids.SESSIONS_NEXT,
    ids.SESSIONS_PAUSE,
    ids.SESSIONS_EXTEND,
    ids.SESSIONS_BACK,
    ids.SESSIONS_STOP,
    ids.CONSOLE_PRESENT,
    ids.CONSOLE_TIME,
    ids.CONSOLE_SILENCE,
    ids.CONSOLE_PARK,
    ids.CONSOLE_SENTENCES,
}


def values(tx: Tx, session: Session) -> views.Console:
    return console.controls_for(tx, session.id, BRAM)


def row(tx: Tx, session: Session) -> list[dict[str, Any]]:
    """The buttons in the console."""
    message = views.console(for_language("nl"), values(tx, session))
    rows = [one for one in message.blocks if one.get("block_id") == "controls"]
    assert len(rows) == 1
    buttons: list[dict[str, Any]] = rows[0]["elements"]
    return buttons


def test_with_few_people_the_beginning_asks_first_and_leaves_no_question_behind(tx: Tx) -> None:
    session = load(tx, open_session(tx))
    assert row(tx, session)[0]["action_id"] == ids.SESSIONS_BEGIN
    assert "confirm" not in row(tx, session)[0]
    here = sessions.scene_of(tx, session).everyone
    next(one for one in here if one.user == DAAN).left_at = tx.now
    tx.sql.flush()
    button = row(tx, session)[0]
    assert button["text"]["text"] == "Beginnen"
    assert "met z'n drieën" in button["confirm"]["text"]["text"]
    assert button["confirm"]["confirm"]["text"] == "Toch beginnen"
    sessions.begin_anyway(tx, BRAM, control(tx, session.id))
    assert session.state == State.RUNNING


def window(tx: Tx, session: Session) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = views.more_window(for_language("nl"), values(tx, session))["blocks"]
    return shown


def labels(buttons: list[dict[str, Any]]) -> list[str]:
    return [one["text"]["text"] for one in buttons]


@pytest.mark.parametrize("meets", ["room", "thread"])
@pytest.mark.parametrize("phase", range(PRESENTATION, EVALUATION + 1))
def test_one_step_stands_out_and_everything_is_two_taps_away(tx: Tx, meets: str, phase: int) -> None:
    session = session_at(tx, phase, meets=meets)
    buttons = row(tx, session)
    assert len(buttons) <= 5
    assert [one.get("style") for one in buttons] == ["primary", *[None] * (len(buttons) - 1)]
    assert buttons[-1]["action_id"] == ids.CONSOLE_MORE
    inside = window(tx, session)
    reached = {one["action_id"] for one in buttons} | {
        one["accessory"]["action_id"].removeprefix(f"{ids.CONSOLE_ACT}.") for one in inside
    }
    # In the thread nothing lies before the first phase.
    first = {ids.SESSIONS_BACK} if session.phase_index == session.first_phase else set()
    assert ALWAYS - first <= reached
    # Each says what it does; none stands out, and nothing is in both.
    assert all(one["text"]["text"].endswith(".") for one in inside)
    assert not [one for one in inside if "style" in one["accessory"]]
    assert not {one["accessory"]["action_id"] for one in inside} & {one["action_id"] for one in buttons}


@pytest.mark.parametrize("meets", ["room", "thread"])
def test_what_ends_a_session_never_stands_where_the_next_step_does(tx: Tx, meets: str) -> None:
    session = session_at(tx, QUESTIONS, meets=meets)
    for act in (None, sessions.pause):
        if act is not None:
            act(tx, BRAM, control(tx, session.id))
        assert not STOPS & {one["action_id"] for one in row(tx, session)}
        assert window(tx, session)[-1]["accessory"]["action_id"] in STOPS
    asked = str(window(tx, session)[-1]["accessory"]["confirm"])
    assert ("thread" in asked) is (meets == "thread")


def test_the_step_within_a_phase_comes_before_the_next_phase(tx: Tx) -> None:
    session = session_at(tx, ADVICE)
    assert labels(row(tx, session))[:2] == ["Iedereen heeft geschreven", "Door naar Reactie"]


def test_in_a_pause_the_sentences_are_in_sight(tx: Tx) -> None:
    session = session_at(tx, ANSWERS)
    sessions.pause(tx, BRAM, control(tx, session.id))
    assert labels(row(tx, session))[:3] == ["Verder", "Door naar Je vraag", "Wat zeg ik als …"]


def test_every_control_of_the_window_has_an_effect_of_its_own() -> None:
    assert set(listeners.ACTS) == views.AT_ONCE


def test_the_window_is_for_whoever_leads_while_the_session_is_open(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    with pytest.raises(Refused):
        console.controls_for(tx, session.id, CHLOE)
    end(tx, session)
    with pytest.raises(Refused):
        console.controls_for(tx, session.id, BRAM)


def test_many_names_are_a_few_and_a_count_until_the_presentation(tx: Tx) -> None:
    session = session_at(tx, ARRIVAL)
    said = console_of(tx, session)
    assert "Erbij: <@U0ANNA> en 3 anderen." in said
    for user in (CHLOE, DAAN):
        sessions.mark_left(tx, sessions.scene_of(tx, session), user)
    assert "Erbij: <@U0ANNA> en <@U0BRAM>." in console_of(tx, session)
    go_on(tx, session)
    assert "Erbij: " not in console_of(tx, session)


def test_that_the_minute_of_silence_is_over_goes_when_something_follows(tx: Tx) -> None:
    session = session_at(tx, ANSWERS)
    console.end_silence(tx, sessions.scene_of(tx, session), BRAM)
    told = sessions.thread_key(session, "silence") + "/"
    sweep(tx)
    assert outbox.live_keys(tx, told)
    console.refresh_console(tx, sessions.scene_of(tx, session))
    sweep(tx)
    assert not outbox.live_keys(tx, told)


def test_the_last_phase_has_a_last_sentence(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    assert "*Zeg tot slot:* _Dank je, <@U0ANNA>, en dank jullie allemaal." in console_of(tx, session)


def test_of_the_harvest_it_counts_what_is_written_and_says_that_aloud_is_as_good(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    assert "0 van de 4 hebben iets opgeschreven. Hardop zeggen is net zo goed." in console_of(tx, session)
