"""New sentences of the agreements: in the first text of new groups, and a suggestion to the groups of before."""

import pytest
from sqlalchemy import delete

from bot.agreements import service
from bot.agreements.records import Agreed
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.storage import Store, Tx
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, make_case
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["stage"]

NEW = (
    "We zijn eerlijk, en blijven respectvol: wie zich inhoudt, helpt de ander niet.",
    "We stellen ons open op.",
    "Kennen we iemand uit een casus, dan zeggen we dat en gaan er even uit.",
)
VIDEO = "Bij beeldbellen: ieder zit alleen, niemand neemt op, ook geen AI."
SUGGESTED = "Een suggestie voor deze tekst"


def older(tx: Tx) -> Group:
    """A group of before these sentences."""
    return make_group(tx, ANNA, BRAM, first_text=1, suggestion_open=True)


def text_of(tx: Tx, group_id: str) -> str:
    group = tx.sql.get_one(Group, group_id)
    return service.current_text(tx, group, groups.texts_in(group))[1]


def page(tx: Tx, group_id: str) -> str:
    group = tx.sql.get_one(Group, group_id)
    return str(service.agreements_page(tx, groups.texts_in(group), group, ANNA))


@pytest.mark.parametrize("meets", ["room", "video", "thread"])
async def test_a_new_group_begins_with_them_and_by_video_with_one_more(store: Store, meets: str) -> None:
    def begin(tx: Tx) -> str:
        return groups.set_up(
            tx, "C0OOST", ANNA, {ANNA}, language="nl", zone="Europe/Amsterdam", meets=meets
        ).id

    group_id = await store.transact(begin)
    text = await store.read(text_of, group_id)
    assert all(line in text for line in NEW)
    assert (VIDEO in text) == (meets == "video")
    assert SUGGESTED not in await store.read(page, group_id)


async def test_a_group_of_before_keeps_the_text_that_its_members_agreed_with(store: Store) -> None:
    group_id = await store.transact(lambda tx: older(tx).id)
    text = await store.read(text_of, group_id)
    assert not any(line in text for line in NEW)
    assert SUGGESTED in await store.read(page, group_id)


async def test_only_what_the_text_lacks_is_suggested(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        group = older(tx)
        service.change_agreements(tx, group.id, ANNA, 1, f"Wij zwijgen.\n{NEW[1]}")
        group.suggestion_open = True
        return group.id

    shown = await store.read(page, await store.transact(prepare))
    assert NEW[0] in shown
    assert shown.count(NEW[1]) == 1
    assert VIDEO not in shown


async def test_whoever_declines_it_declines_it_for_the_group(store: Store) -> None:
    group_id = await store.transact(lambda tx: older(tx).id)
    for user in (ANNA, BRAM):
        await store.transact(service.decline_suggestion, group_id, user)
    assert SUGGESTED not in await store.read(page, group_id)


async def test_a_group_that_meets_by_video_from_now_on_is_suggested_the_sentence_for_it(store: Store) -> None:
    def change(tx: Tx) -> str:
        group = groups.set_up(tx, "C0OOST", ANNA, {ANNA}, language="nl", zone="Europe/Amsterdam")
        groups.change_basics(
            tx, group.id, ANNA, name="", language="nl", meets="video", minimum=4, hierarchy=None
        )
        return group.id

    group_id = await store.transact(change)
    # The text that people agreed with does not change by itself.
    assert VIDEO not in await store.read(text_of, group_id)
    assert VIDEO in await store.read(page, group_id)


async def test_the_suggestion_is_taken_in_the_form_and_not_made_again(stage: Stage) -> None:
    await ours(stage.app).transact(lambda tx: older(tx).id)
    await stage.bram.command("afspraken", CHANNEL)
    assert SUGGESTED in await stage.bram.read_modal()
    await stage.bram.click_in_view("Toevoegen")
    assert await stage.bram.submit() == {}
    read = await stage.bram.read_modal()
    assert SUGGESTED not in read
    assert "Wat hier gezegd wordt" in read
    assert all(line in read for line in NEW)
    await stage.rest()
    assert await stage.anna.sees("heeft de afspraken van deze groep veranderd", CHANNEL)
    await stage.anna.command("afspraken", CHANNEL)
    assert SUGGESTED not in await stage.anna.read_modal()
    assert await stage.team.refused() == []


async def test_before_a_case_it_says_when_it_asks_again_and_a_draft_says_when_it_goes(stage: Stage) -> None:
    def prepare(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM)
        make_case(tx, group, ANNA, state=CaseState.DRAFT)
        tx.sql.execute(delete(Agreed))

    await ours(stage.app).transact(prepare)
    await stage.anna.command("casus", CHANNEL)
    assert "Ik vraag het pas weer als de tekst verandert" in await stage.anna.read_modal()
    await stage.anna.close_all()
    await stage.anna.command("casussen", CHANNEL)
    await stage.anna.click_in_view("Bewerken")
    assert "Hij gaat pas naar de groep als je akkoord bent met de afspraken" in await stage.anna.read_modal()
    assert await stage.team.refused() == []
