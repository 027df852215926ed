"""What has not been posted yet and no longer makes sense is not posted any more."""

from sqlalchemy import select

from bot.console import jobs as console_jobs
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.rounds.service import advice, questions
from bot.sessions import service
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.conftest import run_due
from tests.factories import (
    BRAM,
    CHLOE,
    DAAN,
    control,
    deliver,
    go_on,
    keys,
    load,
    posted,
    running_session,
    sweep,
    text_of,
    whispers_to,
)
from tests.rounds.people import ADVICE, QUESTIONS, ref, session_at, turns_at
from tests.rounds.people import sweep as sweep_all


def waits(tx: Tx, like: str) -> list[str]:
    """The ends of the keys of what is still to be posted."""
    rows = tx.sql.scalars(
        select(OutboxRow.key)
        .where(
            OutboxRow.kind == "post",
            OutboxRow.state == OutboxState.PENDING,
            OutboxRow.key.like(f"session/%/{like}"),
        )
        .order_by(OutboxRow.id)
    )
    return [str(key).split("/", 2)[2] for key in rows]


def test_of_several_phases_only_the_one_that_is_on_is_announced(tx: Tx) -> None:
    session_id = running_session(tx)
    go_on(tx, session_id, times=5)
    assert waits(tx, "phase/%/prompt") == ["phase/6/1/prompt"]
    # The case is worth reading in every phase.
    assert waits(tx, "case") == ["case"]
    run_due(tx, console_jobs.JOBS)
    assert "*Nu: Advies*" in text_of(tx, f"facilitator/{BRAM}")


def test_when_the_session_ends_nothing_of_its_phases_follows(tx: Tx) -> None:
    session_id = running_session(tx)
    go_on(tx, session_id, times=9)
    assert waits(tx, "phase/%") == []
    assert waits(tx, "closing") == []
    assert whispers_to(tx, BRAM) == []


def test_what_may_have_been_posted_is_edited_and_else_expires(tx: Tx) -> None:
    session_id = running_session(tx)
    row = posted(tx, "phase/1/1/prompt")
    assert row is not None
    # As the sender leaves it when Slack did not answer.
    row.state, row.claim_count, row.lease_until = OutboxState.SENDING, 1, tx.now
    tx.sql.flush()
    go_on(tx, session_id)
    assert row.state == OutboxState.SENDING
    assert row.expires_at == tx.now
    assert "Deze fase is voorbij" in text_of(tx, "phase/1/1/prompt")


async def test_a_warning_is_not_given_for_another_end(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=8)

    def run(tx: Tx) -> None:
        sweep(tx)
        assert "Tot 15:10: tijd om af te ronden." in text_of(tx, "phase/1/1/prompt")
        service.extend(tx, BRAM, control(tx, session_id))
        service.extend(tx, BRAM, control(tx, session_id))
        assert "Tot 15:14." in text_of(tx, "phase/1/1/prompt")
        assert waits(tx, "extend/%") == []

    await store.transact(run)


def test_a_pause_that_is_over_is_not_announced(tx: Tx) -> None:
    session_id = running_session(tx)
    service.pause(tx, DAAN, control(tx, session_id))
    assert len(waits(tx, "pause/%")) == 1
    service.extend(tx, BRAM, control(tx, session_id))
    assert len(waits(tx, "pause/%")) == 1
    service.resume(tx, BRAM, control(tx, session_id))
    assert waits(tx, "pause/%") == [] == waits(tx, "extend/%")
    assert len(waits(tx, "resume/%")) == 1


async def test_the_word_at_the_end_of_the_time_goes_with_the_next_step(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=10)

    def run(tx: Tx) -> None:
        sweep(tx)
        assert len(waits(tx, "%/over/%")) == 1
        go_on(tx, session_id)
        assert waits(tx, "%/over/%") == []
        assert not [said for said in whispers_to(tx, BRAM) if "Ga door als de groep zover is" in said]

    await store.transact(run)


async def test_a_session_that_goes_on_by_itself_says_so_in_its_prompts_alone(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session, auto_advance=True)
    clock.move(minutes=10)

    def run(tx: Tx) -> None:
        sweep(tx)
        assert waits(tx, "%/over/%") == []
        service.advance_when_everyone_done(tx, service.scene_of(tx, load(tx, session_id)), 2)
        assert waits(tx, "%/everyone_done") == []
        assert waits(tx, "%/prompt") == ["phase/3/1/prompt"]

    await store.transact(run)


async def test_a_standstill_that_is_over_is_not_asked_after(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=10)
    await store.transact(sweep)
    clock.move(minutes=30)

    def run(tx: Tx) -> None:
        sweep(tx)
        assert len(waits(tx, "unattended/%")) == 1
        service.confirm_still_going(tx, CHLOE, control(tx, session_id))
        assert waits(tx, "unattended/%") == []

    await store.transact(run)


def test_a_turn_of_a_phase_that_is_over_is_not_given_and_words_of_people_stay(tx: Tx) -> None:
    session = turns_at(tx)
    assert "wat zou jij doen?" in text_of(tx, f"phase/{ADVICE}/1/turn/0")
    advice.write_advice(tx, ref(session), CHLOE, "Bel hem gewoon op.")
    go_on(tx, session.id)
    sweep_all(tx)
    assert waits(tx, "%/turn/%") == []
    assert waits(tx, "%/advice/%") == [f"phase/{ADVICE}/1/advice/{CHLOE}"]


def test_questions_that_were_written_appear_also_when_the_phase_is_over(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    questions.write_question(tx, ref(session), CHLOE, ["Wat heb je geprobeerd?"])
    go_on(tx, session.id)
    sweep_all(tx)
    assert len(waits(tx, "%/questions/%")) == 1


def test_what_stands_in_slack_is_edited_as_before(tx: Tx) -> None:
    session_id = running_session(tx)
    deliver(tx)
    go_on(tx, session_id)
    assert "Deze fase is voorbij" in text_of(tx, "phase/1/1/prompt")
    assert keys(tx, "%/prompt") == [f"session/{session_id}/phase/{n}/1/prompt" for n in (1, 2)]
