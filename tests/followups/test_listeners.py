"""Steps and reflections as people meet them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.storage import Tx
from sandbox.people import Someone, Team
from tests.bot import running_bot
from tests.conftest import ours
from tests.factories import ANNA, BRAM
from tests.followups.test_reflections import held

CHANNEL = "C0OOST"
ASKED = datetime(2027, 1, 18, 9, 45, tzinfo=ZoneInfo("Europe/Amsterdam"))
STEP_ASKED = datetime(2027, 3, 8, 12, tzinfo=ZoneInfo("Europe/Amsterdam"))


@dataclass
class Place:
    team: Team
    anna: Someone
    bram: Someone


def after_a_session(tx: Tx) -> None:
    held(tx)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with running_bot(tmp_path) as bot, Team(bot.sandbox.url) as team:
        await ours(bot.app).transact(after_a_session)
        yield Place(team, team.person(ANNA), team.person(BRAM))


async def test_the_presenter_writes_takes_it_along_and_deletes_it(place: Place) -> None:
    anna = place.anna
    await place.team.until(ASKED.timestamp())
    await anna.click("Schrijf hem", channel=anna.dm)
    assert "Alleen jij leest dit" in await anna.read_modal()
    await anna.fill(brought_in="Een gesprek <!channel>", needed="Stilte")
    assert await anna.submit() == {}
    # The message itself says that it is kept: no window does so again.
    assert await anna.views() == []
    await place.team.settle()
    assert await anna.sees("is bewaard. Alleen jij ziet hem.", anna.dm)
    await anna.click("Lezen of wijzigen", channel=anna.dm)
    await anna.click_in_view("Stuur me de tekst")
    await anna.close_all()
    await place.team.advance(seconds=3)
    assert await anna.sees("Een gesprek &lt;!channel&gt;", anna.dm)
    await anna.click("Lezen of wijzigen", channel=anna.dm)
    await anna.click_in_view("Verwijderen")
    assert "Het is verwijderd" in await anna.read_modal()
    await anna.close_all()
    await place.team.advance(seconds=3)
    assert not await anna.sees("Een gesprek", anna.dm)
    assert await place.team.refused() == []


async def test_not_this_time_is_enough(place: Place) -> None:
    anna = place.anna
    await place.team.until(ASKED.timestamp())
    await anna.click("Deze keer niet", channel=anna.dm)
    await place.team.settle()
    assert await anna.sees("Geen reflectie", anna.dm)
    assert await place.team.refused() == []


async def test_an_empty_one_keeps_the_form_open_with_a_word_at_the_field(place: Place) -> None:
    await place.team.until(ASKED.timestamp())
    await place.anna.click("Schrijf hem", channel=place.anna.dm)
    await place.anna.fill(brought_in="", seen="", doing="", needed="")
    assert "Eén van de vier is genoeg" in str(await place.anna.submit())


async def test_the_list_has_my_steps_and_a_place_for_my_reflection(place: Place) -> None:
    await place.anna.command("stappen", CHANNEL)
    shown = await place.anna.read_modal()
    assert "Met mijn teamleider praten" in shown
    assert "donderdag 14 januari" in shown
    await place.anna.close_all()
    await place.bram.command("stappen", CHANNEL)
    assert "Met mijn teamleider" not in await place.bram.read_modal()
    await place.bram.click_in_view("Schrijf hem")
    await place.bram.fill(seen="Dat wachten ook iets doet")
    assert await place.bram.submit() == {}
    # The list beneath still shows how it was.
    assert "Bewaard. Alleen jij ziet het" in await place.bram.read_modal()
    await place.bram.close_all()
    await place.bram.command("stappen", CHANNEL)
    assert "geschreven" in await place.bram.read_modal()
    assert await place.team.refused() == []


async def test_not_yet_from_the_list_says_when_we_ask_again(place: Place) -> None:
    await place.anna.command("stappen", CHANNEL)
    await place.anna.click_in_view("Nog niet")
    assert "vrijdag 5 maart" in await place.anna.read_modal()
    assert await place.team.refused() == []


async def test_a_step_changed_from_its_question_shows_there_and_in_no_window(place: Place) -> None:
    anna = place.anna
    await place.team.until(STEP_ASKED.timestamp())
    for button in ("Nog niet", "Kies een nieuwe dag"):
        await anna.click(button, channel=anna.dm)
        await place.team.settle()
    await anna.fill(by="2027-04-07")
    assert await anna.submit() == {}
    assert await anna.views() == []
    await place.team.settle()
    assert await anna.sees("Op donderdag 8 april vraag ik het nog eens", anna.dm)
    # On the list nothing shows it.
    await anna.command("stappen", CHANNEL)
    await anna.click_in_view("Aanpassen")
    await anna.fill(by="2027-04-08")
    assert await anna.submit() == {}
    assert "Bewaard. Op vrijdag 9 april" in await anna.read_modal()
    assert await place.team.refused() == []
