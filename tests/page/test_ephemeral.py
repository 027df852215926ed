"""An ephemeral message on the page: there while the page is open, and gone with a reload."""

from playwright.async_api import expect

from sandbox.people import Team
from sandbox.server import Sandbox
from tests.page.conftest import Opener
from tests.sandbox.conftest import client_of

ANNA, CHANNEL = "U0ANNA", "C0OOST"


async def test_it_shows_on_an_open_page_and_is_gone_after_a_reload(bare: Sandbox, look: Opener) -> None:
    page = await look()
    await client_of(bare).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Psst")
    await client_of(bare).chat_postMessage(channel=CHANNEL, text="Voor iedereen")
    await expect(page.get_by_text("Alleen jij ziet dit")).to_be_visible()
    await expect(page.get_by_text("Psst")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Voor iedereen")).to_be_visible()
    await expect(page.get_by_text("Psst")).to_have_count(0)


async def test_it_never_comes_to_a_page_that_is_opened_later(bare: Sandbox, look: Opener) -> None:
    await client_of(bare).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Psst")
    await client_of(bare).chat_postMessage(channel=CHANNEL, text="Voor iedereen")
    page = await look()
    await expect(page.get_by_text("Voor iedereen")).to_be_visible()
    await expect(page.get_by_text("Psst")).to_have_count(0)


async def test_a_page_that_is_open_counts_for_somebody_who_is_away_elsewhere(
    bare: Sandbox, look: Opener
) -> None:
    page = await look()
    async with Team(bare.url) as team:
        await team.person(ANNA).close_page()
    await client_of(bare).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Psst")
    await expect(page.get_by_text("Psst")).to_be_visible()


async def test_in_a_thread_it_stands_in_the_thread_and_it_is_never_a_badge(
    bare: Sandbox, look: Opener
) -> None:
    posted = await client_of(bare).chat_postMessage(channel=CHANNEL, text="Kaart")
    page = await look()
    await page.get_by_role("button", name="Reageer in een thread").click()
    await client_of(bare).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Psst", thread_ts=posted["ts"])
    await expect(page.get_by_role("complementary", name="Thread").get_by_text("Psst")).to_be_visible()
    await expect(page.locator("#center").get_by_text("Psst")).to_have_count(0)
    await expect(page.locator(".badge")).to_have_count(0)


async def test_what_an_answer_puts_in_its_place_shows_too(bare: Sandbox, look: Opener) -> None:
    page = await look()
    told = await client_of(bare).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Psst")
    await expect(page.get_by_text("Psst")).to_be_visible()
    url = bare.doings.response_url(ANNA, CHANNEL, bare.workspace.message(CHANNEL, told["message_ts"]))
    async with Team(bare.url) as team:
        await team.http.post(url, json={"replace_original": True, "text": "Gedaan"})
        await expect(page.get_by_text("Gedaan")).to_be_visible()
        await team.http.post(url, json={"delete_original": True})
    await expect(page.get_by_text("Gedaan")).to_have_count(0)
