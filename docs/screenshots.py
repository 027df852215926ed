"""`make screenshots`: the pictures of the README, taken from the sandbox's page while the story plays."""

import asyncio
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from bot.cli.demo import Stage as Processes
from sandbox.people import Team, elements
from sandbox.player import after, before, dates, session
from sandbox.player.stage import CHANNEL, Stage

IMAGES = Path(__file__).parent / "images"
PORT = 8960
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
LAPTOP, PHONE, ROOM = (1280, 800), (390, 844), (1920, 1080)
# A phone with the whole console beneath the bar of the sandbox, which no phone has.
TALL_PHONE = (390, 1000)
# Pictures to look at, that no page of ours shows.
LOOKED_AT = Path(__file__).parents[1] / ".demo" / "pictures"


class Quiet(Stage):
    """The story without its captions: the page would follow them to another person's screen."""

    async def caption(self, *told: Any, **where: Any) -> None:
        """Nothing."""


async def shoot(
    browser: Browser,
    url: str,
    name: str,
    user: str,
    *,
    size: tuple[int, int],
    thread: str = "",
    form: bool = False,
    home: bool = False,
    private: bool = False,
) -> None:
    """One picture of what somebody sees."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="nl-NL")
    await context.add_init_script(f"localStorage.setItem('me', '{user}');")
    page = await context.new_page()
    await page.goto(url)
    if home:
        await page.get_by_role("button", name="Home-tab van Intervisie").click()
        await page.get_by_text("Mijn groepen en bijeenkomsten").wait_for()
    elif private:
        await page.get_by_role("button", name="Intervisie (bot)").click()
        await page.get_by_text("Waar je op let:").last.wait_for()
    else:
        await page.get_by_role("button", name="# intervisie-oost").click()
        await page.get_by_text("Wie ziet wat").wait_for()
    if thread:
        await page.locator(f'[data-ts="{thread}"] .replies').click()
        await page.get_by_label("Reageer in de thread").wait_for()
    if form:
        await page.get_by_label("Bericht aan # intervisie-oost").fill("/intervisie casus")
        await page.keyboard.press("Enter")
        await page.get_by_role("dialog").wait_for()
    await page.wait_for_timeout(400)
    await page.screenshot(path=IMAGES / f"{name}.png")
    if form:
        await page.keyboard.press("Escape")
    await context.close()


async def shoot_table(browser: Browser, stage: Stage) -> None:
    """The clock on the table at three sizes, light and dark; the one of a laptop in the light goes into the README."""
    LOOKED_AT.mkdir(parents=True, exist_ok=True)
    bram = stage.bram
    await bram.click("Klok op tafel", channel=CHANNEL)
    [url] = [one["url"] for _, one in elements((await bram.modal())["blocks"]) if one.get("url")]
    await bram.close_all()
    page = await browser.new_page()
    await page.goto(url)
    await page.locator("body.live").wait_for()
    for dark in (False, True):
        await page.emulate_media(color_scheme="dark" if dark else "light")
        for width, height in (PHONE, LAPTOP, ROOM):
            await page.set_viewport_size({"width": width, "height": height})
            await page.screenshot(path=LOOKED_AT / f"table-{width}-{'dark' if dark else 'light'}.png")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    await page.screenshot(path=IMAGES / "table.png")
    await page.close()


async def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with Processes(PORT) as processes:
        processes.start()
        async with Team(processes.url) as team, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            stage = Quiet(team, pace=0.0, transcript=None)
            await before.seed(stage)
            await shoot(browser, processes.url, "agreements", "U0FLEUR", size=LAPTOP, form=True)
            await shoot(browser, processes.url, "case-form", "U0ANNA", size=LAPTOP, form=True)
            await before.a_case_is_written(stage)
            await before.the_group_chooses(stage)
            await shoot(browser, processes.url, "poll", "U0FLEUR", size=LAPTOP)
            await session.opens(stage)
            await session.presentation(stage)
            await session.questions(stage)
            await shoot(browser, processes.url, "session", "U0BRAM", size=LAPTOP, thread=stage.thread)
            await session.answers(stage)
            await session.reworded(stage)
            await session.analysis(stage)
            await shoot(browser, processes.url, "console", "U0BRAM", size=TALL_PHONE, private=True)
            await shoot(browser, processes.url, "phone", "U0ANNA", size=PHONE, thread=stage.thread)
            await shoot_table(browser, stage)
            await session.advice(stage)
            by = after.working_day(await after.today(stage) + timedelta(days=7))
            await session.response_and_harvest(stage, by.isoformat())
            await session.evaluation_and_end(stage)
            meeting = await dates.a_date_is_sought(stage)
            await shoot(browser, processes.url, "date", "U0FLEUR", size=LAPTOP)
            await dates.the_date_is_chosen(stage)
            await after.the_reflection(stage)
            await team.until(datetime.combine(by, time(12), after.ZONE).timestamp())
            await stage.rest()
            await shoot(browser, processes.url, "home", "U0DAAN", size=PHONE, home=True)
            await after.the_nudge(stage, by)
            await after.the_reminders(stage, meeting)
            await shoot(browser, processes.url, "invitation", "U0FLEUR", size=LAPTOP)
            await browser.close()
    print(f"Pictures of {CHANNEL} are in {IMAGES}")


if __name__ == "__main__":
    asyncio.run(main())
