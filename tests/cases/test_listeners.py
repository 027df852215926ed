"""Cases as people meet them: the form, its second half, and the lists."""

import pytest

from bot.groups import service as groups
from bot.storage import Tx
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.sessions.conftest import CHANNEL, Stage

GOOD = {
    "title": "Te vaak ja",
    "situation": "Een collega vraagt me elke week iets erbij, en ik zeg altijd ja.",
    "own_part": "Ik wil aardig gevonden worden.",
    "question": "Hoe kan ik nee zeggen?",
}


@pytest.fixture
async def grouped(stage: Stage) -> Stage:
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE, DAAN).id)
    return stage


async def test_a_case_is_handed_in_and_waits_without_a_name(grouped: Stage) -> None:
    anna, bram = grouped.anna, grouped.bram
    await anna.command("casus", CHANNEL)
    await anna.fill(**GOOD)
    assert await anna.submit() == {}
    assert "Je casus staat klaar. Alleen titel en vraag zijn zichtbaar" in await anna.read_modal()
    await bram.command("casussen", CHANNEL)
    read = await bram.read_modal()
    assert "Te vaak ja" in read
    assert "elke week" not in read
    assert await grouped.team.refused() == []


async def test_hints_are_given_once_and_nothing_typed_is_lost(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("case", CHANNEL)
    await anna.fill(**{**GOOD, "title": "Ruzie met Pieter", "question": "Hoe krijg je een team in beweging?"})
    assert await anna.submit() == {}
    read = await anna.read_modal()
    assert "Pieter" in read
    assert "kom je zelf nog niet voor" in read
    assert await anna.submit() == {}
    assert "Je casus staat klaar" in await anna.read_modal()


async def test_the_optional_half_keeps_everything(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(**GOOD, next="Eerst nog iets toevoegen (mag)")
    assert await anna.submit() == {}
    await anna.fill(tried="Zuchten", help=["ideeën"], urgency="het speelt nu", theme="Grenzen")
    assert await anna.submit() == {}
    assert "Je casus staat klaar" in await anna.read_modal()
    await anna.close_all()
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Lezen")
    read = await anna.read_modal()
    assert "Zuchten" in read
    assert "ideeën" in read
    assert await grouped.team.refused() == []


async def test_a_thin_case_is_refused_at_its_field_and_may_be_kept(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(title="Iets", situation="Kort.", own_part="Weinig", question="Ja?")
    assert set(await anna.submit()) == {"situation"}
    await anna.fill(next="Als concept bewaren")
    assert await anna.submit() == {}
    assert "concept" in await anna.read_modal()
    await anna.close_all()
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Inleveren")
    assert "nog niet klaar" in await anna.read_modal()
    assert await grouped.team.refused() == []


async def test_withdrawing_asks_first_and_leaves_no_stale_list(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(**GOOD)
    await anna.submit()
    await anna.close_all()
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Intrekken")
    assert await anna.submit() == {}
    assert "Je hebt nog geen casussen" in await anna.read_modal()
    await anna.close()
    assert await anna.views() == []
    assert await grouped.team.refused() == []


async def test_a_form_whose_case_was_withdrawn_stays_open_with_what_was_typed(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(**GOOD, next="Eerst nog iets toevoegen (mag)")
    await anna.submit()
    await anna.fill(tried="Zuchten")
    await ours(grouped.app).transact(withdraw_all)
    errors = await anna.submit()
    assert list(errors) == ["tried"]
    assert "ingetrokken" in errors["tried"]
    assert await grouped.team.refused() == []


def withdraw_all(tx: Tx) -> None:
    from bot.cases import service

    group = groups.group_of_channel(tx, CHANNEL)
    for case in service.cases_of(tx, ANNA, group):
        service.withdraw(tx, case.id, ANNA)


async def test_a_case_that_waits_is_changed_without_being_handed_in_again(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(**GOOD)
    await anna.submit()
    await anna.close_all()
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Bewerken")
    read = await anna.read_modal()
    assert "Als concept bewaren" not in read
    await anna.fill(title="Nog te vaak ja")
    assert await anna.submit() == {}
    await anna.close_all()
    await grouped.bram.command("casussen", CHANNEL)
    assert "Nog te vaak ja" in await grouped.bram.read_modal()
    assert await grouped.team.refused() == []


async def test_someone_outside_the_group_hears_so_kindly(grouped: Stage) -> None:
    def leave(tx: Tx) -> None:
        groups.on_channel_leave(tx, groups.group_of_channel(tx, CHANNEL), DAAN)

    await ours(grouped.app).transact(leave)
    await grouped.daan.command("casus", CHANNEL)
    assert await grouped.daan.views() == []
    assert await grouped.daan.sees("leden van de groep", CHANNEL)
