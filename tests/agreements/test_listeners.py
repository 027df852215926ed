"""The agreements as people meet them: on their own, on the way to a case, and when they change meanwhile."""

import pytest
from sqlalchemy import delete

from bot.agreements import service
from bot.agreements.records import Agreed
from bot.cases.records import Case
from bot.groups import service as groups
from bot.storage import Tx
from sandbox.people import initial_state
from sandbox.workspace.model import BOT_USER, Channel
from tests.cases.test_listeners import GOOD
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["stage"]


@pytest.fixture
async def fresh(stage: Stage) -> Stage:
    """A group in which nobody has agreed yet."""

    def prepare(tx: Tx) -> None:
        make_group(tx, ANNA, BRAM, CHLOE, DAAN)
        tx.sql.execute(delete(Agreed))

    await ours(stage.app).transact(prepare)
    return stage


def states(tx: Tx) -> list[tuple[str, str]]:
    return [(case.state, case.title) for case in tx.sql.query(Case).order_by(Case.created_at)]


async def test_the_first_case_begins_with_the_agreements(fresh: Stage) -> None:
    anna = fresh.anna
    await anna.command("casus", CHANNEL)
    assert "Wat hier gezegd wordt, blijft hier" in await anna.read_modal()
    assert await anna.submit() == {}
    await anna.fill(**GOOD)
    assert await anna.submit() == {}
    assert "Je casus staat klaar" in await anna.read_modal()
    await anna.close_all()
    # Asked once.
    await anna.command("casus", CHANNEL)
    assert "title" in [block.get("block_id") for block in (await anna.modal())["blocks"]]
    assert await fresh.team.refused() == []


async def test_agreements_that_change_while_somebody_writes_lose_nothing(fresh: Stage) -> None:
    def change(tx: Tx) -> None:
        group = groups.group_of_channel(tx, CHANNEL)
        service.change_agreements(tx, group.id, BRAM, 1, "Wij zwijgen.")

    anna = fresh.anna
    await anna.command("casus", CHANNEL)
    await anna.submit()
    await anna.fill(**GOOD)
    await ours(fresh.app).transact(change)
    assert await anna.submit() == {}
    read = await anna.read_modal()
    assert "bewaard als concept" in read
    assert "Wij zwijgen." in read
    assert await ours(fresh.app).read(states) == [("draft", GOOD["title"])]
    assert await anna.submit() == {}
    assert "Je casus staat klaar" in await anna.read_modal()
    assert await ours(fresh.app).read(states) == [("handed_in", GOOD["title"])]
    assert await fresh.team.refused() == []


async def test_a_draft_of_before_is_handed_in_by_way_of_the_agreements(fresh: Stage) -> None:
    anna = fresh.anna
    await anna.command("casus", CHANNEL)
    await anna.submit()
    await anna.fill(**GOOD, next="Nog even concept laten")
    await anna.submit()
    await anna.close_all()
    await ours(fresh.app).transact(lambda tx: tx.sql.execute(delete(Agreed)) and None)
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Inleveren")
    assert await anna.submit() == {}
    assert await ours(fresh.app).read(states) == [("handed_in", GOOD["title"])]


@pytest.mark.parametrize("word", ["afspraken", "agreements"])
async def test_the_agreements_are_one_command(fresh: Stage, word: str) -> None:
    bram = fresh.bram
    await bram.command(word, CHANNEL)
    assert "0 van de 4 groepsleden" in await bram.read_modal()
    assert await bram.submit() == {}
    read = await bram.read_modal()
    assert "1 van de 4 groepsleden" in read
    assert "Jij bent akkoord" in read
    assert await fresh.team.refused() == []


async def test_the_text_is_the_groups_own(fresh: Stage) -> None:
    bram = fresh.bram
    await bram.command("afspraken", CHANNEL)
    await bram.click_in_view("Tekst veranderen")
    await bram.fill(text="Wij zwijgen <!channel> & zijn lief.")
    assert await bram.submit() == {}
    assert "&lt;!channel&gt; &amp; zijn lief" in await bram.read_modal()
    await fresh.rest()
    assert await fresh.anna.sees("heeft de afspraken van deze groep veranderd", CHANNEL)
    assert not await fresh.anna.sees("zijn lief", CHANNEL)
    await fresh.anna.click("Afspraken lezen", channel=CHANNEL)
    assert "zijn lief" in await fresh.anna.read_modal()
    assert await fresh.team.refused() == []


async def test_somebody_without_commands_writes_a_case_with_the_button(fresh: Stage) -> None:
    def begin(tx: Tx) -> None:
        group = groups.set_up(tx, "C0WEST", ANNA, {ANNA}, language="nl", zone="Europe/Amsterdam")
        service.agree(tx, group.id, ANNA, 1)

    fresh.sandbox.workspace.channels["C0WEST"] = Channel("C0WEST", "west", {ANNA, BRAM, BOT_USER})
    await ours(fresh.app).transact(begin)
    await fresh.rest()
    await fresh.anna.click("Een casus inbrengen", channel="C0WEST")
    await fresh.anna.fill(**GOOD)
    assert await fresh.anna.submit() == {}
    assert await ours(fresh.app).read(states) == [("handed_in", GOOD["title"])]


async def test_the_first_text_is_in_the_readers_language_and_no_change_when_it_is_saved(fresh: Stage) -> None:
    def english(tx: Tx) -> None:
        groups.choose_language(tx, groups.ensure_person(tx, BRAM), "en")

    await ours(fresh.app).transact(english)
    await fresh.anna.command("afspraken", CHANNEL)
    assert "Wat hier gezegd wordt, blijft hier" in await fresh.anna.read_modal()
    bram = fresh.bram
    await bram.command("agreements", CHANNEL)
    read = await bram.read_modal()
    assert "What is said here stays here" in read
    assert "Wat hier gezegd wordt" not in read
    await bram.click_in_view("Change the text")
    assert "What is said here stays here" in str(initial_state(await bram.modal()))
    assert await bram.submit() == {}
    await fresh.rest()
    assert not await fresh.anna.sees("heeft de afspraken van deze groep veranderd", CHANNEL)
    await bram.close_all()
    # A text of the group's own is everybody's, word for word.
    await bram.command("agreements", CHANNEL)
    await bram.click_in_view("Change the text")
    await bram.fill(text="We keep silent.")
    assert await bram.submit() == {}
    await fresh.anna.close_all()
    await fresh.anna.command("afspraken", CHANNEL)
    assert "We keep silent." in await fresh.anna.read_modal()
