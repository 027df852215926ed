"""A case that waits has a term too: after a year its writer is asked in private whether it stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.nudges.records import Nudge
from bot.polls import service as polls
from bot.privacy import service as privacy
from bot.privacy.service import waiting
from bot.storage import Tx
from bot.texts import Refused
from tests.conftest import make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE, make_case
from tests.privacy.people import HANDLERS, later, sweep
from tests.privacy.test_messages_go import group_of, night

ASKED = "Blijft hij staan?"


def a_waiting_case(tx: Tx) -> Case:
    return make_case(tx, make_group(tx, ANNA, BRAM, CHLOE, retention_days=365), ANNA, title="Te vaak ja")


def nights(tx: Tx, days: int) -> list[str]:
    """The night after so many days, and the next working days; returns all private messages until then."""
    later(tx, timedelta(days=days))
    night(tx)
    for _ in range(8):
        later(tx, timedelta(hours=13))
        run_due(tx, HANDLERS)
        sweep(tx)
    return texts_of(outgoing(tx, "direct"))


def questions(said: list[str]) -> list[str]:
    return [text for text in said if ASKED in text]


def is_there(tx: Tx, case: Case) -> bool:
    return tx.sql.get_one(Case, case.id).title != ""


def test_after_a_year_its_writer_is_asked_once(tx: Tx) -> None:
    case = a_waiting_case(tx)
    assert nights(tx, 355) == []
    [asked] = questions(nights(tx, 10))
    assert "Te vaak ja" in asked
    assert tx.sql.scalars(select(Nudge).where(Nudge.kind == waiting.ASK)).all() == []
    assert len(questions(nights(tx, 7))) == 1
    assert is_there(tx, case)


def test_without_an_answer_it_goes_after_four_weeks_and_its_writer_hears_it(tx: Tx) -> None:
    case = a_waiting_case(tx)
    nights(tx, 366)
    nights(tx, 20)
    assert is_there(tx, case)
    said = nights(tx, 5)
    found = tx.sql.get_one(Case, case.id)
    assert (found.title, found.state) == ("", CaseState.WITHDRAWN)
    # In a message of its own, and in the place of the question.
    assert len([text for text in said if "Ik heb hem gewist" in text]) == 2
    assert questions(said) == []


def test_it_stays_for_another_year_when_its_writer_says_so(tx: Tx) -> None:
    case = a_waiting_case(tx)
    nights(tx, 366)
    assert "blijft staan" in privacy.let_case_stay(tx, ANNA, case.id)
    nights(tx, 60)
    assert is_there(tx, case)
    # The question of a year ago shows its answer.
    assert len(questions(nights(tx, 310))) == 1


def test_its_writer_may_let_it_go_at_once(tx: Tx) -> None:
    case = a_waiting_case(tx)
    nights(tx, 366)
    assert "is gewist" in privacy.let_case_go(tx, ANNA, case.id)
    assert not is_there(tx, case)
    with pytest.raises(Refused):
        privacy.let_case_stay(tx, ANNA, case.id)


def test_whoever_writes_in_it_again_has_answered(tx: Tx) -> None:
    case = a_waiting_case(tx)
    nights(tx, 366)
    draft = cases.draft_of(case)
    cases.save_draft(tx, case.group_id, ANNA, case.id, draft, then="keep")
    nights(tx, 60)
    assert is_there(tx, case)


def test_a_case_that_was_chosen_meanwhile_and_came_back_is_asked_about_anew(tx: Tx) -> None:
    case = a_waiting_case(tx)
    nights(tx, 366)
    cases.mark_chosen(tx, case)
    nights(tx, 40)
    assert is_there(tx, case), "what is chosen does not wait"
    cases.return_to_backlog(tx, case)
    night(tx)
    assert is_there(tx, case)


def test_who_gets_no_private_messages_is_not_asked_and_keeps_the_case(tx: Tx) -> None:
    case = a_waiting_case(tx)
    groups.ensure_person(tx, ANNA).nudges = False
    nights(tx, 366)
    nights(tx, 60)
    assert is_there(tx, case)


def test_a_group_without_an_end_keeps_them(tx: Tx) -> None:
    case = a_waiting_case(tx)
    group_of(tx).retention_days = None
    assert nights(tx, 800) == []
    assert is_there(tx, case)


def test_only_its_writer_answers(tx: Tx) -> None:
    case = a_waiting_case(tx)
    nights(tx, 366)
    for act in (privacy.let_case_stay, privacy.let_case_go):
        with pytest.raises(Refused):
            act(tx, BRAM, case.id)
    assert is_there(tx, case)


def test_a_case_that_goes_leaves_the_vote(tx: Tx) -> None:
    case = a_waiting_case(tx)
    group = group_of(tx)
    nights(tx, 366)
    for user in (BRAM, CHLOE):
        make_case(tx, group, user)
    polls.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=60))
    nights(tx, 30)
    assert not is_there(tx, case)
    assert case.id not in [one.id for one in cases.backlog(tx, group)]
