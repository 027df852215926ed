"""Writing, handing in, changing and withdrawing a case."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Text, func, select, text, type_coerce, update

from bot.cases import service
from bot.cases.records import Case
from bot.cases.rules import CaseDraft, CaseState
from bot.groups import service as groups
from bot.storage import Store, Tx, new_id
from bot.texts import Refused
from tests.conftest import OURS, THEIRS, due_items, make_group
from tests.factories import ANNA, BRAM, CHLOE, make_case

GOOD = CaseDraft(
    "Te vaak ja",
    "Een collega vraagt me elke week iets erbij, en ik zeg altijd ja.",
    "Ik wil aardig gevonden worden.",
    "Hoe kan ik nee zeggen?",
)


def write(
    tx: Tx, draft: CaseDraft = GOOD, *, then: str = "hand_in", case_id: str = "", user: str = ANNA
) -> Case:
    group = groups.group_of_channel(tx, "C0OOST")
    return service.save_draft(tx, group.id, user, case_id or new_id(), draft, then=then)


def test_a_case_that_is_handed_in_waits_in_the_backlog(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    groups.ensure_person(tx, ANNA).opened_home = True
    case = write(tx)
    assert case.state == CaseState.HANDED_IN
    assert [one.id for one in service.backlog(tx, group)] == [case.id]
    assert {row.subject for row in due_items(tx, "home.refresh")} == {ANNA}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"situation": "Kort."}, "situation"),
        ({"own_part": "Niks"}, "own_part"),
        ({"question": "Hoe?"}, "question"),
        ({"question": "Hoe ik nee kan zeggen"}, "question"),
        ({"question": "Moet ik nee zeggen tegen hem?"}, "question"),
    ],
)
def test_what_would_not_help_the_group_is_said_at_its_field(
    tx: Tx, change: dict[str, Any], field: str
) -> None:
    make_group(tx, ANNA)
    with pytest.raises(Refused) as refusal:
        write(tx, replace(GOOD, **change))
    assert refusal.value.field == field


def test_a_draft_may_be_anything_with_a_title_and_only_its_writer_sees_it(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    case = write(tx, CaseDraft("Iets", "", "", ""), then="draft")
    assert service.backlog(tx, group) == []
    with pytest.raises(Refused):
        service.hand_in(tx, case.id, ANNA)
    for user, workspace in ((BRAM, OURS), (ANNA, THEIRS)):
        with pytest.raises(Refused):
            service.own_case(tx.of(workspace), case.id, user)


def test_a_case_that_the_group_sees_is_not_emptied_by_keeping_it_as_a_draft(tx: Tx) -> None:
    make_group(tx, ANNA)
    case = write(tx)
    with pytest.raises(Refused):
        write(tx, replace(GOOD, question=""), then="draft", case_id=case.id)
    assert case.question == GOOD.question


async def test_one_form_makes_one_case_however_often_it_arrives(store: Store) -> None:
    case_id = new_id()
    await store.transact(lambda tx: make_group(tx, ANNA).id)
    await asyncio.gather(*(store.transact(lambda tx: write(tx, case_id=case_id).id) for _ in range(6)))
    assert await store.read(lambda tx: tx.sql.scalar(select(func.count(Case.id)))) == 1


def test_an_id_of_someone_else_or_of_no_form_makes_nothing(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    theirs = make_case(tx, group, BRAM)
    for case_id in (theirs.id, "short", "x" * 400):
        with pytest.raises(Refused):
            write(tx, case_id=case_id)
    assert theirs.presenter == BRAM


def test_after_withdrawal_nothing_brings_a_case_back(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    case = write(tx)
    service.withdraw(tx, case.id, ANNA)
    service.withdraw(tx, case.id, ANNA)
    with pytest.raises(Refused):
        service.hand_in(tx, case.id, ANNA)
    with pytest.raises(Refused):
        service.editable_case(tx, group, case.id, ANNA)
    with pytest.raises(Refused) as refusal:
        write(tx, case_id=case.id)
    assert "Copy what you typed" in refusal.value.say(groups.texts_of(tx, CHLOE)) or refusal.value.field
    assert case.state == CaseState.WITHDRAWN
    assert service.backlog(tx, group) == []


def test_a_treated_case_is_not_withdrawn(tx: Tx) -> None:
    case = make_case(tx, make_group(tx, ANNA), state=CaseState.TREATED)
    with pytest.raises(Refused):
        service.withdraw(tx, case.id, ANNA)
    assert case.state == CaseState.TREATED


def test_cases_of_someone_who_left_wait_until_they_come_back(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    case = make_case(tx, group)
    groups.on_channel_leave(tx, group, ANNA)
    assert service.backlog(tx, group) == []
    groups.add_member(tx, group, ANNA)
    assert [one.id for one in service.backlog(tx, group)] == [case.id]


def test_no_word_of_a_case_lies_open_in_the_database(tx: Tx) -> None:
    make_group(tx, ANNA)
    write(tx, replace(GOOD, tried="Zuchten", hope="Rust", theme="Grenzen"))
    tx.sql.flush()
    for table in ("cases", "due", "outbox"):
        for row in tx.sql.execute(text(f"SELECT * FROM {table}")):
            shown = " ".join(map(str, row))
            for word in ("Te vaak ja", "collega", "aardig", "nee zeggen", "Zuchten", "Rust", "Grenzen"):
                assert word not in shown, (table, word)


def test_a_case_of_another_group_is_not_reached(tx: Tx) -> None:
    here = make_group(tx, ANNA, BRAM)
    there = make_group(tx, ANNA, channel="C0WEST")
    case = make_case(tx, there)
    with pytest.raises(Refused):
        service.case_of_group(tx, here, case.id)
    with pytest.raises(Refused):
        service.save_draft(tx, here.id, ANNA, case.id, GOOD, then="hand_in")


async def test_what_is_pointed_out_once_may_stay(store: Store) -> None:
    assert service.hints_for(replace(GOOD, title="Ruzie met Pieter"), then="hand_in") == ("Pieter", False)
    assert service.hints_for(replace(GOOD, question="Hoe krijg je een team in beweging?"), then="more") == (
        None,
        True,
    )
    assert service.hints_for(GOOD, then="hand_in") is None
    assert service.hints_for(CaseDraft("Ruzie met Pieter", "", "", ""), then="draft") is None


def test_a_chosen_case_can_change_until_its_session_begins(tx: Tx) -> None:
    group = make_group(tx, ANNA)
    case = write(tx)
    service.mark_chosen(tx, case)
    write(tx, replace(GOOD, title="Nog vaker ja"), then="keep", case_id=case.id)
    service.mark_started(tx, case)
    with pytest.raises(Refused) as refusal:
        write(tx, then="keep", case_id=case.id)
    assert refusal.value.field == "title"
    with pytest.raises(Refused):
        service.editable_case(tx, group, case.id, ANNA)
    assert (case.title, case.state) == ("Nog vaker ja", "in_session")
    service.return_to_backlog(tx, case)
    assert [one.id for one in service.backlog(tx, group)] == [case.id]


def test_a_case_can_be_withdrawn_even_in_its_session(tx: Tx) -> None:
    case = make_case(tx, make_group(tx, ANNA), state=CaseState.CHOSEN)
    service.mark_started(tx, case)
    assert service.withdraw(tx, case.id, ANNA).state == CaseState.WITHDRAWN


def test_a_case_that_cannot_be_read_keeps_nobody_from_the_others(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    lost, whole = (make_case(tx, group, user) for user in (ANNA, BRAM))
    spoilt = update(Case).where(Case.id == lost.id).values(title=type_coerce("damaged", Text))
    tx.sql.execute(spoilt)
    tx.sql.expire_all()
    found = {case.id: case for case in service.backlog(tx, group)}
    assert {id_: case.title for id_, case in found.items()} == {lost.id: "[?]", whole.id: whole.title}
    assert found[lost.id].question
