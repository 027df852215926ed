"""A real browser on the real page, with the real bot behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import create_engine

from bot.app import build
from bot.settings import Settings
from bot.storage import Base
from sandbox.people import Team
from sandbox.player.before import seed
from sandbox.player.stage import Stage
from sandbox.server import Sandbox, running
from tests.conftest import load_every_table

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
    load_every_table()
    url = f"sqlite:///{tmp_path / 'page.db'}"
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    async with running() as sandbox:
        app = build(
            Settings(
                bot_token=sandbox.config.bot_token,
                app_token=sandbox.config.app_token,
                signing_secret=None,
                secret_keys=(Fernet.generate_key().decode(),),
                database_url=url,
                slack_api_url=sandbox.api_url,
                clock_url=sandbox.clock_url,
            )
        )
        await app.start()
        async with Team(sandbox.url) as team:
            await seed(Stage(team, pace=0.0, transcript=None))
        yield sandbox
        await app.stop()


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
