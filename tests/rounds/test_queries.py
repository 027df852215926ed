"""What a session asks the database in its most common use cases: who hands the scene on, asks nothing twice."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.jobs.queue import Job
from bot.rounds.service import advice, phases, questions
from bot.sessions import jobs as session_jobs
from bot.sessions import service as sessions
from bot.sessions.service.transitions import PHASE_END
from bot.storage import Store, Tx
from tests.conftest import OURS, Queries
from tests.factories import ANNA, BRAM, CHLOE, control, deliver
from tests.rounds.people import (
    ADVICE,
    ANALYSIS,
    EVALUATION,
    PRESENTATION,
    QUESTIONS,
    THREAD,
    mark_card_posted,
    ref,
    session_at,
)

UseCase = Callable[[Tx], object]
# What stays the same for the length of a use case.
ONCE = ("groups", "cases", "sessions", "session_participants", "session_absences", "advice_rounds")


def phase_ends(tx: Tx, session_id: str) -> UseCase:
    session = sessions.session_by_id(tx, session_id)
    data = {"session": session_id, "number": session.phase_index, "round": session.pass_no}

    def ends(tx: Tx) -> None:
        tx.now += timedelta(hours=1)
        session_jobs.JOBS[PHASE_END](tx, Job(OURS, PHASE_END, session_id, tx.now, data))

    return ends


def goes_on(tx: Tx, session_id: str) -> UseCase:
    pressed = control(tx, session_id)
    return lambda tx: sessions.next_phase(tx, BRAM, pressed)


def somebody_writes(tx: Tx, session_id: str) -> UseCase:
    return lambda tx: phases.record_thread_message(tx, "C0OOST", THREAD, CHLOE, "1900000000.000100")


def the_presenter_writes(tx: Tx, session_id: str) -> UseCase:
    return lambda tx: phases.record_thread_message(tx, "C0OOST", THREAD, ANNA, "1900000000.000100")


def a_question(tx: Tx, session_id: str) -> UseCase:
    where = ref(sessions.session_by_id(tx, session_id))
    return lambda tx: questions.write_question(tx, where, CHLOE, ["Wat wil jij?"], form="V1")


def an_advice(tx: Tx, session_id: str) -> UseCase:
    where = ref(sessions.session_by_id(tx, session_id))
    return lambda tx: advice.write_advice(tx, where, CHLOE, "Slaap er een nacht over", "V1")


def is_done(tx: Tx, session_id: str) -> UseCase:
    where = ref(sessions.session_by_id(tx, session_id))
    return lambda tx: phases.mark_done(tx, where, CHLOE)


@pytest.mark.parametrize(
    ("use_case", "phase", "auto_advance", "at_most"),
    [
        (goes_on, PRESENTATION, False, 28),
        (goes_on, EVALUATION, False, 40),
        (phase_ends, QUESTIONS, False, 30),
        (phase_ends, QUESTIONS, True, 32),
        (phase_ends, EVALUATION, True, 40),
        (somebody_writes, ANALYSIS, False, 8),
        (somebody_writes, ADVICE, False, 17),
        (the_presenter_writes, ANALYSIS, False, 13),
        (a_question, QUESTIONS, False, 17),
        (an_advice, ADVICE, False, 18),
        (is_done, ANALYSIS, False, 7),
    ],
)
async def test_nothing_is_asked_twice(
    store: Store,
    queries: Queries,
    use_case: Callable[[Tx, str], UseCase],
    phase: int,
    auto_advance: bool,
    at_most: int,
) -> None:
    def prepare(tx: Tx) -> UseCase:
        session = session_at(tx, phase, auto_advance=auto_advance)
        deliver(tx)
        mark_card_posted(tx, session)
        return use_case(tx, session.id)

    asked = await queries.of(await store.transact(prepare))
    looks = [f"{one} " for one in asked if one.startswith("SELECT")]
    fetched = Counter(table for table in ONCE for one in looks if f"FROM {table} " in one)
    assert [table for table, times in fetched.items() if times > 1] == []
    assert len(asked) <= at_most, "\n".join(asked)
