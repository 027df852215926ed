"""Things that happen in the same instant have one effect each."""

import asyncio

from sqlalchemy import func, select

from bot.rounds import queries as round_queries
from bot.rounds.records import Contribution, Evaluation
from bot.rounds.service import advice, evaluation, phases, progress, questions
from bot.sessions import service as sessions
from bot.sessions.views import PhaseRef, SessionRef
from bot.storage import Store, Tx
from tests.factories import ANNA, BRAM, CHLOE, DAAN, keys, load
from tests.rounds.people import (
    ADVICE,
    ANALYSIS,
    EVALUATION,
    QUESTIONS,
    THREAD,
    in_thread,
    ref,
    session_at,
    sweep,
    turn_of,
    turn_ref,
)


async def begun(store: Store, number: int, *, auto_advance: bool = False) -> PhaseRef:
    return await store.transact(lambda tx: ref(session_at(tx, number, auto_advance=auto_advance)))


async def all_at_once(*acts: object) -> list[BaseException]:
    """Runs what people do together; returns what was refused."""
    done = await asyncio.gather(*acts, return_exceptions=True)  # type: ignore[call-overload]  # coroutines of any kind
    return [one for one in done if isinstance(one, BaseException)]


async def test_one_message_delivered_eight_times_counts_once(store: Store) -> None:
    await begun(store, QUESTIONS)
    again = (store.transact(phases.record_thread_message, "C0OOST", THREAD, CHLOE, "1.1") for _ in range(8))
    assert await all_at_once(*again) == []

    def run(tx: Tx) -> None:
        assert tx.sql.scalar(select(func.count(Contribution.id))) == 1

    await store.transact(run)


async def test_the_last_ones_who_write_together_cause_one_reveal_without_gaps(store: Store) -> None:
    here = await begun(store, QUESTIONS)
    writing = (
        store.transact(questions.write_question, here, user, [f"Eerst van {user}?", f"Dan van {user}?"])
        for user in (BRAM, CHLOE, DAAN)
    )
    assert await all_at_once(*writing) == []

    def run(tx: Tx) -> None:
        places = [question.place for question in round_queries.current_questions(tx, load(tx, here.session))]
        assert sorted(place or 0 for place in places) == [1, 2, 3, 4, 5, 6]
        assert len(keys(tx, "%/questions/%")) == 1
        said = in_thread(tx)
        assert all(said.count(f"Eerst van {user}?") == 1 for user in (BRAM, CHLOE, DAAN))

    await store.transact(run)


async def test_two_presses_of_next_and_the_advice_itself_take_one_turn(store: Store) -> None:
    here = await begun(store, ADVICE)
    await store.transact(lambda tx: progress.end_activity(tx, sessions.scene_by_id(tx, here.session)))
    turn = await store.transact(lambda tx: turn_ref(tx, load(tx, here.session)))
    await all_at_once(
        store.transact(advice.next_turn, turn, BRAM),
        store.transact(advice.next_turn, turn, BRAM),
        store.transact(phases.record_thread_message, "C0OOST", THREAD, CHLOE, "1.1"),
        store.transact(advice.pass_turn, here, CHLOE),
    )

    def run(tx: Tx) -> None:
        assert turn_of(tx, load(tx, here.session)) == DAAN

    await store.transact(run)


async def test_everyone_done_in_one_instant_goes_on_one_phase(store: Store) -> None:
    here = await begun(store, ANALYSIS, auto_advance=True)
    clicks = (store.transact(phases.mark_done, here, user) for user in (BRAM, CHLOE, DAAN, BRAM, CHLOE, DAAN))
    # Who clicks after the phase has gone on hears so.
    await all_at_once(*clicks)

    def run(tx: Tx) -> None:
        sweep(tx)
        assert load(tx, here.session).phase_index == ADVICE
        # The prompt of the next phase is the word that this one is done.
        assert keys(tx, f"%/phase/{ADVICE}/1/prompt") == [f"session/{here.session}/phase/{ADVICE}/1/prompt"]
        assert keys(tx, "%/everyone_done") == []

    await store.transact(run)


async def test_marks_sent_twice_in_one_instant_are_kept_once(store: Store) -> None:
    here = await begun(store, EVALUATION)
    sending = (
        store.transact(evaluation.evaluate_session, SessionRef(here.session), user, (4, 4, 4), "")
        for user in (ANNA, ANNA, CHLOE, CHLOE)
    )
    assert await all_at_once(*sending) == []

    def run(tx: Tx) -> None:
        assert tx.sql.scalar(select(func.count(Evaluation.id))) == 2

    await store.transact(run)
