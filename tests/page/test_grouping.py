"""What somebody says within some minutes stands under one name and avatar."""

from playwright.async_api import expect

from sandbox.server import Sandbox
from tests.page.conftest import Opener
from tests.sandbox.conftest import client_of

ANNA, CHANNEL = "U0ANNA", "C0OOST"


async def test_successive_messages_share_a_name_and_a_screen_reader_still_hears_it(
    bare: Sandbox, look: Opener
) -> None:
    for text in ("Een", "Twee", "Drie"):
        await client_of(bare).chat_postMessage(channel=CHANNEL, text=text)
    page = await look()
    await expect(page.get_by_text("Drie")).to_be_visible()
    await expect(page.locator("#center .message > .avatar")).to_have_count(1)
    second = page.get_by_role("article").filter(has_text="Twee")
    await expect(second.locator(".unseen")).to_contain_text("Intervisie")


async def test_somebody_else_or_some_minutes_begin_anew(bare: Sandbox, look: Opener) -> None:
    client = client_of(bare)
    await client.chat_postMessage(channel=CHANNEL, text="Een")
    await bare.doings.post(ANNA, CHANNEL, "Tussendoor", None)
    await client.chat_postMessage(channel=CHANNEL, text="Twee")
    bare.workspace.clock.advance(301)
    await client.chat_postMessage(channel=CHANNEL, text="Drie")
    page = await look()
    await expect(page.get_by_text("Drie")).to_be_visible()
    await expect(page.locator("#center .message > .avatar")).to_have_count(4)


async def test_what_only_one_person_sees_stands_by_itself(bare: Sandbox, look: Opener) -> None:
    page = await look()
    await client_of(bare).chat_postMessage(channel=CHANNEL, text="Een")
    await client_of(bare).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Psst")
    await client_of(bare).chat_postMessage(channel=CHANNEL, text="Twee")
    await expect(page.get_by_text("Twee")).to_be_visible()
    await expect(page.locator("#center .message > .avatar")).to_have_count(3)


async def test_in_a_thread_the_first_message_stands_by_itself(bare: Sandbox, look: Opener) -> None:
    client = client_of(bare)
    posted = await client.chat_postMessage(channel=CHANNEL, text="Kaart")
    for text in ("Een", "Twee"):
        await client.chat_postMessage(channel=CHANNEL, text=text, thread_ts=posted["ts"])
    page = await look()
    await page.get_by_role("button", name="2 reacties").click()
    await expect(page.get_by_text("Twee")).to_be_visible()
    await expect(page.locator("#thread .message > .avatar")).to_have_count(2)
