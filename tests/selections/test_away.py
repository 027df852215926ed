"""A bot that was away while a group chose, and a choice that lasts beyond the end that was agreed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery import outbox
from bot.meetings import rules as dates
from bot.selections import service as selections
from bot.sessions import service as sessions
from bot.storage import Tx
from bot.texts import Refused
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.factories import control as control_of_session
from tests.selections.people import case_of, choosing, control, of, opened, pick, ref, sweep

MINUTE = timedelta(minutes=1)


def later(tx: Tx, minutes: float) -> Tx:
    return replace(tx, now=tx.now + minutes * MINUTE)


def test_a_step_that_ended_while_nobody_was_at_work_is_said_once_afterwards(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    back = later(tx, 20)
    sweep(back)
    sweep(back)
    assert found.state == "choosing"
    assert len(outbox.live_keys(back, f"selection/{found.id}/up/")) == 1
    # And the group goes on where it was.
    pick(back, found, ANNA)
    assert found.asked_case == case_of(tx, ANNA).id


def test_a_vote_that_ended_while_nobody_was_at_work_counts_what_was_given(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.open_vote(tx, BRAM, control(found))
    selections.give_vote(tx, DAAN, of(found, case_of(tx, CHLOE)))
    sweep(later(tx, 20))
    assert (found.state, found.asked_case) == ("asking", case_of(tx, CHLOE).id)


def test_a_pause_outlasts_an_absence(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.pause_selection(tx, DAAN, ref(found))
    back = later(tx, 20)
    sweep(back)
    assert found.remaining == 3 * MINUTE
    selections.resume_selection(back, BRAM, ref(found))
    assert found.ends_at == back.now + 3 * MINUTE


def test_a_choice_that_outlasts_the_end_gives_a_session_whose_leader_chooses(tx: Tx) -> None:
    until = dates.local_of(tx.now + 30 * MINUTE, "Europe/Amsterdam")[1]
    found = choosing(tx, ANNA, until=until)
    after = later(tx, 40)
    sessions.bring_chosen_case(after, ANNA, of(found, pick(after, found, ANNA)))
    session = opened(after)
    sessions.begin(after, BRAM, control_of_session(after, session.id))
    assert session.state == "running"
    # Nothing is taken from anybody: later is theirs to press.
    assert session.offers_time
    # Not while somebody tells their case.
    with pytest.raises(Refused):
        sessions.end_later(after, BRAM, control_of_session(after, session.id))
    sessions.next_phase(after, BRAM, control_of_session(after, session.id))
    sessions.end_later(after, BRAM, control_of_session(after, session.id))
    assert session.ends_by is not None
    assert session.ends_by > after.now
