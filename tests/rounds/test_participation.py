"""Who was heard: counted without the words, and asked about kindly and once."""

import pytest
from sqlalchemy import select

from bot.groups import service as groups
from bot.rounds.records import Contribution
from bot.rounds.service import notes, participation, phases, questions
from bot.sessions import service as sessions
from bot.sessions.views import PhaseRef
from bot.storage import Store, Tx
from bot.texts import Refused
from tests.clock import StillClock
from tests.conftest import THEIRS, due_items
from tests.factories import ANNA, BRAM, CHLOE, DAAN, control, load
from tests.rounds.people import (
    ADVICE,
    ANALYSIS,
    ANSWERS,
    QUESTIONS,
    console,
    move_on,
    privately,
    ref,
    says,
    session_at,
    sweep,
    turn_of,
    turns_at,
)


def messages(tx: Tx) -> list[tuple[str, int]]:
    found = tx.sql.scalars(
        select(Contribution).where(Contribution.what == "message").order_by(Contribution.ts)
    )
    return [(one.user, one.phase_index) for one in found]


def test_a_redelivered_message_counts_once_also_in_a_later_phase(tx: Tx) -> None:
    session = session_at(tx, QUESTIONS)
    says(tx, CHLOE, "1.1")
    says(tx, CHLOE, "1.1")
    move_on(tx, session)
    says(tx, CHLOE, "1.1")
    says(tx, CHLOE, "1.2")
    assert messages(tx) == [(CHLOE, QUESTIONS), (CHLOE, ANSWERS)]


def test_nothing_is_kept_of_outsiders_other_threads_and_other_workspaces(tx: Tx) -> None:
    session_at(tx, QUESTIONS)
    says(tx, "U0FEM", "1.1")
    phases.record_thread_message(tx, "C0OOST", "1700000000.000001", CHLOE, "1.2")
    phases.record_thread_message(tx, "C0WEST", "1800000000.000100", CHLOE, "1.3")
    phases.record_thread_message(tx.of(THEIRS), "C0OOST", "1800000000.000100", CHLOE, "1.4")
    assert messages(tx) == []


