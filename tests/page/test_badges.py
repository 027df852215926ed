"""Badges on the page: where somebody was notified, where something is unread, and what reading does."""

from playwright.async_api import expect

from sandbox.server import Sandbox
from tests.page.conftest import PHONE, Opener
from tests.sandbox.conftest import client_of

ANNA, BRAM, CHANNEL, OTHER = "U0ANNA", "U0BRAM", "C0OOST", "C0ALGEMEEN"


async def test_a_private_message_is_a_badge_until_it_is_read(bare: Sandbox, look: Opener) -> None:
    page = await look()
    await client_of(bare).chat_postMessage(channel=ANNA, text="Jij leidt")
    entry = page.get_by_role("button", name="Intervisie (bot), ongelezen, 1 melding")
    await entry.click()
    await expect(page.get_by_text("Jij leidt")).to_be_visible()
    await expect(page.locator(".badge")).to_have_count(0)


async def test_what_names_nobody_is_unread_without_a_badge(bare: Sandbox, look: Opener) -> None:
    page = await look()
    await bare.doings.post(BRAM, OTHER, "Goedemorgen", None)
    entry = page.get_by_role("button", name="# algemeen, ongelezen", exact=True)
    await expect(entry).to_be_visible()
    await bare.doings.post(BRAM, OTHER, f"Ook <@{ANNA}>", None)
    await expect(page.get_by_role("button", name="# algemeen, ongelezen, 1 melding")).to_be_visible()


async def test_what_stands_before_ones_eyes_is_read(bare: Sandbox, look: Opener) -> None:
    page = await look()
    await client_of(bare).chat_postMessage(channel=CHANNEL, text=f"Hoi <@{ANNA}>")
    await expect(page.get_by_text("Hoi @Anna de Wit")).to_be_visible()
    await expect(page.locator(".badge, #sidebar .unread")).to_have_count(0)


async def test_a_thread_with_something_new_has_a_badge_in_the_list_and_at_its_message(
    bare: Sandbox, look: Opener
) -> None:
    posted = await client_of(bare).chat_postMessage(channel=CHANNEL, text="De sessie")
    page = await look()
    for text in (f"Jij nu, <@{ANNA}>", "Nu: inbreng"):
        await client_of(bare).chat_postMessage(channel=CHANNEL, text=text, thread_ts=posted["ts"])
    await expect(page.get_by_role("button", name="2 reacties, 2 meldingen")).to_be_visible()
    await page.get_by_role("button", name="De sessie, 2 meldingen").click()
    await expect(page.get_by_text("Nu: inbreng")).to_be_visible()
    await expect(page.locator(".badge, #sidebar .unread")).to_have_count(0)


async def test_a_thread_that_is_not_followed_shows_no_badge(bare: Sandbox, look: Opener) -> None:
    posted = await client_of(bare).chat_postMessage(channel=CHANNEL, text="De sessie")
    page = await look()
    await client_of(bare).chat_postMessage(channel=CHANNEL, text="Nu: inbreng", thread_ts=posted["ts"])
    await expect(page.get_by_role("button", name="1 reactie", exact=True)).to_be_visible()
    await expect(page.locator(".badge, #sidebar .unread")).to_have_count(0)


async def test_somebody_elses_badge_stands_at_their_name(bare: Sandbox, look: Opener) -> None:
    page = await look()
    await client_of(bare).chat_postMessage(channel=BRAM, text="Jij leidt")
    await expect(page.get_by_role("radio", name="Bram Hoekstra, 1 melding")).to_be_visible()


async def test_on_a_phone_a_channel_behind_the_list_is_not_read(bare: Sandbox, look: Opener) -> None:
    page = await look(size=PHONE)
    await client_of(bare).chat_postMessage(channel=CHANNEL, text=f"Hoi <@{ANNA}>")
    entry = page.get_by_role("button", name="# intervisie-oost, ongelezen, 1 melding")
    await entry.click()
    await expect(page.get_by_text("Hoi @Anna de Wit")).to_be_visible()
    await page.get_by_role("button", name="Terug").click()
    await expect(page.get_by_role("button", name="# intervisie-oost", exact=True)).to_be_visible()
