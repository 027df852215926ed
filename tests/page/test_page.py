"""What one person can do on the page: play everyone, with the mouse and with the keyboard."""

from playwright.async_api import Browser, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox

MOMENTS_AT_MOST = 15


async def test_a_command_opens_a_form_and_errors_stand_at_the_field(page: Page) -> None:
    await page.get_by_label("Bericht aan # intervisie-oost").fill("/intervisie casus")
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Jouw casus")
    await form.wait_for()
    await form.get_by_label("Titel").fill("Samen een plan maken")
    await form.get_by_label("Situatie").fill(
        "Een collega en ik maken samen een plan, en zij beslist veel alleen."
    )
    await form.get_by_label("Mijn aandeel").fill("Ik houd me in en zeg er niets van.")
    await form.get_by_label("Mijn vraag").fill("Moet ik er iets van zeggen tegen haar?")
    await form.get_by_role("button", name="Verder").click()
    await expect(form.get_by_text("Hierop past ja of nee")).to_be_visible()
    await expect(form.get_by_label("Titel")).to_have_value("Samen een plan maken")
    await form.get_by_label("Titel").fill("")
    await form.get_by_role("button", name="Zo versturen").click()
    await expect(form.get_by_text("daaraan kiest de groep")).to_be_visible()
    await expect(form.get_by_label("Titel")).to_be_focused()
    await expect(form.get_by_label("Mijn vraag")).to_have_value("Moet ik er iets van zeggen tegen haar?")
    await form.get_by_label("Titel").fill("Samen een plan maken")
    await form.get_by_role("button", name="Zo versturen").click()
    await expect(page.get_by_text("Je casus staat klaar")).to_be_visible()


async def test_a_form_says_in_its_readers_language_what_may_stay_empty(page: Page) -> None:
    box = page.get_by_label("Bericht aan # intervisie-oost")
    await box.fill("/intervisie casus")
    await box.press("Enter")
    await expect(page.get_by_label("Titel (optioneel)")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("radio", name="Chloé").click()
    await expect(page.get_by_role("radio", name="Chloé")).to_be_checked()
    await box.fill("/intervisie casus")
    await box.press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="I agree").click()
    await expect(page.get_by_label("Title (optional)")).to_be_visible()


async def test_what_is_private_shows_only_to_its_reader(page: Page) -> None:
    await page.get_by_label("Bericht aan # intervisie-oost").fill("/intervisie help")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Dit kan ik in dit kanaal doen")).to_be_visible()
    await page.keyboard.press("Alt+2")
    await expect(page.get_by_role("radio", name="Bram")).to_have_attribute("aria-checked", "true")
    await expect(page.get_by_text("Dit kan ik in dit kanaal doen")).to_have_count(0)


async def test_it_works_with_the_keyboard_alone(page: Page) -> None:
    composer = page.get_by_label("Bericht aan # intervisie-oost")
    await composer.focus()
    await page.keyboard.type("/interv")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.type("casussen")
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Casussen")
    await form.wait_for()
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await expect(composer).to_be_focused()


async def test_the_clock_moves_the_bot_along(page: Page) -> None:
    await page.get_by_label("Bericht aan # intervisie-oost").fill("/intervisie stem")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Stemming openen").click()
    await expect(page.get_by_text("Welke casus doen we?")).to_be_visible()
    open_poll, following = page.get_by_text("Welke casus doen we?"), page.locator('[data-key="next"]')
    # Other moments may come before the one at which the poll closes.
    for _ in range(MOMENTS_AT_MOST):
        if not await open_poll.count():
            break
        await following.click()
        await expect(following).to_be_enabled()
    await expect(open_poll).to_have_count(0)


async def test_home_shows_my_cases_and_opens_my_settings(page: Page) -> None:
    await page.get_by_role("button", name="Home-tab van Intervisie").click()
    await expect(page.get_by_text("Mijn stappen")).to_be_visible()
    await page.get_by_role("button", name="Mijn instellingen").click()
    await expect(page.get_by_role("dialog", name="Mijn instellingen")).to_be_visible()


async def test_do_not_disturb_and_a_holiday_are_a_click_away(page: Page, workspace: Sandbox) -> None:
    quiet = page.get_by_role("button", name="Niet storen")
    await expect(quiet).to_have_attribute("aria-pressed", "false")
    await quiet.click()
    await expect(quiet).to_have_attribute("aria-pressed", "true")
    assert workspace.workspace.people["U0ANNA"].dnd_until > workspace.workspace.clock.now()
    await page.get_by_role("button", name="Status: vakantie").click()
    await expect(page.get_by_role("button", name="Status: vakantie")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert workspace.workspace.people["U0ANNA"].status_emoji == ":palm_tree:"


async def test_a_file_hangs_on_its_message_and_opens(page: Page, workspace: Sandbox) -> None:
    client = AsyncWebClient(workspace.config.bot_token, base_url=workspace.api_url)
    await client.files_upload_v2(
        channel="C0OOST", filename="intervisie.ics", title="Voor in je agenda", content=b"BEGIN"
    )
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Voor in je agenda").click()
    assert (await download.value).suggested_filename == "intervisie.ics"


async def test_a_phone_shows_one_pane_at_a_time_and_nothing_sticks_out(
    browser: Browser, workspace: Sandbox
) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    phone = await context.new_page()
    await phone.goto(workspace.url)
    await phone.get_by_role("button", name="# intervisie-oost").click()
    await expect(phone.get_by_text("Wie ziet wat")).to_be_visible()
    await expect(phone.get_by_role("button", name="# algemeen")).to_be_hidden()
    # Whose eyes these are, and who the others are, stands beneath the avatars.
    for name in ("Anna", "Bram", "Chloé", "Daan", "Esra", "Fleur"):
        await expect(phone.locator(".cast .name", has_text=name)).to_be_visible()
    cut = "[...document.querySelectorAll('.cast .name')].filter(one => one.scrollWidth > one.clientWidth).length"
    assert await phone.evaluate(cut) == 0
    wide = await phone.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert wide is False
    await phone.get_by_role("button", name="Terug").click()
    await expect(phone.get_by_role("button", name="# algemeen")).to_be_visible()
    await context.close()
