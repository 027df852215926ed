"""A meeting in one's own calendar: from the channel, over the conversation with the bot, and at an address."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import build
from bot.storage import Tx
from sandbox.here import Here
from sandbox.people import CannotDo, Team
from tests.bot import Running, running_bot
from tests.calendar.reading import events
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM
from tests.meetings.test_listeners import grouped, in_days, plan_one
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["grouped", "stage"]
URL = "https://bot.example"


async def test_the_file_comes_in_one_s_own_conversation(grouped: Stage) -> None:
    stage = grouped
    await plan_one(stage, await in_days(stage, 20))
    await stage.anna.click("In mijn agenda", channel=CHANNEL)
    await stage.anna.click_in_view("Stuur me het bestand")
    await stage.rest()
    assert "Het bestand staat in je eigen gesprek" in await stage.anna.read_modal()
    [file] = await stage.anna.files(stage.anna.dm)
    body = await stage.anna.open_file(file)
    [event] = events(body)
    assert str(event["LOCATION"]) == "Kamer 2"
    assert await stage.anna.files(CHANNEL) == []
    assert await stage.team.refused() == []


async def test_a_file_that_does_not_come_through_is_said_in_the_window(grouped: Stage) -> None:
    stage = grouped
    await plan_one(stage, await in_days(stage, 20))
    await stage.anna.click("In mijn agenda", channel=CHANNEL)
    await stage.team.post(
        "faults", method="files.completeUploadExternal", kind="error", code="internal_error"
    )
    await stage.anna.click_in_view("Stuur me het bestand")
    await stage.rest()
    assert "Het bestand kwam niet door" in await stage.anna.read_modal()
    await stage.anna.click_in_view("Stuur me het bestand")
    await stage.rest()
    assert "Het bestand staat in je eigen gesprek" in await stage.anna.read_modal()


async def test_without_meetings_the_command_says_what_can_be_done(grouped: Stage) -> None:
    await grouped.anna.command("agenda", CHANNEL)
    assert "PUBLIC_URL" in await grouped.anna.read_modal()


@pytest.fixture
async def public(tmp_path: Path) -> AsyncIterator[Running]:
    """A bot that has an address of its own."""
    async with running_bot(tmp_path) as bot:
        await bot.app.stop()
        bot.settings = dataclasses.replace(bot.settings, public_url=URL)
        bot.app = build(bot.settings)
        await bot.app.start()

        def prepare(tx: Tx) -> None:
            make_group(tx, ANNA, BRAM)

        await ours(bot.app).transact(prepare)
        yield bot


async def test_an_address_is_followed_renewed_and_stopped(public: Running) -> None:
    async with Team(public.sandbox.url) as team, Here(public.app.asgi, URL) as calendar:
        anna = team.person(ANNA)
        await anna.command("agenda", CHANNEL)
        await anna.click_in_view("Adres maken")
        first = address_in(await anna.read_modal())
        answer = await calendar.get(first)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/calendar")
        assert "private" in answer.headers["cache-control"]
        assert events(answer.content) == []
        again = await calendar.get(first, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

        await anna.click_in_view("Nieuw adres")
        second = address_in(await anna.read_modal())
        assert second != first
        gone = await calendar.get(first)
        made_up = await calendar.get(f"{URL}/calendar/{'x' * 43}.ics")
        assert (gone.status_code, gone.content) == (made_up.status_code, made_up.content)
        assert gone.status_code == 404
        assert (await calendar.get(second)).status_code == 200

        await anna.click_in_view("Dit adres stoppen")
        assert (await calendar.get(second)).status_code == 404
        assert await team.refused() == []


def address_in(shown: str) -> str:
    found = [line.strip("`") for line in shown.replace("```", "\n").splitlines() if line.startswith(URL)]
    return found[0]


async def test_an_outsider_gets_no_window(grouped: Stage) -> None:
    stage = grouped
    await plan_one(stage, await in_days(stage, 20))
    esra = stage.team.person("U0ESRA")
    await esra.click("In mijn agenda", channel=CHANNEL)
    with pytest.raises(CannotDo):
        await esra.modal()
