"""A real browser on the real page, with the real bot behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from sandbox.people import Team
from sandbox.player.before import seed
from sandbox.player.stage import Stage
from sandbox.server import Sandbox
from tests.bot import running_bot

CHROMIUM = "/usr/bin/chromium"
# Without these a browser without a network goes looking for one at every start.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        await launched.close()


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The sandbox with the bot in it and three cases waiting."""
    async with running_bot(tmp_path) as bot:
        async with Team(bot.sandbox.url) as team:
            await seed(Stage(team, pace=0.0, transcript=None))
        yield bot.sandbox


@pytest.fixture
async def page(browser: Browser, workspace: Sandbox) -> AsyncIterator[Page]:
    """The page as Anna opens it on a laptop; a script that fails fails the test."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="nl-NL")
    opened = await context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda problem: problems.append(str(problem)))
    await opened.goto(workspace.url)
    await opened.get_by_text("Wie ziet wat").wait_for()
    yield opened
    assert problems == []
    await context.close()
