"""Finding a date as people do it: three forms, a message that changes, and a choice."""

import pytest

from sandbox.people import CannotDo, Someone
from tests.meetings.test_listeners import grouped, in_days
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["grouped", "stage"]


async def propose(stage: Stage, number: int) -> None:
    """Bram proposes so many dates, three in each form, and asks the group."""
    bram = stage.bram
    await bram.command("plan", CHANNEL)
    await bram.click_in_view("Samen een datum zoeken")
    for first in range(1, number + 1, 3):
        if first > 1:
            await bram.click_in_view("Meer data")
        for n in range(first, min(first + 3, number + 1)):
            await bram.fill(**{f"day{n}": (await in_days(stage, 14 + n)).isoformat()})
        assert await bram.submit() == {}
    await bram.fill(place="Kamer 2")
    assert await bram.submit() == {}
    await stage.rest()


async def answer(who: Someone, *answers: str) -> None:
    await who.click("Wanneer kan ik?", channel=CHANNEL)
    left = list(answers)
    while left:
        view = await who.modal()
        names = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
        await who.fill(**{name: left.pop(0) for name in names})
        assert await who.submit() == {}
    assert "Dank je" in await who.read_modal()
    await who.close_all()


async def test_a_date_is_found_together(grouped: Stage) -> None:
    stage = grouped
    await propose(stage, 4)
    assert await stage.bram.views() == []
    assert await stage.anna.sees("zoekt een datum", CHANNEL)
    await answer(stage.anna, "Ja", "Ja", "Nee", "Nee")
    await answer(stage.bram, "Nee", "Ja", "Ja", "Ja")
    await answer(stage.daan, "Ja", "Als het moet", "Nee", "Ja")
    await stage.rest()
    assert await stage.chloe.sees("2 ja, 1 als het moet", CHANNEL)

    await stage.anna.click("Kies een datum", channel=CHANNEL)
    with pytest.raises(CannotDo):
        await stage.anna.modal()
    await stage.bram.click("Kies een datum", channel=CHANNEL)
    assert await stage.bram.submit() == {}
    await stage.rest()
    assert await stage.anna.sees("De datum is gevonden", CHANNEL)
    assert await stage.anna.sees("De volgende bijeenkomst is", CHANNEL)
    with pytest.raises(CannotDo):
        await stage.bram.click("Wanneer kan ik?", channel=CHANNEL)
    await stage.anna.command("plan", CHANNEL)
    assert "Kamer 2" in await stage.anna.read_modal()
    assert await stage.team.refused() == []


async def test_ten_dates_are_proposed_and_answered_in_two_forms(grouped: Stage) -> None:
    stage = grouped
    await propose(stage, 10)
    await answer(stage.chloe, *["yes"] * 10)
    await stage.rest()
    assert await stage.anna.sees("2 ja", CHANNEL)
    assert await stage.team.refused() == []


async def test_going_back_for_more_dates_loses_nothing_typed(grouped: Stage) -> None:
    stage = grouped
    await stage.bram.command("plan", CHANNEL)
    await stage.bram.click_in_view("Samen een datum zoeken")
    await stage.bram.fill(day1=(await in_days(stage, 15)).isoformat())
    assert await stage.bram.submit() == {}
    await stage.bram.fill(place="Kamer 2")
    await stage.bram.click_in_view("Meer data")
    await stage.bram.fill(day2=(await in_days(stage, 16)).isoformat())
    assert await stage.bram.submit() == {}
    view = await stage.bram.modal()
    place = next(block for block in view["blocks"] if block.get("block_id") == "place")
    assert place["element"]["initial_value"] == "Kamer 2"


async def test_the_search_can_be_stopped_and_another_one_begun(grouped: Stage) -> None:
    stage = grouped
    await propose(stage, 2)
    await stage.anna.command("plan", CHANNEL)
    await stage.anna.click_in_view("Samen een datum zoeken")
    assert "zoekt al een datum" in await stage.anna.read_modal()
    await stage.anna.close_all()
    await stage.bram.click("Stoppen", channel=CHANNEL)
    await stage.rest()
    assert await stage.anna.sees("gestopt", CHANNEL)
    await propose(stage, 2)
    assert await stage.anna.sees("zoekt een datum", CHANNEL)
