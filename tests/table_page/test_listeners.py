"""The button on the card, the window with the address, and a new one, in Slack."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.app import Role, build
from sandbox.here import Here
from sandbox.people import CannotDo
from tests.sessions.conftest import CHANNEL, Stage, stage, with_case
from tests.table_page.conftest import ADDRESS

__all__ = ["stage", "with_case"]


@asynccontextmanager
async def page_browser(stage: Stage) -> AsyncIterator[Here]:
    async with Here(stage.app.asgi, ADDRESS) as client:
        yield client


@pytest.fixture
async def public(with_case: Stage) -> Stage:
    """The same bot with an address of its own."""
    await with_case.app.stop()
    with_case.settings = dataclasses.replace(with_case.settings, public_url=ADDRESS)
    with_case.app = build(with_case.settings)
    await with_case.app.start()
    return with_case


async def address_in(stage: Stage) -> str:
    shown = (await stage.bram.read_modal()).replace("```", "\n").splitlines()
    return next(line for line in shown if line.startswith(ADDRESS))


async def test_whoever_leads_opens_the_clock_and_takes_a_new_address(public: Stage) -> None:
    stage = public
    await stage.open(stage.bram)
    await stage.bram.click("Klok op tafel", channel=CHANNEL)
    first = await address_in(stage)
    async with page_browser(stage) as browser:
        page = await browser.get(first)
        assert page.status_code == 200
        assert "We verzamelen." in page.text
        await stage.bram.click("Beginnen", channel=CHANNEL)
        await stage.rest()
        assert "Inbreng" in (await browser.get(first)).text

        await stage.bram.click_in_view("Nieuw adres")
        assert "Dit is het nieuwe adres." in await stage.bram.read_modal()
        second = await address_in(stage)
        assert second != first
        assert (await browser.get(first)).status_code == 404
        assert (await browser.get(second)).status_code == 200

        await stage.bram.close_all()
        await stage.bram.click("Stoppen", channel=CHANNEL)
        await stage.bram.click("Nu stoppen", channel=CHANNEL)
        await stage.rest()
        assert (await browser.get(second)).status_code == 404
    assert await stage.team.refused() == []


async def test_the_page_of_a_choice_goes_on_in_the_session(public: Stage) -> None:
    stage = public
    await stage.bram.command("sessie", CHANNEL)
    await stage.bram.fill(case="together", facilitator=stage.bram.user, pace="wait", meets="room")
    assert await stage.bram.submit() == {}
    await stage.rest()
    await stage.bram.click("Klok op tafel", channel=stage.bram.dm)
    old = await address_in(stage)
    await stage.bram.click_in_view("Nieuw adres")
    url = await address_in(stage)
    await stage.bram.close_all()
    async with page_browser(stage) as browser:
        assert (await browser.get(old)).status_code == 404
        assert "We verzamelen." in (await browser.get(url)).text
        await stage.anna.click("Ik ben er", channel=CHANNEL)
        for label, shown in (
            ("Beginnen", "Aankomen"),
            ("Door naar Wat ligt er?", "Wat ligt er?"),
            ("Door naar Kies samen", "Kies samen"),
            ("Pauze", "Pauze. De klok staat stil."),
            ("Verder", "Kies samen"),
        ):
            await stage.bram.click(label, channel=CHANNEL)
            await stage.rest()
            assert shown in (await browser.get(url)).text
        await stage.bram.click("Hardop gekozen: deze", channel=stage.bram.dm)
        form = await stage.bram.modal()
        [menu] = [block["element"] for block in form["blocks"] if block["block_id"] == "case"]
        await stage.bram.fill(case=menu["options"][0]["value"])
        assert await stage.bram.submit() == {}
        await stage.rest()
        assert "We wachten op een ja." in (await browser.get(url)).text
        await stage.anna.click("Ja, ik breng hem in", channel=stage.anna.dm)
        await stage.rest()
        assert "We beginnen met: Inbreng." in (await browser.get(url)).text
        await stage.bram.click("Klok op tafel", channel=CHANNEL)
        assert await address_in(stage) == url
    assert await stage.team.refused() == []


async def test_somebody_else_hears_for_whom_it_is(public: Stage) -> None:
    stage = public
    await stage.open(stage.bram)
    await stage.daan.click("Klok op tafel", channel=CHANNEL)
    with pytest.raises(CannotDo):
        await stage.daan.modal()
    found = [message["text"] for message in await stage.daan.messages(CHANNEL)]
    assert "De klok op tafel is voor wie leidt. Vraag of die hem neerzet." in found


async def test_without_an_address_there_is_no_button(with_case: Stage) -> None:
    stage = with_case
    await stage.open(stage.bram)
    with pytest.raises(CannotDo):
        await stage.bram.click("Klok op tafel", channel=CHANNEL)


async def test_only_a_process_that_answers_people_serves_pages(public: Stage) -> None:
    worker = build(public.settings, role=Role.WORKER)
    try:
        paths = {getattr(route, "path", "") for route in worker.asgi.routes}
        assert not any(path.startswith("/table") for path in paths)
    finally:
        await worker.stop()