async def test_a_group_that_does_not_want_it_is_not_followed_and_nobody_is_wrongly_called_silent(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(lambda tx: session_at(tx, ANALYSIS, reads_thread=False).id)
    clock.move(minutes=6)

    def run(tx: Tx) -> None:
        says(tx, CHLOE, "1.1")
        assert messages(tx) == []
        before = len(privately(tx, CHLOE)), len(privately(tx, BRAM))
        sweep(tx)
        # Without the thread the bot cannot know who has spoken.
        assert (len(privately(tx, CHLOE)), len(privately(tx, BRAM))) == before
        assert load(tx, session_id).phase_index == ANALYSIS

    await store.transact(run)


async def test_who_was_not_heard_is_asked_once_and_the_facilitator_knows_who(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(lambda tx: session_at(tx, ANALYSIS).id)

    def speak(tx: Tx) -> None:
        says(tx, CHLOE, "1.1")

    await store.transact(speak)
    clock.move(minutes=6)

    def run(tx: Tx) -> None:
        sweep(tx)
        assert len([text for text in privately(tx, DAAN) if "nog niet gehoord" in text]) == 1
        assert not [text for text in privately(tx, CHLOE) if "nog niet gehoord" in text]
        assert not [text for text in privately(tx, ANNA) if "nog niet gehoord" in text]
        told = console(tx)
        assert f"Nog niets van <@{BRAM}> en <@{DAAN}>" in told
        # Were the moment to come again, it would say nothing twice.
        before = len(privately(tx, DAAN))
        participation.schedule_unheard_check(tx, load(tx, session_id), 0)
        sweep(tx)
        assert len(privately(tx, DAAN)) == before

    await store.transact(run)


async def test_who_has_switched_it_off_or_is_done_is_left_in_peace(store: Store, clock: StillClock) -> None:
    def prepare(tx: Tx) -> None:
        session = session_at(tx, ANALYSIS)
        participation.disable_session_nudges(tx, DAAN)
        phases.mark_done(tx, ref(session), CHLOE)

    await store.transact(prepare)
    clock.move(minutes=6)

    def run(tx: Tx) -> None:
        sweep(tx)
        for user in (CHLOE, DAAN):
            assert not [text for text in privately(tx, user) if "nog niet gehoord" in text]

    await store.transact(run)


async def test_a_pause_delays_the_question_and_the_next_phase_takes_it_back(
    store: Store, clock: StillClock
) -> None:
    def prepare(tx: Tx) -> str:
        session = session_at(tx, ANALYSIS)
        sessions.pause(tx, CHLOE, control(tx, session.id))
        return session.id

    session_id = await store.transact(prepare)
    clock.move(minutes=7)

    def run(tx: Tx) -> None:
        sweep(tx)
        assert not [text for text in privately(tx, DAAN) if "nog niet gehoord" in text]
        sessions.resume(tx, BRAM, control(tx, session_id))
        move_on(tx, load(tx, session_id))

    await store.transact(run)
    clock.move(minutes=8)

    def later(tx: Tx) -> None:
        sweep(tx)
        assert not [text for text in privately(tx, DAAN) if "nog niet gehoord" in text]
        assert not [row for row in due_items(tx, participation.UNHEARD_CHECK) if row.at <= tx.now]

    await store.transact(later)


def test_nobody_is_still_to_be_asked_once_the_phase_is_over(tx: Tx) -> None:
    session = session_at(tx, ANALYSIS)
    assert len(due_items(tx, participation.UNHEARD_CHECK)) == 1
    move_on(tx, session)
    assert due_items(tx, participation.UNHEARD_CHECK) == []


def test_a_presenter_who_speaks_while_listening_gets_one_kind_word_a_phase_and_a_place_for_it(
    tx: Tx,
) -> None:
    session = session_at(tx, QUESTIONS)
    says(tx, ANNA, "1.1")
    assert not [text for text in privately(tx, ANNA) if "Nu luister je even" in text]
    while session.phase_index < ANALYSIS:
        move_on(tx, session)
    says(tx, ANNA, "1.2")
    says(tx, ANNA, "1.3")
    assert len([text for text in privately(tx, ANNA) if "Nu luister je even" in text]) == 1
    move_on(tx, session)
    says(tx, ANNA, "1.4")
    assert len([text for text in privately(tx, ANNA) if "Nu luister je even" in text]) == 2
    notes.write_note(tx, session.id, ANNA, "Dit raakt me.")
    assert notes.own_note(tx, session.id, ANNA) == "Dit raakt me."
    assert notes.own_note(tx, session.id, CHLOE) == ""
    with pytest.raises(Refused):
        notes.own_note(tx, session.id, "U0FEM")


def test_in_a_pause_everyone_may_speak_freely(tx: Tx) -> None:
    session = turns_at(tx)
    first = turn_of(tx, session)
    assert first is not None
    sessions.pause(tx, DAAN, control(tx, session.id))
    says(tx, ANNA, "1.1")
    assert not [text for text in privately(tx, ANNA) if "Nu luister je even" in text]
    says(tx, first, "1.2")
    # What someone says about the pause is not their advice.
    assert turn_of(tx, session) == first


def test_when_everyone_is_done_the_console_says_so(tx: Tx) -> None:
    session = session_at(tx, ANALYSIS)
    for user in (BRAM, CHLOE, CHLOE):
        phases.mark_done(tx, ref(session), user)
    assert "Dat was iedereen" not in console(tx)
    before = len(privately(tx, BRAM))
    phases.mark_done(tx, ref(session), DAAN)
    phases.mark_done(tx, ref(session), DAAN)
    assert "Dat was iedereen" in console(tx)
    # It is edited in place: they are not called for it.
    assert len(privately(tx, BRAM)) == before
    assert session.phase_index == ANALYSIS


def test_when_everyone_is_done_it_goes_on_by_itself_where_the_group_wants_that(tx: Tx) -> None:
    session = session_at(tx, ANALYSIS, auto_advance=True)
    here = ref(session)
    for user in (BRAM, CHLOE, DAAN):
        phases.mark_done(tx, here, user)
    assert session.phase_index == ADVICE
    with pytest.raises(Refused):
        phases.mark_done(tx, here, DAAN)
    assert session.phase_index == ADVICE


def test_whoever_clicks_is_there_from_then_on_and_an_outsider_is_not(tx: Tx) -> None:
    session = session_at(tx, ANALYSIS)
    groups.add_member(tx, sessions.group_of(tx, session), "U0EVA")
    phases.mark_done(tx, ref(session), "U0EVA")
    assert "U0EVA" in set(sessions.scene_of(tx, session).present)
    for where, user in [
        (ref(session), "U0FEM"),
        (PhaseRef("0123456789abcdef", ANALYSIS, 1), CHLOE),
        (PhaseRef(session.id, 99, 1), CHLOE),
        (PhaseRef(session.id, -1, 1), CHLOE),
        (PhaseRef(session.id, ANALYSIS, 7), CHLOE),
    ]:
        with pytest.raises(Refused):
            phases.mark_done(tx, where, user)
        with pytest.raises(Refused):
            questions.hidden_questions_of(tx, where, user)
