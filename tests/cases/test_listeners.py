"""Cases as people meet them: the form, its second half, and the lists."""

from typing import Any

import pytest

from bot.cases import service
from bot.groups import service as groups
from bot.slack.blocks import FIELD
from bot.storage import Tx
from sandbox.people import initial_state
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.sessions.conftest import CHANNEL, Stage

GOOD = {
    "title": "Te vaak ja",
    "situation": "Een collega vraagt me elke week iets erbij, en ik zeg altijd ja.",
    "own_part": "Ik wil aardig gevonden worden.",
    "question": "Hoe kan ik nee zeggen?",
}


def values_of(view: dict[str, Any]) -> dict[str, str]:
    """What stands in the text fields of an open form."""
    state = initial_state(view)
    return {name: state[name][FIELD]["value"] or "" for name in GOOD if name in state}


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


async def test_all_remarks_come_at_once_and_a_second_press_goes_on(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("case", CHANNEL)
    await anna.fill(
        title="Ruzie met Pieter", situation="Kort.", own_part="Weinig", question="Krijgt een team beweging?"
    )
    assert await anna.submit() == {}
    read = await anna.read_modal()
    for remark in (
        "*Pieter* lijkt op een naam",
        "Iets meer helpt",
        "Schrijf in een zin",
        "kom je zelf nog niet",
    ):
        assert remark in read
    assert "Er vielen me 4 dingen op" in read
    assert await anna.submit() == {}
    assert "Je casus staat klaar" in await anna.read_modal()
    assert await grouped.team.refused() == []


async def test_the_form_says_once_what_is_needed_and_keeps_under_one_word(grouped: Stage) -> None:
    await grouped.anna.command("casus", CHANNEL)
    read = await grouped.anna.read_modal()
    assert read.count("Alleen een titel is nodig; de rest mag leeg blijven.") == 1
    assert "(mag)" not in read
    # One press keeps, the other leaves what is kept: "bewaren" is said of the draft alone.
    assert [line for line in read.splitlines() if "bewaren" in line] == ["Concept bewaren"]
    await grouped.anna.fill(title="Te vaak ja")
    await grouped.anna.submit()
    assert await grouped.anna.submit() == {}
    assert "Je casus staat klaar" in await grouped.anna.read_modal()


async def test_a_dilemma_is_a_question(grouped: Stage) -> None:
    await grouped.anna.command("casus", CHANNEL)
    await grouped.anna.fill(**{**GOOD, "question": "Moet ik blijven of weggaan?"})
    assert await grouped.anna.submit() == {}
    assert "Je casus staat klaar" in await grouped.anna.read_modal()


async def test_a_closed_question_is_pointed_out_and_may_stay(grouped: Stage) -> None:
    await grouped.anna.command("casus", CHANNEL)
    await grouped.anna.fill(**{**GOOD, "question": "Moet ik er iets van zeggen?"})
    await grouped.anna.submit()
    assert "Hierop past ja of nee" in await grouped.anna.read_modal()
    assert await grouped.anna.submit() == {}
    await grouped.bram.command("casussen", CHANNEL)
    assert "Moet ik er iets van zeggen?" in await grouped.bram.read_modal()


async def test_what_was_typed_is_offered_after_the_form_was_closed(grouped: Stage) -> None:
    """Escape tells the bot nothing. What was typed up to the last press in the form is kept."""
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(**{**GOOD, "title": "Ruzie met Pieter"})
    await anna.submit()
    await anna.close_all()
    await anna.command("casus", CHANNEL)
    assert "Je typte eerder iets: *Ruzie met Pieter*" in await anna.read_modal()
    await anna.click_in_view("Verder met wat je eerder typte")
    assert values_of(await anna.modal()) == {**GOOD, "title": "Ruzie met Pieter"}
    await anna.fill(title="Te vaak ja")
    assert await anna.submit() == {}
    assert "Je casus staat klaar" in await anna.read_modal()
    await anna.close()
    assert await anna.views() == []
    await anna.command("casus", CHANNEL)
    assert "Je typte eerder iets" not in await anna.read_modal()
    assert await grouped.team.refused() == []


async def test_a_long_text_is_kept_halfway_and_the_form_says_so(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.click_in_view("Concept bewaren")
    assert "Er staat nog niets in" in await anna.read_modal()
    await anna.fill(situation="Een collega vraagt me elke week iets erbij")
    await anna.click_in_view("Concept bewaren")
    assert "Alleen jij ziet het" in await anna.read_modal()
    await anna.fill(situation="Een collega vraagt me elke week iets erbij, en ik zeg ja.")
    await anna.click_in_view("Concept bewaren")
    await anna.close_all()
    await grouped.bram.command("casussen", CHANNEL)
    assert "elke week" not in await grouped.bram.read_modal()
    await anna.command("casus", CHANNEL)
    await anna.click_in_view("Verder met wat je eerder typte")
    assert values_of(await anna.modal())["situation"].endswith("en ik zeg ja.")
    assert await grouped.team.refused() == []


async def test_changes_that_were_not_sent_are_offered_and_not_shown_to_the_group(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(**GOOD)
    await anna.submit()
    await anna.close_all()
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Bewerken")
    await anna.fill(title="Ruzie met Pieter")
    await anna.submit()
    await anna.close_all()
    await grouped.bram.command("casussen", CHANNEL)
    assert "Ruzie" not in await grouped.bram.read_modal()
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Bewerken")
    assert values_of(await anna.modal())["title"] == "Te vaak ja"
    await anna.click_in_view("Verder met wat je eerder typte")
    assert values_of(await anna.modal())["title"] == "Ruzie met Pieter"
    assert await grouped.team.refused() == []


async def test_something_that_went_well_asks_for_no_question(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(title="Een gesprek dat liep", question="Hoe kan ik dit vaker doen?")
    await anna.click_in_view("Iets wat goed ging")
    read = await anna.read_modal()
    assert "Wat lukte, en wat deed je?" in read
    assert "Mijn vraag" not in read
    assert values_of(await anna.modal())["title"] == "Een gesprek dat liep"
    await anna.click_in_view("Toch een vraag")
    assert values_of(await anna.modal())["question"] == "Hoe kan ik dit vaker doen?"
    await anna.click_in_view("Iets wat goed ging")
    await anna.fill(situation=GOOD["situation"], own_part="Ik zei eerst wat ik waardeerde.")
    assert await anna.submit() == {}
    assert "Alleen de titel is zichtbaar" in await anna.read_modal()
    await anna.close_all()
    await grouped.bram.command("casussen", CHANNEL)
    read = await grouped.bram.read_modal()
    assert "Een gesprek dat liep" in read
    assert "Iets wat goed ging" in read
    assert "vaker doen" not in read
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Lezen")
    read = await anna.read_modal()
    assert "Wat lukte, en wat ik deed" in read
    assert "Mijn vraag" not in read
    assert await grouped.team.refused() == []


async def test_a_draft_is_deleted_after_a_question(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(situation="Iets", next="Nog even concept laten")
    assert await anna.submit() == {}
    await anna.close_all()
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Verwijderen")
    assert "Wil je *Iets* verwijderen?" in await anna.read_modal()
    await anna.close()
    assert "Iets" in await anna.read_modal()
    await anna.click_in_view("Verwijderen")
    assert await anna.submit() == {}
    assert "Je hebt nog geen casussen" in await anna.read_modal()
    assert await grouped.team.refused() == []


@pytest.mark.parametrize("sign", ["a", "&"])
async def test_a_case_at_every_limit_is_kept_read_changed_and_handed_in(grouped: Stage, sign: str) -> None:
    anna, long = grouped.anna, sign * 3000
    full = {"title": sign * 150, "situation": long, "own_part": long, "question": long}
    await anna.command("casus", CHANNEL)
    await anna.fill(**full)
    await anna.click_in_view("Concept bewaren")
    await anna.fill(next="Eerst nog iets toevoegen")
    await anna.submit()
    assert await anna.submit() == {}
    await anna.fill(tried=long, hope=long, theme=sign * 60, finish="Nog even concept laten")
    assert await anna.submit() == {}
    await anna.close_all()
    await anna.command("casus", CHANNEL)
    await anna.click_in_view("Verder met wat je eerder typte")
    assert values_of(await anna.modal()) == full
    await anna.close_all()
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Lezen")
    await anna.close()
    await anna.click_in_view("Verwijderen")
    await anna.close()
    await anna.click_in_view("Inleveren")
    assert await anna.submit() == {}
    assert "Je casus staat klaar" in await anna.read_modal()
    await anna.open_home()
    assert await grouped.team.refused() == []


async def test_an_empty_form_is_answered_at_a_field(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(next="Nog even concept laten")
    assert set(await anna.submit()) == {"title"}
    await anna.fill(next="Inleveren")
    await anna.submit()
    assert set(await anna.submit()) == {"title"}
    await anna.close_all()
    await anna.command("casussen", CHANNEL)
    assert "Je hebt nog geen casussen" in await anna.read_modal()


async def test_a_draft_that_is_sent_while_its_case_is_being_chosen_takes_nothing_back(grouped: Stage) -> None:
    """One window hands the draft in and the group chooses it; the other window still keeps it as a draft."""
    anna = grouped.anna

    def choose(tx: Tx) -> None:
        group = groups.group_of_channel(tx, CHANNEL)
        case = service.cases_of(tx, ANNA, group)[0]
        service.hand_in(tx, case.id, ANNA)
        service.mark_chosen(tx, case)

    await anna.command("casus", CHANNEL)
    await anna.fill(**GOOD)
    await anna.click_in_view("Concept bewaren")
    await ours(grouped.app).transact(choose)
    await anna.fill(title="Nog vaker ja", next="Nog even concept laten")
    assert await anna.submit() == {}
    assert "Je casus is gekozen" in await anna.read_modal()
    await anna.close_all()
    await anna.command("casussen", CHANNEL)
    read = await anna.read_modal()
    assert "Nog vaker ja" in read
    assert "Gekozen voor de volgende sessie" in read
    assert await grouped.team.refused() == []


async def test_the_optional_half_keeps_everything(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(**GOOD, next="Eerst nog iets toevoegen")
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


async def test_a_thin_draft_is_pointed_out_when_it_is_handed_in_from_the_list(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(title="Iets", next="Nog even concept laten")
    assert await anna.submit() == {}
    assert "concept" in await anna.read_modal()
    await anna.close_all()
    await anna.command("casussen", CHANNEL)
    await anna.click_in_view("Inleveren")
    assert "Er vielen me 3 dingen op" in await anna.read_modal()
    assert await anna.submit() == {}
    assert "Je casus staat klaar" in await anna.read_modal()
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
    assert "Ingetrokken" in await anna.read_modal()
    await anna.click_in_view("Verwijderen")
    assert await anna.submit() == {}
    assert "Je hebt nog geen casussen" in await anna.read_modal()
    await anna.close()
    assert await anna.views() == []
    assert await grouped.team.refused() == []


async def test_a_form_whose_case_was_withdrawn_stays_open_with_what_was_typed(grouped: Stage) -> None:
    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(**GOOD, next="Eerst nog iets toevoegen")
    await anna.submit()
    await anna.fill(tried="Zuchten")
    await ours(grouped.app).transact(withdraw_all)
    errors = await anna.submit()
    assert list(errors) == ["tried"]
    assert "ingetrokken" in errors["tried"]
    assert await grouped.team.refused() == []


def withdraw_all(tx: Tx) -> None:
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
    assert "Nog even concept laten" not in read
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
