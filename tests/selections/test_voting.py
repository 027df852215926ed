"""A vote of those who are there: who counts, when it is over, and what equal votes mean."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.groups import service as groups
from bot.selections import service as selections
from bot.selections.records import SelectionMark
from bot.sessions import service as sessions
from bot.storage import Tx
from bot.texts import Refused, for_language
from tests.factories import ANNA, BRAM, CHLOE, DAAN, text_of
from tests.selections.people import (
    case_of,
    choosing,
    control,
    of,
    opened,
    ref,
    sweep,
)


def test_three_people_of_whom_two_have_a_case(tx: Tx) -> None:
    """Bram leads; Anna and Chloé have a case each, and all three vote."""
    found = choosing(tx, ANNA, CHLOE, there=(ANNA, CHLOE))
    selections.open_vote(tx, BRAM, control(found))
    assert found.ends_at == tx.now + timedelta(minutes=2)
    assert selections.give_vote(tx, ANNA, of(found, case_of(tx, CHLOE)))
    assert selections.give_vote(tx, CHLOE, of(found, case_of(tx, CHLOE)))
    assert not selections.give_vote(tx, BRAM, of(found, case_of(tx, ANNA)))
    assert (found.state, found.asked_case) == ("asking", case_of(tx, CHLOE).id)
    assert tx.sql.scalars(select(SelectionMark)).all() == []
    sessions.bring_chosen_case(tx, CHLOE, of(found, case_of(tx, CHLOE)))
    assert opened(tx).presenter == CHLOE


def test_equal_votes_go_by_who_recognises_it_and_then_by_waiting(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.echo(tx, DAAN, of(found, case_of(tx, CHLOE)))
    selections.open_vote(tx, BRAM, control(found))
    for user, theirs in ((ANNA, ANNA), (BRAM, ANNA), (CHLOE, CHLOE), (DAAN, CHLOE)):
        selections.give_vote(tx, user, of(found, case_of(tx, theirs)))
    assert found.asked_case == case_of(tx, CHLOE).id
    assert "De stemmen waren gelijk" in text_of(tx, "candidates")
    selections.take_question_back(tx, BRAM, control(found))
    # Without that mark the case that waits longest comes first.
    tx.sql.execute(delete(SelectionMark))
    selections.open_vote(tx, BRAM, control(found))
    for user, theirs in ((ANNA, ANNA), (BRAM, ANNA), (CHLOE, CHLOE), (DAAN, CHLOE)):
        selections.give_vote(tx, user, of(found, case_of(tx, theirs)))
    assert found.asked_case == case_of(tx, ANNA).id


def test_a_vote_of_somebody_who_has_gone_does_not_count(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.open_vote(tx, BRAM, control(found))
    selections.give_vote(tx, DAAN, of(found, case_of(tx, ANNA)))
    selections.give_vote(tx, CHLOE, of(found, case_of(tx, CHLOE)))
    selections.tick_people(tx, BRAM, ref(found), {ANNA, BRAM, CHLOE})
    with pytest.raises(Refused) as refused:
        selections.give_vote(tx, DAAN, of(found, case_of(tx, ANNA)))
    assert "wie er is" in refused.value.say(for_language("nl"))
    selections.give_vote(tx, ANNA, of(found, case_of(tx, CHLOE)))
    selections.give_vote(tx, BRAM, of(found, case_of(tx, ANNA)))
    assert found.asked_case == case_of(tx, CHLOE).id


def test_a_vote_waits_for_nobody_who_leaves(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.open_vote(tx, BRAM, control(found))
    for user in (ANNA, BRAM, CHLOE):
        selections.give_vote(tx, user, of(found, case_of(tx, ANNA)))
    assert found.state == "polling"
    groups.leave_group(tx, found.group_id, DAAN)
    sweep(tx)
    assert (found.state, found.asked_case) == ("asking", case_of(tx, ANNA).id)
    with pytest.raises(Refused):
        selections.give_vote(tx, DAAN, of(found, case_of(tx, CHLOE)))


def test_a_vote_is_over_after_two_minutes_also_when_nobody_voted(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE)
    selections.open_vote(tx, BRAM, control(found))
    tx.now += timedelta(minutes=2)
    sweep(tx)
    assert found.state == "choosing"
    assert "Niemand heeft gestemd" in text_of(tx, "card")


def test_the_last_vote_of_somebody_counts(tx: Tx) -> None:
    found = choosing(tx, ANNA, CHLOE, there=(ANNA,))
    groups_there = {ANNA, BRAM, CHLOE}
    selections.tick_people(tx, BRAM, ref(found), groups_there)
    selections.open_vote(tx, BRAM, control(found))
    selections.give_vote(tx, ANNA, of(found, case_of(tx, ANNA)))
    selections.give_vote(tx, ANNA, of(found, case_of(tx, CHLOE)))
    selections.count_now(tx, BRAM, control(found))
    assert found.asked_case == case_of(tx, CHLOE).id
