"""A real browser on the real page, with the real bot behind it."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from sandbox.people import Team
from sandbox.player.before import seed
from sandbox.player.stage import Stage
from sandbox.server import Sandbox, running
from tests.bot import running_bot
from tests.sandbox.conftest import Heard

LAPTOP, PHONE = (1440, 900), (390, 844)
# Opens the page of a person in a bare workspace, on a screen of some size.
Opener = Callable[..., Awaitable[Page]]
CHROMIUM = "/usr/bin/chromium"
# A bound for a machine that is busy, not a measure: what is awaited is waited for.
expect.set_options(timeout=120_000)
# Without these a browser without a network goes looking for one at every start.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# To start a browser takes longer than most of these tests: one serves them all, and a browser belongs to one event
# loop. Each test has contexts of its own, so nothing that one page keeps reaches another.
in_the_browsers_loop = pytest_asyncio.fixture(loop_scope="session")


def pytest_itemcollected(item: pytest.Item) -> None:
    """The tests of this folder run in the browser's event loop."""
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        await launched.close()


@in_the_browsers_loop
async def workspace(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The sandbox with the bot in it and three cases waiting."""
    async with running_bot(tmp_path) as bot:
        async with Team(bot.sandbox.url) as team:
            await seed(Stage(team, pace=0.0, transcript=None))
        yield bot.sandbox


@in_the_browsers_loop
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


@in_the_browsers_loop
async def bare() -> AsyncIterator[Sandbox]:
    """The sandbox without the bot, for what the page does by itself."""
    async with running() as opened:
        opened.doings.transport = Heard()
        yield opened


@in_the_browsers_loop
async def look(browser: Browser, bare: Sandbox) -> AsyncIterator[Opener]:
    """Opens somebody's page; a script that fails fails the test."""
    contexts, problems = [], []

    async def open_page(user: str = "U0ANNA", size: tuple[int, int] = LAPTOP) -> Page:
        context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="nl-NL")
        contexts.append(context)
        await context.add_init_script(f"localStorage.me ??= '{user}';")
        opened = await context.new_page()
        opened.on("pageerror", lambda problem: problems.append(str(problem)))
        async with opened.expect_websocket():
            await opened.goto(bare.url)
        await opened.get_by_role("radio", name="Anna").wait_for()
        while not bare.workspace.pages[user]:  # noqa: ASYNC110  # the workspace offers nothing to wait for
            await asyncio.sleep(0.01)
        return opened

    yield open_page
    for context in contexts:
        await context.close()
    assert problems == []
