"""What comes back: the group's line for next time, the line of whoever led, and the time that everything took."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.console import queries
from bot.console import service as console
from bot.console.records import NextTimeLine
from bot.console.refs import NextTimeRef
from bot.sessions import service as sessions
from bot.sessions.views import TakeOverRef
from bot.storage import Tx
from bot.texts import Refused
from tests.console.people import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    EVALUATION,
    begin,
    console_of,
    end,
    give_marks,
    go_on,
    next_session,
    rows,
    session_at,
    sweep,
)
from tests.factories import buttons_of, control, text_of

LINE = "Eerder beginnen met de vraag"


def test_the_line_stands_at_the_top_next_time_until_it_is_ticked(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    console.write_group_line(tx, session.id, BRAM, LINE)
    # This time it is not yet different: it is agreed, and stays in sight until the end.
    assert "Deze keer anders" not in console_of(tx, session)
    assert f"*Afgesproken voor de volgende keer:* {LINE}" in console_of(tx, session)
    # What is left is to close.
    assert "*Zeg tot slot:*" in console_of(tx, session)
    assert "*Zeg:*" not in console_of(tx, session)
    end(tx, session)
    following = next_session(tx, session, facilitator=DAAN)
    assert console_of(tx, following, DAAN).startswith(f"*Deze keer anders:* {LINE}")
    begin(tx, following)
    assert console_of(tx, following, DAAN).startswith(f"*Deze keer anders:* {LINE}")
    [line] = queries.next_time_lines(tx, following.group_id)
    assert console.finish_group_line(tx, NextTimeRef(following.id, line.id), DAAN)
    assert LINE not in console_of(tx, following, DAAN)
    assert rows(tx, NextTimeLine) == []
    assert not console.finish_group_line(tx, NextTimeRef(following.id, line.id), DAAN)


def test_it_stands_in_the_first_words_of_the_thread_and_never_in_the_channel(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    console.write_group_line(tx, session.id, BRAM, LINE)
    end(tx, session)
    following = next_session(tx, session)
    assert LINE in text_of(tx, f"{following.id}/welcome")
    assert LINE not in text_of(tx, f"{following.id}/card")
    [line] = queries.next_time_lines(tx, following.group_id)
    console.finish_group_line(tx, NextTimeRef(following.id, line.id), BRAM)
    assert LINE not in text_of(tx, f"{following.id}/welcome")


def test_there_is_one_line_and_the_form_opens_with_it(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    console.write_group_line(tx, session.id, BRAM, LINE)
    assert console.line_to_change(tx, session.id, BRAM) == LINE
    console.write_group_line(tx, session.id, BRAM, "Korter vertellen")
    assert [one.text for one in rows(tx, NextTimeLine)] == ["Korter vertellen"]
    end(tx, session)
    # A line that nobody ticked waits for the next one, and is replaced by it.
    following = begin(tx, next_session(tx, session), EVALUATION)
    assert console.line_to_change(tx, following.id, BRAM) == "Korter vertellen"
    console.write_group_line(tx, following.id, BRAM, "Meer stilte")
    assert [one.text for one in rows(tx, NextTimeLine)] == ["Meer stilte"]
    console.write_group_line(tx, following.id, BRAM, "")
    assert rows(tx, NextTimeLine) == []


def test_only_whoever_leads_writes_and_ticks_it(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    with pytest.raises(Refused):
        console.write_group_line(tx, session.id, CHLOE, LINE)
    console.write_group_line(tx, session.id, BRAM, LINE)
    [line] = rows(tx, NextTimeLine)
    with pytest.raises(Refused):
        console.finish_group_line(tx, NextTimeRef(session.id, line.id), CHLOE)


def test_its_button_is_there_in_the_evaluation_alone(tx: Tx) -> None:
    session = session_at(tx, EVALUATION - 1)
    console_of(tx, session)
    assert "console.next_time" not in buttons_of(tx, f"{session.id}/facilitator/{BRAM}")
    go_on(tx, session)
    console_of(tx, session)
    assert "console.next_time" in buttons_of(tx, f"{session.id}/facilitator/{BRAM}")


def test_a_takeover_keeps_what_stands_at_the_top(tx: Tx) -> None:
    """The leader's phone dies: the console of whoever takes over says the same, but for what is private."""
    session = session_at(tx, EVALUATION)
    console.write_group_line(tx, session.id, BRAM, LINE)
    go_on(tx, session)
    console.write_own_line(tx, session.id, BRAM, "Ik praat te veel")
    following = begin(tx, next_session(tx, session))
    assert "Ik praat te veel" in console_of(tx, following)
    sessions.take_over(tx, DAAN, TakeOverRef(following.id, BRAM))
    sweep(tx)
    said = console_of(tx, following, DAAN)
    assert said.startswith(f"*Deze keer anders:* {LINE}")
    assert "Ik praat te veel" not in said
    assert "console.line_done" in buttons_of(tx, f"{following.id}/facilitator/{DAAN}")
    assert buttons_of(tx, f"{following.id}/facilitator/{BRAM}") == []
    assert text_of(tx, f"{following.id}/facilitator/{BRAM}") == f"<@{DAAN}> leidt de sessie nu."


