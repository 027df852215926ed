"""What a group agreed on: its own text, who agrees, and that nobody hands in a case without."""

import pytest
from sqlalchemy import delete

from bot.agreements import service
from bot.agreements.records import Agreed
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseDraft, CaseState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.storage import Store, Tx, new_id
from bot.texts import Refused
from tests.conftest import make_group, outgoing, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN

DRAFT = CaseDraft(
    "Te vaak ja",
    "Een collega vraagt me elke week iets erbij, en ik zeg altijd ja.",
    "Ik wil aardig gevonden worden.",
    "Hoe kan ik nee zeggen?",
)


def fresh(tx: Tx, trial: str = "") -> str:
    """A group in which nobody has agreed yet."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, trial=trial)
    tx.sql.execute(delete(Agreed))
    return group.id


def hand_in(tx: Tx, group_id: str, user: str = ANNA) -> Case:
    return cases.save_draft(tx, group_id, user, new_id(), DRAFT, then="hand_in")


def stand(tx: Tx, group_id: str) -> tuple[int, str]:
    group = tx.sql.get_one(Group, group_id)
    return service.current_text(tx, group, groups.texts_in(group))


@pytest.mark.parametrize(("language", "said"), [("nl", "werkoverleg"), ("en", "staff meeting")])
async def test_a_group_begins_with_a_good_text_in_its_language(
    store: Store, language: str, said: str
) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, language=language).id)
    version, text = await store.read(stand, group_id)
    assert version == 1
    assert said in text


async def test_a_case_without_the_agreements_is_kept_and_goes_after_them(store: Store) -> None:
    group_id = await store.transact(fresh)
    case = await store.transact(hand_in, group_id)
    assert (case.state, case.situation) == ("draft", DRAFT.situation)
    with pytest.raises(Refused):
        await store.transact(cases.hand_in, case.id, ANNA)
    await store.transact(service.agree, group_id, ANNA, 1)
    assert (await store.transact(cases.hand_in, case.id, ANNA)).state == CaseState.HANDED_IN
    # Of the others nobody has agreed by that.
    assert (await store.transact(hand_in, group_id, BRAM)).state == CaseState.DRAFT


@pytest.mark.parametrize("trial", ["first", "asked"])
async def test_a_group_that_tries_it_once_agrees_later(store: Store, trial: str) -> None:
    group_id = await store.transact(fresh, trial)
    assert (await store.transact(hand_in, group_id)).state == CaseState.HANDED_IN
    await store.transact(groups.resume_group, group_id, ANNA)


async def test_another_text_is_asked_about_again_once_in_the_channel(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    for _ in range(2):
        await store.transact(service.change_agreements, group_id, ANNA, 1, "Wij zwijgen.")
    assert await store.read(stand, group_id) == (2, "Wij zwijgen.")
    posted = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert len([text for text in posted if "afspraken van deze groep veranderd" in text]) == 1
    # Whoever wrote it agrees with it; the others are asked again.
    assert (await store.transact(hand_in, group_id, ANNA)).state == CaseState.HANDED_IN
    assert (await store.transact(hand_in, group_id, BRAM)).state == CaseState.DRAFT


async def test_of_two_who_change_it_at_once_the_second_hears_so(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await store.transact(service.change_agreements, group_id, ANNA, 1, "Wij zwijgen.")
    with pytest.raises(Refused) as refused:
        await store.transact(service.change_agreements, group_id, BRAM, 1, "Wij praten.")
    assert refused.value.field == "text"
    with pytest.raises(Refused) as refused:
        await store.transact(service.change_agreements, group_id, BRAM, 2, "")
    assert refused.value.field == "text"


async def test_nobody_agrees_with_a_text_that_they_have_not_read(store: Store) -> None:
    group_id = await store.transact(fresh)
    await store.transact(service.change_agreements, group_id, ANNA, 1, "Wij zwijgen.")
    with pytest.raises(Refused):
        await store.transact(service.agree, group_id, BRAM, 1)
    with pytest.raises(groups.NotMember):
        await store.transact(service.agree, group_id, "U0VREEMD", 2)


async def test_the_group_sees_how_many_and_not_who(store: Store) -> None:
    def page(tx: Tx, group_id: str) -> str:
        group = tx.sql.get_one(Group, group_id)
        return str(service.agreements_page(tx, groups.texts_in(group), group, DAAN))

    group_id = await store.transact(fresh)
    for user in (ANNA, BRAM):
        await store.transact(service.agree, group_id, user, 1)
    assert "2 van de 4 groepsleden zijn akkoord" in await store.read(page, group_id)
    # Of whoever leaves it no longer counts.
    await store.transact(groups.leave_group, group_id, BRAM)
    shown = await store.read(page, group_id)
    assert "1 van de 3 groepsleden is akkoord" in shown
    assert ANNA not in shown
