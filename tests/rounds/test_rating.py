"""A word for each question, the warm ones first, and a question that has changed by the time advice is given."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cases.records import Case
from bot.console import jobs as console_jobs
from bot.rounds import queries, rules
from bot.rounds.jobs import purge_texts
from bot.rounds.service import progress, questions, rewording
from bot.rounds.views.refs import DiscussedRef, StepRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.slack import ids
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.conftest import run_due
from tests.factories import ANNA, BRAM, CHLOE, DAAN, buttons_of, control, text_of
from tests.rounds.people import (
    ADVICE,
    ANALYSIS,
    ANSWERS,
    QUESTIONS,
    REWORDED,
    finish,
    in_thread,
    move_on,
    ref,
    session_at,
    sweep,
)

NL = for_language("nl")
FIVE = (
    "Wat wil je?",
    "Wie helpt je?",
    "Wat hoop je dat zij zegt?",
    "Hoe lang speelt het?",
    "Wat als het lukt?",
)


def asked(tx: Tx) -> Session:
    """Five questions were written, and the presenter is about to give them a word."""
    session = session_at(tx, QUESTIONS)
    for place, (user, texts) in enumerate(((CHLOE, FIVE[:2]), (DAAN, FIVE[2:4]), (BRAM, FIVE[4:]))):
        later = replace(tx, now=tx.now + timedelta(seconds=place))
        questions.write_question(later, ref(session), user, list(texts))
    move_on(tx, session)
    assert session.phase_index == ANSWERS
    return session


def listed(tx: Tx) -> list[str]:
    return [
        line for line in text_of(tx, f"phase/{QUESTIONS}/1/questions/0").splitlines() if line[0].isdigit()
    ]


def next_one(tx: Tx, session: Session, user: str = ANNA) -> None:
    now = questions.discussed(tx, sessions.scene_of(tx, session)).now
    assert now is not None
    here = DiscussedRef(session.id, session.phase_index, session.pass_no, now.place or 0)
    questions.next_question(tx, here, user)


def test_the_warm_ones_stand_first_with_the_word_behind_each_and_only_a_number_is_kept(tx: Tx) -> None:
    session = asked(tx)
    assert [line[0] for line in listed(tx)] == ["1", "2", "3", "4", "5"]
    questions.rate_questions(
        tx, ref(session), ANNA, {1: rules.COLD, 3: rules.WARM, 4: rules.WARM, 5: rules.LUKEWARM}
    )
    assert [line[0] for line in listed(tx)] == ["3", "4", "5", "1", "2"]
    assert listed(tx)[0].endswith("· *warm*")
    assert listed(tx)[3].endswith("· *koud*")
    assert "·" not in listed(tx)[4]
    kept = queries.questions_of(tx, session, QUESTIONS, 1)
    assert sorted((one.place, one.rating) for one in kept if one.rating is not None) == [
        (1, 0),
        (3, 2),
        (4, 2),
        (5, 1),
    ]


def test_only_the_presenter_gives_words_and_may_skip_it(tx: Tx) -> None:
    session = asked(tx)
    with pytest.raises(Refused):
        questions.questions_to_rate(tx, ref(session), CHLOE)
    with pytest.raises(Refused):
        questions.rate_questions(tx, ref(session), CHLOE, {1: rules.WARM})
    progress.step_on(tx, StepRef(session.id, ANSWERS, 1, 0), ANNA)
    assert ids.ROUNDS_NEXT_QUESTION in buttons_of(tx, f"phase/{ANSWERS}/1/prompt")
    assert "*Nu vraag 1:*" in text_of(tx, f"phase/{ANSWERS}/1/prompt")


def test_while_the_words_are_given_nobody_is_said_to_answer(tx: Tx) -> None:
    asked(tx)
    said = text_of(tx, f"phase/{ANSWERS}/1/prompt")
    assert f"<@{ANNA}> is aan de beurt." in said
    assert "De groep vraagt" not in said


def test_without_a_question_the_answers_begin_at_once(tx: Tx) -> None:
    session = session_at(tx, ANSWERS)
    assert session.activity_index == 1
    assert ids.ROUNDS_RATE not in buttons_of(tx, f"phase/{ANSWERS}/1/prompt")


def test_the_prompt_says_which_question_is_on_and_how_many_were_discussed(tx: Tx) -> None:
    session = asked(tx)
    questions.rate_questions(tx, ref(session), ANNA, {3: rules.WARM, 4: rules.WARM})
    prompt = f"phase/{ANSWERS}/1/prompt"
    assert "*Nu vraag 3:* Wat hoop je dat zij zegt?" in text_of(tx, prompt)
    with pytest.raises(Refused):
        next_one(tx, session, CHLOE)
    next_one(tx, session)
    next_one(tx, session, BRAM)
    assert "2 van de 5 besproken." in text_of(tx, prompt)
    # A second press on the same button passes over nothing.
    with pytest.raises(Refused):
        questions.next_question(tx, DiscussedRef(session.id, ANSWERS, 1, 4), ANNA)
    assert "2 van de 5 besproken." in text_of(tx, prompt)


def test_warm_questions_that_are_left_are_asked_about_once(tx: Tx) -> None:
    session = asked(tx)
    questions.rate_questions(tx, ref(session), ANNA, {3: rules.WARM, 4: rules.WARM, 5: rules.WARM})
    next_one(tx, session)
    sessions.next_phase(tx, BRAM, control(tx, session.id))
    assert session.phase_index == ANSWERS
    # The console asks, above the button that goes on: both go with the phase.
    run_due(tx, console_jobs.JOBS)
    console = f"facilitator/{BRAM}"
    assert "Er liggen nog 2 warme vragen. Toch door?" in text_of(tx, console)
    assert ids.SESSIONS_NEXT in buttons_of(tx, console)
    sessions.next_phase(tx, BRAM, control(tx, session.id))
    assert session.phase_index == REWORDED
    run_due(tx, console_jobs.JOBS)
    assert "Toch door" not in text_of(tx, console)


def test_the_question_about_warm_questions_goes_once_they_were_discussed(tx: Tx) -> None:
    session = asked(tx)
    questions.rate_questions(tx, ref(session), ANNA, {3: rules.WARM})
    sessions.next_phase(tx, BRAM, control(tx, session.id))
    run_due(tx, console_jobs.JOBS)
    assert "Toch door" in text_of(tx, f"facilitator/{BRAM}")
    next_one(tx, session)
    run_due(tx, console_jobs.JOBS)
    assert "Toch door" not in text_of(tx, f"facilitator/{BRAM}")


def test_a_new_question_goes_into_the_advice_and_the_case_keeps_the_old_one(tx: Tx) -> None:
    session = session_at(tx, REWORDED)
    with pytest.raises(Refused):
        rewording.reword_question(tx, ref(session), CHLOE, "Iets anders", [], returns=False)
    rewording.reword_question(tx, ref(session), ANNA, "Wat wil ik zelf?", ["mirror"], returns=False)
    prompt = f"phase/{REWORDED}/1/prompt"
    assert "*Nu is het:* Wat wil ik zelf?" in text_of(tx, prompt)
    move_on(tx, session)
    # What became of the question stays in the thread.
    assert "*Nu is het:* Wat wil ik zelf?" in text_of(tx, prompt)
    assert session.phase_index == ANALYSIS
    move_on(tx, session)
    said = text_of(tx, f"phase/{ADVICE}/1/prompt")
    assert "De vraag is nu: Wat wil ik zelf?" in said
    assert f"<@{ANNA}> vroeg om een kritische spiegel." in said
    case = tx.sql.get(Case, session.case_id)
    assert case is not None
    assert case.question.startswith("Hoe kan ik nee zeggen")
    finish(tx, session)
    assert "De vraag werd" not in in_thread(tx)


def test_the_summary_repeats_it_only_with_a_tick(tx: Tx) -> None:
    session = session_at(tx, REWORDED)
    rewording.reword_question(tx, ref(session), ANNA, "Wat wil ik zelf?", [], returns=True)
    finish(tx, session)
    assert "De vraag werd: Wat wil ik zelf?" in text_of(tx, "summary")


def test_it_may_be_the_same_question_still(tx: Tx) -> None:
    session = session_at(tx, REWORDED)
    rewording.keep_question(tx, ref(session), ANNA)
    said = text_of(tx, f"phase/{REWORDED}/1/prompt")
    assert f"Dit is nog de vraag van <@{ANNA}>." in said
    assert f"<@{ANNA}> is klaar; <@{BRAM}> neemt jullie zo mee naar het volgende." in said
    assert "is aan het woord" not in said


def test_the_new_question_is_forgotten_with_the_texts_of_the_session(tx: Tx) -> None:
    session = session_at(tx, REWORDED)
    rewording.reword_question(tx, ref(session), ANNA, "Wat wil ik zelf?", [], returns=True)
    finish(tx, session)
    sweep(tx)
    purge_texts(tx, sessions.group_of(tx, session), tx.now + timedelta(days=1))
    assert queries.rewording_of(tx, session) is None