def test_afterwards_whoever_led_sees_the_time_and_neither_names_nor_a_judgement(tx: Tx) -> None:
    session = session_at(tx)
    sessions.extend(tx, BRAM, control(tx, session.id))
    sessions.extend(tx, BRAM, control(tx, session.id))
    later = replace(tx, now=tx.now + timedelta(minutes=14))
    go_on(later, session)
    later = replace(tx, now=later.now + timedelta(minutes=9))
    end(later, session)
    said = text_of(tx, f"{session.id}/facilitator/{BRAM}")
    assert "Inbreng: 10, het werd 14 minuten" in said
    assert "Vragen: 4, het werd 9 minuten" in said
    assert "Analyse" not in said
    assert "Twee minuten erbij: 2 keer." in said
    assert "<@" not in said
    assert buttons_of(tx, f"{session.id}/facilitator/{BRAM}") == ["console.own_line"]


def test_afterwards_a_phase_that_went_as_planned_is_not_told(tx: Tx) -> None:
    session = session_at(tx)
    later = replace(tx, now=tx.now + timedelta(minutes=sessions.scene_of(tx, session).phase.minutes + 1))
    go_on(later, session)
    end(replace(tx, now=later.now + timedelta(minutes=9)), session)
    said = text_of(tx, f"{session.id}/facilitator/{BRAM}")
    assert "Inbreng" not in said
    assert "Vragen: 4, het werd 9 minuten" in said


def test_afterwards_whoever_led_sees_what_was_agreed_and_the_averages(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    for user in (ANNA, BRAM, CHLOE, DAAN):
        give_marks(tx, session, user)
    console.write_group_line(tx, session.id, BRAM, LINE)
    go_on(tx, session)
    said = text_of(tx, f"{session.id}/facilitator/{BRAM}")
    assert f"*Afgesproken voor de volgende keer:* {LINE}" in said
    assert "Cijfers (4 antwoorden): ‘Ik had er iets aan’ 4,0, ‘Ik voelde me veilig’ 4,0." in said


def test_a_phase_that_was_on_twice_counts_together(tx: Tx) -> None:
    session = session_at(tx)
    go_on(replace(tx, now=tx.now + timedelta(minutes=10)), session)
    back = replace(tx, now=tx.now + timedelta(minutes=12))
    sessions.previous_phase(back, BRAM, control(back, session.id))
    sweep(back)
    end(replace(tx, now=tx.now + timedelta(minutes=17)), session)
    said = text_of(tx, f"{session.id}/facilitator/{BRAM}")
    assert "Inbreng: 10, het werd 15 minuten" in said
    assert "Vragen: 4, het werd 2 minuten" in said


def test_ones_own_line_comes_back_when_one_leads_again_and_once(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    end(tx, session)
    console.write_own_line(tx, session.id, BRAM, "Meer stilte")
    assert "zie je terug als je weer leidt" in text_of(tx, f"{session.id}/facilitator/{BRAM}")
    between = next_session(tx, session, facilitator=DAAN)
    assert "Meer stilte" not in console_of(tx, between, DAAN)
    assert "Meer stilte" not in text_of(tx, f"{between.id}/welcome")
    end(tx, begin(tx, between))
    following = next_session(tx, between)
    assert console_of(tx, following).startswith("*Voor jezelf schreef je:* Meer stilte")
    end(tx, begin(tx, following))
    assert rows(tx, NextTimeLine) == []


def test_nobody_else_reads_or_writes_it(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    end(tx, session)
    for user in (ANNA, CHLOE, DAAN):
        with pytest.raises(Refused):
            console.own_line_to_change(tx, session.id, user)
        with pytest.raises(Refused):
            console.write_own_line(tx, session.id, user, "Iets")


def test_the_lines_go_with_the_other_texts_of_the_group(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    console.write_group_line(tx, session.id, BRAM, LINE)
    console.purge_texts(tx, session.group_id, tx.now)
    assert len(rows(tx, NextTimeLine)) == 1
    console.purge_texts(tx, session.group_id, tx.now + timedelta(seconds=1))
    assert rows(tx, NextTimeLine) == []


def test_the_words_are_encrypted(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    console.write_group_line(tx, session.id, BRAM, LINE)
    stored = tx.sql.connection().exec_driver_sql("SELECT text FROM next_time_lines").scalar_one()
    assert "beginnen" not in stored
