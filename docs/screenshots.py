"""`make screenshots`: the pictures of the README, taken from the sandbox's page while the story plays."""

import asyncio
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from bot.cli.demo import Stage as Processes
from sandbox.people import Team
from sandbox.player import after, before, dates, session
from sandbox.player.stage import CHANNEL, Stage

IMAGES = Path(__file__).parent / "images"
PORT = 8960
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
LAPTOP, PHONE = (1280, 800), (390, 844)


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
) -> None:
    """One picture of what somebody sees."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="nl-NL")
    await context.add_init_script(f"localStorage.setItem('me', '{user}');")
    page = await context.new_page()
    await page.goto(url)
    if home:
        await page.get_by_role("button", name="Startpagina van Intervisie").click()
        await page.get_by_text("Mijn groepen en bijeenkomsten").wait_for()
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
            await session.analysis(stage)
            await shoot(browser, processes.url, "phone", "U0ANNA", size=PHONE, thread=stage.thread)
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
