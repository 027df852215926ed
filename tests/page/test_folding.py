"""Long sections fold, as in Slack, unless they say that they do not."""

from typing import Any

import pytest
from playwright.async_api import expect

from bot.slack import blocks
from sandbox.server import Sandbox
from tests.page.conftest import PHONE, Opener
from tests.sandbox.conftest import client_of

LONG = "woord " * 150 + "einde"


async def post(sandbox: Sandbox, *sections: dict[str, Any]) -> None:
    await client_of(sandbox).chat_postMessage(channel="C0OOST", text="Kaart", blocks=list(sections))


@pytest.mark.parametrize(
    ("locale", "more", "less"),
    [("de-DE", "Mehr anzeigen", "Weniger anzeigen"), ("en-US", "See more", "See less")],
)
async def test_long_text_opens_with_the_keyboard_and_folds_again(
    bare: Sandbox, look: Opener, locale: str, more: str, less: str
) -> None:
    await bare.doings.change_person("U0ANNA", locale=locale)
    await post(bare, blocks.section(LONG))
    page = await look()
    fold = page.get_by_role("button", name=more)
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await expect(page.get_by_text("einde")).to_have_count(0)
    await fold.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("einde")).to_be_visible()
    unfold = page.get_by_role("button", name=less)
    await expect(unfold).to_be_focused()
    await expect(unfold).to_have_attribute("aria-expanded", "true")
    # It stays open when something new comes.
    await client_of(bare).chat_postMessage(channel="C0OOST", text="Iets nieuws")
    await expect(page.get_by_text("Iets nieuws")).to_be_visible()
    await expect(page.get_by_text("einde")).to_be_visible()
    await unfold.click()
    await expect(page.get_by_text("einde")).to_have_count(0)


async def test_many_lines_fold_too(bare: Sandbox, look: Opener) -> None:
    await post(bare, blocks.section("\n".join(f"regel {n}" for n in range(1, 8))))
    page = await look()
    await expect(page.get_by_text("regel 5")).to_be_visible()
    await expect(page.get_by_text("regel 6")).to_have_count(0)
    await expect(page.get_by_role("button", name="See more")).to_be_visible()


async def test_what_expands_and_what_is_short_never_folds(bare: Sandbox, look: Opener) -> None:
    await post(bare, blocks.section(LONG, expand=True), blocks.section("kort genoeg"))
    page = await look()
    await expect(page.get_by_text("einde")).to_be_visible()
    await expect(page.get_by_text("kort genoeg")).to_be_visible()
    await expect(page.get_by_role("button", name="See more")).to_have_count(0)


async def test_no_link_or_mention_is_cut_in_two(bare: Sandbox, look: Opener) -> None:
    await post(
        bare, blocks.section("x" * 680 + " vooraf <https://example.org/een-lang-adres|het verslag> daarna")
    )
    page = await look()
    await expect(page.get_by_text("vooraf…")).to_be_visible()
    await page.get_by_role("button", name="See more").click()
    await expect(page.get_by_role("link", name="het verslag")).to_be_visible()


async def test_a_folded_message_fits_on_a_phone(bare: Sandbox, look: Opener) -> None:
    await post(bare, blocks.section(LONG))
    page = await look(size=PHONE)
    await page.get_by_role("button", name="# intervisie-oost").click()
    await expect(page.get_by_role("button", name="See more")).to_be_visible()
    assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
