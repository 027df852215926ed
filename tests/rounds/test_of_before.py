"""A session that a version without snapshots began goes on as it was: eight phases, its own jobs, every button."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.jobs.records import JobRow
from bot.rounds import queries
from bot.rounds.service import advice, phases, progress, questions
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.views import PhaseRef
from bot.slack import ids
from bot.storage import Tx
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    buttons_of,
    control,
    deliver,
    go_on,
    load,
    open_session,
    text_of,
)
from tests.rounds.people import (
    finish,
    in_thread,
    mark_card_posted,
    move_on,
    ref,
    session_at,
    sweep,
    turn_of,
    turn_ref,
)

# As that version numbered them, without a look-back.
PRESENTATION, QUESTIONS, ANALYSIS, ADVICE, RESPONSE = range(1, 6)
KINDS_OF_BEFORE = {
    "session.warning",
    "session.phase_end",
    "session.unattended",
    "session.phase_began",
    "session.phase_ended",
    "session.ended",
    "rounds.unheard",
    "rounds.writing_over",
}


def of_before(tx: Tx, number: int, *, method: str = "incident") -> Session:
    """A session in a phase, as the version before left it in the database."""
    session_id = open_session(tx)
    session = load(tx, session_id)
    for row in tx.sql.scalars(select(JobRow)):
        tx.sql.delete(row)
    session.method, session.snapshot = method, None
    session.first_phase = session.phase_index = PRESENTATION
    tx.sql.flush()
    sessions.begin(tx, BRAM, control(tx, session_id))
    sweep(tx)
    for _ in range(number - PRESENTATION):
        deliver(tx)
        go_on(tx, session_id)
        sweep(tx)
    mark_card_posted(tx, session)
    assert session.phase_index == number
    return session


def kinds(tx: Tx, session: Session) -> set[str]:
    rows = tx.sql.scalars(select(JobRow))
    return {row.kind for row in rows if session.id in row.subject} - {"session.changed", "session.opened"}


def test_its_jobs_keep_the_kinds_that_the_version_before_knows(tx: Tx) -> None:
    session = of_before(tx, QUESTIONS)
    assert kinds(tx, session) == {
        "session.warning",
        "session.phase_end",
        "rounds.unheard",
        "rounds.writing_over",
    }
    go_on(tx, session.id)
    assert kinds(tx, session) <= KINDS_OF_BEFORE


def test_a_session_begun_now_has_no_job_that_the_version_before_would_take(tx: Tx) -> None:
    session = session_at(tx, 0 + 1)
    seen = kinds(tx, session)
    while session.state != State.ENDED:
        deliver(tx)
        go_on(tx, session.id)
        seen |= kinds(tx, session)
        sweep(tx)
        seen |= kinds(tx, session)
    assert not seen & KINDS_OF_BEFORE
    assert session.method == "incident+"


def test_its_questions_are_written_and_then_answered_within_one_phase(tx: Tx) -> None:
    session = of_before(tx, QUESTIONS)
    prompt = f"phase/{QUESTIONS}/1/prompt"
    assert buttons_of(tx, prompt) == [ids.ROUNDS_WRITE_QUESTION, ids.ROUNDS_DONE, ids.ROUNDS_REVEAL]
    questions.write_question(tx, ref(session), CHLOE, ["Wat wil jij?"])
    tx.now += timedelta(minutes=4)
    sweep(tx)
    assert "Wat wil jij?" in in_thread(tx)
    assert session.phase_index == QUESTIONS
    # The buttons of before still work, and who is late joins.
    questions.write_question(tx, ref(session), DAAN, ["Wie helpt jou?"])
    assert "2. Wie helpt jou?" in in_thread(tx)
    for user in (BRAM, CHLOE, DAAN):
        phases.mark_done(tx, ref(session), user)
    assert "Dat was iedereen" in text_of(tx, prompt)
    move_on(tx, session)
    assert session.phase_index == ANALYSIS
    assert "alsof" in text_of(tx, f"phase/{ANALYSIS}/1/prompt")


def test_the_version_before_may_have_shown_the_questions_meanwhile(tx: Tx) -> None:
    session = of_before(tx, QUESTIONS)
    questions.write_question(tx, ref(session), CHLOE, ["Wat wil jij?"])
    [question] = queries.current_questions(tx, session)
    question.place, question.shown_after = 1, 0
    tx.sql.flush()
    questions.write_question(tx, ref(session), DAAN, ["Wie helpt jou?"])
    assert "2. Wie helpt jou?" in in_thread(tx)
    assert progress.end_activity(tx, sessions.scene_of(tx, session))


def test_its_advice_goes_round_with_the_first_call_in_the_prompt(tx: Tx) -> None:
    session = of_before(tx, ADVICE)
    prompt = f"phase/{ADVICE}/1/prompt"
    assert f"<@{CHLOE}>, wat zou jij doen?" in text_of(tx, prompt)
    advice.write_advice(tx, ref(session), CHLOE, "Ik zou bellen")
    assert "Ik zou bellen" in in_thread(tx)
    assert turn_of(tx, session) == DAAN
    advice.next_turn(tx, turn_ref(tx, session), BRAM)
    advice.pass_turn(tx, ref(session), BRAM)
    assert turn_of(tx, session) is None


@pytest.mark.parametrize(("method", "minutes"), [("incident", 10), ("incident.short", 6)])
def test_it_keeps_its_minutes_and_comes_to_its_end(tx: Tx, method: str, minutes: int) -> None:
    session = of_before(tx, PRESENTATION, method=method)
    assert session.ends_at == tx.now + timedelta(minutes=minutes)
    finish(tx, session)
    assert session.ended_how == "finished"
    assert load(tx, session.id).phase_index == 7
    assert "Dank je wel" in text_of(tx, "summary")


def test_a_press_on_a_button_of_before_is_answered_as_before(tx: Tx) -> None:
    session = of_before(tx, ANALYSIS)
    phases.mark_done(tx, PhaseRef(session.id, ANALYSIS, 1), CHLOE)
    assert queries.contributors(tx, session, "done") == {CHLOE}
    assert ANNA not in queries.contributors(tx, session, "done")
