"""Questions are written first and revealed together, and nothing that was written stays hidden."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.groups import service as groups
from bot.rounds import queries as round_queries
from bot.rounds.records import Question
from bot.rounds.service import notes, phases, questions
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.views import PhaseRef
from bot.storage import Tx
from bot.texts import Refused
from tests.conftest import OURS, THEIRS, make_group, outgoing
from tests.factories import ANNA, BRAM, CHLOE, DAAN, control
from tests.rounds.people import ANALYSIS, ANSWERS, QUESTIONS, in_thread, move_on, ref, session_at, sweep


def write(tx: Tx, where: PhaseRef, user: str, *texts: str) -> None:
    questions.write_question(tx, where, user, list(texts))


def test_questions_stay_hidden_until_everyone_has_written_and_then_appear_once(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    write(tx, ref(session), BRAM, "Wat zei zij toen?")
    write(tx, ref(session), CHLOE, "Wat wil jij?", "Wie helpt jou?")
    assert "Wat zei zij toen?" not in in_thread(tx)
    write(tx, ref(session), DAAN, "Hoe voelde dat?")
    shown = in_thread(tx)
    for text in ("Wat zei zij toen?", "Wat wil jij?", "Wie helpt jou?", "Hoe voelde dat?"):
        assert shown.count(text) == 1
    assert [question.place for question in round_queries.current_questions(tx, session)] == [1, 2, 3, 4]
    assert f"(<@{CHLOE}>)" in shown


def test_a_form_reopened_shows_the_questions_in_the_order_they_were_written(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    # Enough repetitions for a random order to show.
    for n in range(12):
        write(tx, ref(session), CHLOE, f"Eerst {n}?", f"Dan {n}?")
        assert questions.hidden_questions_of(tx, ref(session), CHLOE) == [
            f"Eerst {n}?",
            f"Dan {n}?",
        ]


def test_writing_again_before_the_reveal_replaces_and_after_it_adds(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    write(tx, ref(session), CHLOE, "Oude vraag?")
    write(tx, ref(session), CHLOE, "Nieuwe vraag?")
    questions.reveal_now(tx, ref(session), BRAM)
    assert "Oude vraag?" not in in_thread(tx)
    assert "Nieuwe vraag?" in in_thread(tx)
    write(tx, ref(session), DAAN, "Nog een vraag?")
    assert "2. Nog een vraag?" in in_thread(tx)
    assert in_thread(tx).count("Nieuwe vraag?") == 1


def test_whoever_leads_goes_on_and_what_was_written_appears_first(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    write(tx, ref(session), CHLOE, "Wat houdt je tegen?")
    move_on(tx, session)
    assert session.phase_index == ANSWERS
    posts = [row.key or "" for row in outgoing(tx, "post")]
    [listed] = [key for key in posts if "/questions/" in key]
    assert posts.index(listed) < posts.index(sessions.prompt_key(session, ANSWERS, 1))
    assert "Wat houdt je tegen?" in in_thread(tx)


def test_the_writing_has_an_end_of_its_own_and_who_is_late_joins(tx: Tx) -> None:
    """Five write, one of them still does when the time is over: four appear, and hers joins when it is sent."""
    session = session_at(tx, QUESTIONS)
    writing = ref(session)
    write(tx, writing, CHLOE, "Wat houdt je tegen?")
    assert "Wat houdt je tegen?" not in in_thread(tx)
    tx.now += timedelta(minutes=4)
    sweep(tx)
    assert "Wat houdt je tegen?" in in_thread(tx)
    assert (session.phase_index, session.state) == (QUESTIONS, State.WAITING)
    write(tx, writing, DAAN, "Wat wil je zelf?")
    assert "2. Wat wil je zelf?" in in_thread(tx)
    # Also when her form was opened in the phase before.
    move_on(tx, session)
    write(tx, writing, BRAM, "Wie helpt je?")
    assert "3. Wie helpt je?" in in_thread(tx)


def test_nobody_wrote_in_time_and_the_first_question_appears_at_once(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    tx.now += timedelta(minutes=4)
    sweep(tx)
    write(tx, ref(session), DAAN, "Wat wil je zelf?")
    assert "Wat wil je zelf?" in in_thread(tx)


def test_in_a_pause_the_writing_waits_too(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    write(tx, ref(session), CHLOE, "Wat houdt je tegen?")
    sessions.pause(tx, DAAN, control(tx, session.id))
    tx.now += timedelta(minutes=5)
    sweep(tx)
    assert "Wat houdt je tegen?" not in in_thread(tx)
    sessions.resume(tx, BRAM, control(tx, session.id))
    tx.now += timedelta(minutes=4)
    sweep(tx)
    assert "Wat houdt je tegen?" in in_thread(tx)


def test_somebody_who_is_done_without_a_question_does_not_keep_the_others_waiting(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    write(tx, ref(session), CHLOE, "Wat wil jij?")
    write(tx, ref(session), DAAN, "Hoe voelde dat?")
    phases.mark_done(tx, ref(session), BRAM)
    assert "Wat wil jij?" in in_thread(tx)


def test_questions_that_nobody_has_seen_are_never_skipped_because_everyone_is_done(
    tx: Tx,
) -> None:
    session = session_at(tx, QUESTIONS, auto_advance=True)
    write(tx, ref(session), CHLOE, "Wat wil jij?")
    for user in (DAAN, BRAM):
        phases.mark_done(tx, ref(session), user)
    assert "Wat wil jij?" in in_thread(tx)
    # The presenter still has to answer.
    assert session.phase_index == ANSWERS


def test_only_what_looks_like_advice_becomes_a_note_and_the_other_question_stays(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    write(tx, ref(session), CHLOE, "Eerst iets anders?")
    texts = ["Zou je niet eens nee zeggen?", "Wat wil jij?"]
    questions.write_question(tx, ref(session), CHLOE, texts, keep_advice=True)
    assert questions.hidden_questions_of(tx, ref(session), CHLOE) == ["Wat wil jij?"]
    assert notes.own_note(tx, session.id, CHLOE) == "Zou je niet eens nee zeggen?"
    assert notes.own_note(tx, session.id, DAAN) == ""
    questions.write_question(tx, ref(session), CHLOE, texts[:1], keep_advice=True)
    assert questions.hidden_questions_of(tx, ref(session), CHLOE) == []
    # Kept twice, noted once.
    assert notes.own_note(tx, session.id, CHLOE) == "Zou je niet eens nee zeggen?"


def test_only_the_facilitator_shows_them_early_and_there_must_be_something_to_show(
    tx: Tx,
) -> None:
    session = session_at(tx, QUESTIONS)
    with pytest.raises(Refused):
        questions.reveal_now(tx, ref(session), BRAM)
    write(tx, ref(session), CHLOE, "Wat wil jij?")
    with pytest.raises(Refused):
        questions.reveal_now(tx, ref(session), DAAN)
    questions.reveal_now(tx, ref(session), BRAM)
    with pytest.raises(Refused):
        questions.reveal_now(tx, ref(session), BRAM)
    assert in_thread(tx).count("Wat wil jij?") == 1


def test_a_large_group_gets_every_question_within_slacks_fifty_blocks(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    crowd = [f"U0{n:03}" for n in range(35)]
    group = sessions.group_of(tx, session)
    for user in crowd:
        groups.add_member(tx, group, user)
        write(tx, ref(session), user, f"Vraag van {user}?", f"Nog een van {user}?")
    questions.reveal_now(tx, ref(session), BRAM)
    shown = in_thread(tx)
    assert all(f"Vraag van {user}?" in shown and f"Nog een van {user}?" in shown for user in crowd)
    for row in outgoing(tx, "post"):
        assert row.payload is not None
        assert len(row.payload["blocks"]) <= 50


def test_other_peoples_words_notify_nobody(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    write(tx, ref(session), CHLOE, "Wat vindt <!channel> ervan & <@U0EVE>?")
    questions.reveal_now(tx, ref(session), BRAM)
    assert "<!channel>" not in in_thread(tx)
    assert "<@U0EVE>" not in in_thread(tx)
    assert "&lt;!channel&gt;" in in_thread(tx)


def test_the_presenter_outsiders_and_other_phases_cannot_write_questions(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    make_group(tx.of(THEIRS), "U0EVE")
    make_group(tx, "U0FEM", channel="C0WEST")
    for workspace, user in [(OURS, ANNA), (OURS, "U0FEM"), (THEIRS, "U0EVE"), (THEIRS, CHLOE)]:
        with pytest.raises(Refused):
            questions.write_question(tx.of(workspace), ref(session), user, ["Mag dit?"])
    for _ in range(3):
        move_on(tx, session)
    assert session.phase_index == ANALYSIS
    # A value that somebody has changed by hand to the phase that is on.
    with pytest.raises(Refused):
        write(tx, ref(session), CHLOE, "Mag dit?")
    assert tx.sql.scalars(select(Question)).all() == []
