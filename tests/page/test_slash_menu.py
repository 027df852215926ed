"""The slash menu: the one entry that Slack shows for the app's command."""

from playwright.async_api import expect

from sandbox.server import Sandbox
from tests.page.conftest import PHONE, Opener

PLACE = "Bericht aan # intervisie-oost"


async def test_it_offers_the_command_with_its_usage_hint_and_no_subcommands(
    bare: Sandbox, look: Opener
) -> None:
    page = await look()
    for typed in ("/", "/inter", "/intervisie cas"):
        await page.get_by_label(PLACE).fill(typed)
        await expect(page.get_by_role("option")).to_have_count(1)
        await expect(page.get_by_role("option")).to_contain_text("casus · casussen · stem")
    await page.get_by_label(PLACE).fill("/anders")
    await expect(page.get_by_role("option")).to_have_count(0)


async def test_choosing_it_leaves_the_rest_to_be_typed(bare: Sandbox, look: Opener) -> None:
    page = await look()
    box = page.get_by_label(PLACE)
    await box.fill("/int")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("/intervisie ")
    await expect(box).to_be_focused()
    await box.fill("/int")
    await page.get_by_role("option").click()
    await expect(box).to_have_value("/intervisie ")
    await expect(box).to_be_focused()


async def test_it_fits_on_a_phone(bare: Sandbox, look: Opener) -> None:
    page = await look(size=PHONE)
    await page.get_by_role("button", name="# intervisie-oost").click()
    await page.get_by_label(PLACE).fill("/")
    await expect(page.get_by_role("option")).to_be_visible()
    assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
