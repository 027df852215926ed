"""The clock on the table in a real browser while a group chooses, and on into the session without another address."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, expect

from bot.selections import service as selections
from bot.selections.records import Selection
from bot.sessions import service as sessions
from bot.storage import Store, Tx
from bot.table_page import service
from bot.table_page.page import TablePages
from tests.clock import StillClock
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.factories import control as control_of_session
from tests.page.conftest import in_the_browsers_loop
from tests.page.test_table_page import DIGITS, LAPTOP, PHONE, ROOM, database_url, state, store
from tests.selections.people import case_of, choosing, control, more_time, of, opened, pick, ref
from tests.table_page.conftest import ADDRESS, NEVER, address, serving

__all__ = ["address", "database_url", "store"]


@dataclass
class Choice:
    """A group that chooses, and its page on a screen."""

    store: Store
    url: str

    async def act(self, what: str) -> None:
        await self.store.transact(_act, what)


def _act(tx: Tx, what: str) -> None:
    found = tx.sql.query(Selection).one()
    match what:
        case "pause":
            selections.pause_selection(tx, DAAN, ref(found))
        case "resume":
            selections.resume_selection(tx, BRAM, ref(found))
        case "extend":
            selections.extend_step(tx, BRAM, more_time(found))
        case "vote":
            selections.open_vote(tx, BRAM, control(found))
            selections.give_vote(tx, ANNA, of(found, case_of(tx, ANNA)))
        case "count":
            selections.count_now(tx, BRAM, control(found))
        case "pick":
            pick(tx, found, ANNA)
        case "yes":
            sessions.bring_chosen_case(tx, ANNA, of(found, case_of(tx, ANNA)))
        case "begin":
            sessions.begin(tx, BRAM, control_of_session(tx, opened(tx).id))
        case "stop":
            selections.stop_selection(tx, BRAM, ref(found))


def path_of_choice(tx: Tx) -> str:
    url = service.make_address_to_choose(tx, choosing(tx, ANNA, CHLOE))
    assert url is not None
    return url.removeprefix(ADDRESS)


@in_the_browsers_loop
async def choice(store: Store, clock: StillClock) -> AsyncIterator[Choice]:
    path = await store.transact(path_of_choice)
    async with serving(TablePages(store, clock, poll_seconds=NEVER)) as served:
        yield Choice(store, served.url + path)


@in_the_browsers_loop
async def page(browser: Browser, choice: Choice) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": LAPTOP[0], "height": LAPTOP[1]})
    opened_page = await context.new_page()
    await opened_page.goto(choice.url)
    yield opened_page
    await context.close()


@pytest.mark.parametrize("size", [ROOM, LAPTOP, PHONE])
async def test_the_step_its_rule_and_the_time_are_on_one_screen(
    page: Page, choice: Choice, size: tuple[int, int]
) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await expect(page.get_by_role("heading", name="Kies samen")).to_be_in_viewport(ratio=1)
    for words in ("Kies op wat nodig is. Wie inbrengt, zegt zelf ja.", "Tot 15:03."):
        await expect(page.get_by_text(words, exact=True)).to_be_in_viewport(ratio=1)
    await expect(page.locator("#clock")).to_have_text(DIGITS)
    await expect(page.locator("#clock")).to_be_in_viewport(ratio=1)
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert "Casus 0" not in await page.content()
    await choice.act("vote")
    await expect(page.get_by_text("1 van de 4 heeft gestemd.", exact=True)).to_be_in_viewport(ratio=1)


async def test_a_pause_and_two_minutes_more_are_followed(page: Page, choice: Choice) -> None:
    await expect(page.locator("#until")).to_have_text("Tot 15:03.")
    await choice.act("extend")
    await expect(page.locator("#until")).to_have_text("Tot 15:05.")
    await choice.act("pause")
    await state(page, "paused")
    await expect(page.locator("#clock")).to_have_text("5:00")
    await choice.act("resume")
    await state(page, "running")


async def test_it_goes_on_into_the_session_on_the_same_screen(page: Page, choice: Choice) -> None:
    await choice.act("pick")
    await expect(page.locator("#turn")).to_have_text("De keuze is gemaakt. We wachten op een ja.")
    await expect(page.locator("#clock")).to_be_hidden()
    await choice.act("yes")
    await expect(page.get_by_role("heading", name="We verzamelen.")).to_be_visible()
    await choice.act("begin")
    await expect(page.get_by_role("heading", name="Inbreng")).to_be_visible()
    await expect(page.locator("#clock")).to_have_text(DIGITS)
    assert page.url == choice.url
    # Also for a screen that joins late.
    await page.reload()
    await expect(page.get_by_role("heading", name="Inbreng")).to_be_visible()


async def test_a_choice_that_came_to_nothing_thanks_everybody(page: Page, choice: Choice) -> None:
    # Its stream is open by then.
    await choice.act("pause")
    await state(page, "paused")
    await choice.act("stop")
    await state(page, "ended")
    await expect(page.get_by_role("heading", name="Dank jullie wel.")).to_be_visible()
    answer = await page.goto(choice.url)
    assert answer is not None
    assert answer.status == 404
