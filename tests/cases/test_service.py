"""Writing, handing in, changing and withdrawing a case."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Text, func, inspect, select, text, type_coerce, update

from bot.cases import rules, service, views
from bot.cases.records import Case
from bot.cases.rules import CaseDraft, CaseKind, CaseState, Remark
from bot.groups import service as groups
from bot.storage import Store, Tx, new_id
from bot.texts import Refused, for_language
from tests.conftest import OURS, THEIRS, due_items, make_group
from tests.factories import ANNA, BRAM, CHLOE, make_case

GOOD = CaseDraft(
    "Te vaak ja",
    "Een collega vraagt me elke week iets erbij, en ik zeg altijd ja.",
    "Ik wil aardig gevonden worden.",
    "Hoe kan ik nee zeggen?",
)


NOTHING = CaseDraft("", "", "", "")


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
    ("change", "remark"),
    [
        ({"title": "Ruzie met Pieter"}, Remark.NAME_IN_TITLE),
        ({"situation": "Kort."}, Remark.THIN_SITUATION),
        ({"own_part": "Niks"}, Remark.THIN_OWN_PART),
        ({"question": ""}, Remark.NO_QUESTION),
        ({"question": "Hoe?"}, Remark.SHORT_QUESTION),
        ({"question": "Hoe ik nee kan zeggen"}, Remark.NOT_A_QUESTION),
        ({"question": "Moet ik nee zeggen tegen hem?"}, Remark.CLOSED_QUESTION),
        ({"question": "Hoe krijg je een team in beweging?"}, Remark.ABOUT_OTHERS),
    ],
)
def test_what_would_not_help_the_group_is_pointed_out_and_keeps_nobody_from_going_on(
    tx: Tx, change: dict[str, Any], remark: Remark
) -> None:
    make_group(tx, ANNA)
    draft = replace(GOOD, **change)
    assert service.remarks_for(draft, then="hand_in") == [remark]
    assert service.remarks_for(draft, then="more") == [remark]
    assert service.remarks_for(draft, then="draft") == []
    assert write(tx, draft).state == CaseState.HANDED_IN


@pytest.mark.parametrize("then", ["hand_in", "more", "keep"])
def test_the_group_chooses_by_a_title_so_a_case_needs_one(tx: Tx, then: str) -> None:
    make_group(tx, ANNA)
    with pytest.raises(Refused) as refusal:
        write(tx, replace(GOOD, title=""), then=then)
    assert refusal.value.field == "title"
    draft = write(tx, replace(GOOD, title=""), then="draft")
    with pytest.raises(Refused):
        service.hand_in(tx, draft.id, ANNA)
    assert draft.state == CaseState.DRAFT


@pytest.mark.parametrize("then", ["hand_in", "more", "draft"])
def test_a_form_without_a_word_makes_nothing(tx: Tx, then: str) -> None:
    group = make_group(tx, ANNA)
    case_id = new_id()
    with pytest.raises(Refused) as refusal:
        write(tx, NOTHING, then=then, case_id=case_id)
    assert refusal.value.field == "title"
    assert service.keep_typed(tx, group.id, ANNA, case_id, NOTHING) is None
    assert service.find_own_case(tx, case_id, ANNA) is None


def test_an_emptied_form_takes_nothing_from_a_draft(tx: Tx) -> None:
    group = make_group(tx, ANNA)
    case = write(tx, then="draft")
    service.keep_typed(tx, group.id, ANNA, case.id, NOTHING)
    assert case.situation == GOOD.situation


@pytest.mark.parametrize("words", [{"title": "Iets"}, {"situation": "Iets"}, {"question": "Iets"}])
def test_a_draft_may_be_anything_and_only_its_writer_sees_it(tx: Tx, words: dict[str, str]) -> None:
    group = make_group(tx, ANNA, BRAM)
    case = write(tx, replace(NOTHING, **words), then="draft")  # type: ignore[arg-type]  # texts only
    assert service.backlog(tx, group) == []
    assert views.title_of(for_language("nl"), case) == "Iets"
    for user, workspace in ((BRAM, OURS), (ANNA, THEIRS)):
        with pytest.raises(Refused):
            service.own_case(tx.of(workspace), case.id, user)


def test_a_case_that_the_group_sees_is_not_emptied_by_keeping_it_as_a_draft(tx: Tx) -> None:
    make_group(tx, ANNA)
    case = write(tx)
    with pytest.raises(Refused):
        write(tx, NOTHING, then="draft", case_id=case.id)
    with pytest.raises(Refused):
        write(tx, replace(GOOD, title=""), then="draft", case_id=case.id)
    assert (case.title, case.question) == (GOOD.title, GOOD.question)


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
    group = make_group(tx, ANNA)
    case = write(tx, replace(GOOD, tried="Zuchten", hope="Rust", theme="Grenzen"))
    service.keep_typed(tx, group.id, ANNA, case.id, replace(GOOD, title="Nog vaker ja"))
    assert case.typed
    for table in ("cases", "due", "outbox"):
        for row in tx.sql.execute(text(f"SELECT * FROM {table}")):
            shown = " ".join(map(str, row))
            for word in (
                "Te vaak ja",
                "Nog vaker",
                "collega",
                "aardig",
                "nee zeggen",
                "Zuchten",
                "Rust",
                "Grenzen",
            ):
                assert word not in shown, (table, word)


def test_a_case_of_another_group_is_not_reached(tx: Tx) -> None:
    here = make_group(tx, ANNA, BRAM)
    there = make_group(tx, ANNA, channel="C0WEST")
    case = make_case(tx, there)
    with pytest.raises(Refused):
        service.case_of_group(tx, here, case.id)
    with pytest.raises(Refused):
        service.save_draft(tx, here.id, ANNA, case.id, GOOD, then="hand_in")


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


def test_what_is_typed_into_an_open_form_is_kept_as_a_draft(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    case_id = new_id()
    for situation in ("Een", "Een collega"):
        service.keep_typed(tx, group.id, ANNA, case_id, replace(NOTHING, situation=situation))
    kept = service.own_case(tx, case_id, ANNA)
    assert (kept.state, kept.situation) == (CaseState.DRAFT, "Een collega")
    assert service.newest_draft(tx, group, ANNA) is kept
    assert service.newest_draft(tx, group, BRAM) is None
    with pytest.raises(Refused):
        service.keep_typed(tx, group.id, BRAM, case_id, GOOD)
    assert write(tx, case_id=case_id) is kept
    assert service.newest_draft(tx, group, ANNA) is None


def test_changes_that_were_not_sent_are_kept_beside_what_the_group_sees(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    case = write(tx)
    service.keep_typed(tx, group.id, ANNA, case.id, replace(GOOD, title="Nog vaker ja"))
    assert (case.title, service.typed_draft(case).title) == ("Te vaak ja", "Nog vaker ja")
    service.keep_typed(tx, group.id, ANNA, case.id, GOOD)
    assert case.typed is None
    service.keep_typed(tx, group.id, ANNA, case.id, replace(GOOD, title="Nog vaker ja"))
    write(tx, replace(GOOD, title="Soms ja"), then="keep", case_id=case.id)
    assert (service.typed_draft(case).title, case.typed) == ("Soms ja", None)


def test_a_form_of_before_the_group_chose_takes_nothing_back(tx: Tx) -> None:
    """Two windows: a draft that is handed in by one, and chosen, while the other still has its form open."""
    group = make_group(tx, ANNA, BRAM)
    case = write(tx, then="draft")
    service.hand_in(tx, case.id, ANNA)
    service.mark_chosen(tx, case)
    write(tx, replace(GOOD, title="Nog vaker ja"), then="draft", case_id=case.id)
    assert (case.state, case.title) == (CaseState.CHOSEN, "Nog vaker ja")
    service.mark_started(tx, case)
    assert service.keep_typed(tx, group.id, ANNA, case.id, replace(GOOD, title="Te laat")) is None
    assert service.typed_draft(case).title == "Nog vaker ja"


async def test_a_case_that_is_saved_in_the_instant_in_which_it_is_chosen_is_both(store: Store) -> None:
    case_id = await store.transact(lambda tx: make_case(tx, make_group(tx, ANNA, BRAM)).id)

    def choose(tx: Tx) -> None:
        service.mark_chosen(tx, service.own_case(tx, case_id, ANNA))

    def save(tx: Tx, number: int) -> None:
        write(tx, replace(GOOD, title=f"Versie {number}"), then="draft", case_id=case_id)

    await asyncio.gather(*(store.transact(save, number) for number in range(3)), store.transact(choose))

    def look(tx: Tx) -> tuple[CaseState, str]:
        case = service.own_case(tx, case_id, ANNA)
        return case.state, case.title[:-1]

    assert await store.read(look) == (CaseState.CHOSEN, "Versie ")


@pytest.mark.parametrize("state", [CaseState.DRAFT, CaseState.WITHDRAWN])
def test_a_draft_and_a_withdrawn_case_can_be_deleted_and_no_form_brings_them_back(
    tx: Tx, state: CaseState
) -> None:
    group = make_group(tx, ANNA, BRAM)
    case = make_case(tx, group, state=state)
    case.typed = {"title": "Nog vaker ja"}
    with pytest.raises(Refused):
        service.delete_case(tx, case.id, BRAM)
    service.delete_case(tx, case.id, ANNA)
    service.delete_case(tx, case.id, ANNA)
    words = (case.title, case.situation, case.own_part, case.question, case.tried, case.hope, case.theme)
    assert not any(words)
    assert case.typed is None
    assert service.cases_of(tx, ANNA, group) + service.withdrawn_of(tx, ANNA, group) == []
    assert service.newest_draft(tx, group, ANNA) is None
    assert service.keep_typed(tx, group.id, ANNA, case.id, GOOD) is None
    for then in ("hand_in", "draft"):
        with pytest.raises(Refused):
            write(tx, then=then, case_id=case.id)


@pytest.mark.parametrize(
    "state", [CaseState.HANDED_IN, CaseState.CHOSEN, CaseState.IN_SESSION, CaseState.TREATED]
)
def test_a_case_of_the_group_is_not_deleted(tx: Tx, state: CaseState) -> None:
    case = make_case(tx, make_group(tx, ANNA, BRAM), state=state)
    with pytest.raises(Refused):
        service.delete_case(tx, case.id, ANNA)
    assert case.title


def test_something_that_went_well_goes_to_the_group_without_a_question(tx: Tx) -> None:
    make_group(tx, ANNA)
    went_well = replace(GOOD, kind=CaseKind.WENT_WELL)
    draft = write(tx, went_well, then="draft")
    # Its writer may still change their mind.
    assert draft.question == GOOD.question
    service.hand_in(tx, draft.id, ANNA)
    assert (draft.kind, draft.question) == ("went_well", "")
    assert write(tx, went_well).question == ""


def test_a_case_that_cannot_be_read_keeps_nobody_from_the_others(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    lost, whole = (make_case(tx, group, user) for user in (ANNA, BRAM))
    spoilt = update(Case).where(Case.id == lost.id).values(title=type_coerce("damaged", Text))
    tx.sql.execute(spoilt)
    tx.sql.expire_all()
    found = {case.id: case for case in service.backlog(tx, group)}
    assert {id_: case.title for id_, case in found.items()} == {lost.id: "[?]", whole.id: whole.title}
    assert found[lost.id].question


def test_a_list_of_cases_reads_only_what_it_shows(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    case = make_case(tx, group, ANNA)
    case.state = CaseState.HANDED_IN
    tx.sql.flush()
    tx.sql.expunge_all()
    for listed in (
        service.backlog(tx, group),
        service.cases_of(tx, ANNA, group),
        service.waiting_of(tx, group, ANNA),
    ):
        [one] = listed
        assert {"situation", "own_part", "tried", "hope", "theme", "typed"} <= inspect(one).unloaded
        assert not {"title", "question"} & inspect(one).unloaded
        tx.sql.expunge_all()


def test_a_list_is_no_longer_than_it_is_shown(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    made = [write(tx, user=user) for user in (ANNA, BRAM) for _ in range(3)]
    first = sorted(made, key=lambda case: (case.handed_in_at, case.id))[:4]
    assert service.backlog(tx, group, at_most=4) == first
    assert len(service.cases_of(tx, ANNA, group, at_most=2)) == 2


def test_one_person_cannot_fill_the_group_with_cases(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    for _ in range(rules.MOST_WAITING):
        write(tx)
    with pytest.raises(Refused) as refused:
        write(tx)
    told = refused.value.say(for_language("nl"))
    assert "10 casussen" in told
    assert "/intervisie casussen" in told
    assert "concept" in told
    assert service.backlog_size(tx, group) == rules.MOST_WAITING
    # A draft, what waits already, and somebody else's case are as before.
    draft = write(tx, then="draft")
    with pytest.raises(Refused):
        service.hand_in(tx, draft.id, ANNA)
    write(tx, user=BRAM)
    waiting = service.waiting_of(tx, group, ANNA)
    write(tx, case_id=waiting[0].id)
    service.withdraw(tx, waiting[1].id, ANNA)
    assert service.hand_in(tx, draft.id, ANNA).state == CaseState.HANDED_IN
