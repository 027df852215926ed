"""The clock on the table in a real browser: it ticks, follows, says when it is alone, and ends."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, Route, expect

from bot.rounds import jobs as round_jobs
from bot.rounds.service import progress
from bot.sessions import service as sessions
from bot.sessions.views import SessionRef
from bot.storage import Store
from bot.table_page import service
from bot.table_page.page import TablePages
from bot.table_page.rules import MAX_OPEN
from tests import empty
from tests.clock import StillClock
from tests.conftest import OneWorkspaceStore, engine_of, run_due
from tests.factories import BRAM, control, open_session, running_session
from tests.page.conftest import in_the_browsers_loop
from tests.table_page.conftest import NEVER, Served, address, name_chloe, path_of, serving

__all__ = ["address"]
ROOM, LAPTOP, PHONE = (1920, 1080), (1280, 800), (390, 844)
DIGITS = re.compile(r"\d+:\d\d")
# Opens the page of the session, on a screen of some size.
Opener = Callable[..., Awaitable[Page]]
# Stands in for the sound card: what was played is counted.
COUNTING = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { window.tones += 1; return start.apply(this, at); };
"""


@dataclass
class Table:
    """A session, and the pages that stand on its table."""

    store: Store
    clock: StillClock
    served: Served
    session: str
    path: str

    async def act(self, use_case: Callable[..., object]) -> None:
        """The facilitator presses a control."""
        ref = await self.store.read(control, self.session)
        await self.store.transact(use_case, BRAM, ref)

    @property
    def url(self) -> str:
        return self.served.url + self.path


@pytest.fixture
def database_url() -> str:
    """The pages are the same on both databases."""
    return empty.sqlite()


@in_the_browsers_loop
async def store(database_url: str, clock: StillClock) -> AsyncIterator[Store]:
    """As everywhere, in the event loop of the browser."""
    opened = OneWorkspaceStore(engine_of(database_url), clock.now)
    yield opened
    opened.close()


@in_the_browsers_loop
async def table(store: Store, clock: StillClock) -> AsyncIterator[Table]:
    session = await store.transact(running_session)
    path = await store.transact(path_of, session)
    async with serving(TablePages(store, clock, poll_seconds=NEVER)) as served:
        yield Table(store, clock, served, session, path)


@in_the_browsers_loop
async def look(browser: Browser, table: Table) -> AsyncIterator[Opener]:
    """Opens a page; a script that fails, and whatever the page's own policy refuses, fails the test."""
    contexts, problems = [], []

    async def open_page(size: tuple[int, int] = LAPTOP, *, scripts: bool = True, url: str = "") -> Page:
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts
        )
        contexts.append(context)
        await context.add_init_script(COUNTING)
        page = await context.new_page()
        page.on("pageerror", lambda problem: problems.append(str(problem)))
        page.on(
            "console",
            lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None,
        )
        await page.goto(url or table.url)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert problems == []


async def state(page: Page, wanted: str) -> None:
    await expect(page.locator("body")).to_have_attribute("data-state", wanted)


async def tones(page: Page) -> int:
    return int(await page.evaluate("window.tones"))


@pytest.mark.parametrize("size", [ROOM, LAPTOP, PHONE])
async def test_the_phase_the_rule_whose_turn_and_the_time_are_on_one_screen(
    look: Opener, table: Table, size: tuple[int, int]
) -> None:
    """With the turn beneath it."""
    await table.store.transact(name_chloe)
    for _ in range(5):
        await table.act(sessions.next_phase)
    await table.store.transact(run_due, round_jobs.JOBS)
    await table.store.transact(lambda tx: progress.end_activity(tx, sessions.scene_by_id(tx, table.session)))
    page = await look(size)
    await expect(page.get_by_role("heading", name="Advies")).to_be_in_viewport(ratio=1)
    rule = "Zeg het zoals je het denkt. De inbrenger reageert nog niet."
    for words in ("Aan de beurt: Chloé", rule, "Tot 15:10."):
        await expect(page.get_by_text(words, exact=True)).to_be_in_viewport(ratio=1)
    await expect(page.locator("#clock")).to_have_text(DIGITS)
    await expect(page.locator("#clock")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button")).to_be_in_viewport(ratio=1)
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    assert "Te vaak ja" not in await page.content()


async def test_the_clock_ticks_by_itself(look: Opener) -> None:
    page = await look()
    before = await page.locator("#clock").inner_text()
    await expect(page.locator("#clock")).not_to_have_text(before)


async def test_the_clock_of_the_screen_may_be_wrong(look: Opener, table: Table) -> None:
    """The bot's clock stands years from that of this machine, and the page shows what is left by the bot's."""
    page = await look()
    assert await page.locator("#clock").inner_text() in ("10:00", "9:59", "9:58", "9:57", "9:56", "9:55")
    table.clock.move(minutes=4)
    await expect(page.locator("#clock")).to_have_text(re.compile("^(6:00|5:5)"))


async def test_a_pause_stops_the_clock_and_the_screen_reader_hears_it_once(
    look: Opener, table: Table
) -> None:
    page = await look()
    await table.act(sessions.pause)
    await state(page, "paused")
    await expect(page.locator("#clock")).to_have_text("10:00")
    said = page.locator("#said")
    await expect(said).to_have_text("Pauze. De klok staat stil.")
    assert await said.get_attribute("aria-live") == "polite"
    timer = page.get_by_role("timer")
    await expect(timer).to_have_attribute("aria-live", "off")
    await table.act(sessions.resume)
    await state(page, "running")
    await expect(said).to_have_text("Tot 15:10.")


async def test_the_digits_are_not_announced(look: Opener) -> None:
    page = await look()
    before = await page.locator("#clock").inner_text()
    await expect(page.locator("#clock")).not_to_have_text(before)
    assert await page.locator("#said").inner_text() == ""


async def test_two_minutes_more_and_the_next_phase_are_followed(look: Opener, table: Table) -> None:
    page = await look()
    await table.act(sessions.extend)
    await expect(page.locator("#until")).to_have_text("Tot 15:12.")
    await expect(page.locator("#clock")).to_have_text(re.compile("^1[12]:"))
    await table.act(sessions.next_phase)
    await expect(page.get_by_role("heading", name="Vragen")).to_be_visible()
    await expect(page.locator("#rule")).to_have_text("Open en kort; je advies bewaar je.")


async def test_a_soft_tone_ends_a_phase_after_one_tap_and_a_tap_silences_it(
    look: Opener, table: Table
) -> None:
    page = await look()
    sound = page.get_by_role("button")
    await expect(sound).to_have_text(re.compile("Een browser wil daar één tik voor"))
    await table.act(sessions.next_phase)
    await expect(page.get_by_role("heading", name="Vragen")).to_be_visible()
    assert await tones(page) == 0
    await sound.click()
    await expect(sound).to_have_text("Geluid aan. Tik om het stil te zetten.")
    await expect(sound).to_have_attribute("aria-pressed", "true")
    # It sounds once, so that whoever taps knows how loud it is.
    heard = await tones(page)
    assert heard > 0
    table.clock.move(minutes=15)
    await expect(page.locator("#clock")).to_have_text("0:00")
    assert await tones(page) == 2 * heard
    await table.act(sessions.next_phase)
    await expect(page.get_by_role("heading", name="Antwoorden")).to_be_visible()
    assert await tones(page) == 2 * heard, "the end of this phase was heard already"
    await sound.click()
    await expect(sound).to_have_text("Geluid uit. Tik om het aan te zetten.")
    await table.act(sessions.next_phase)
    await expect(page.get_by_role("heading", name="Je vraag")).to_be_visible()
    assert await tones(page) == 2 * heard


async def test_a_connection_that_is_lost_is_said_and_caught_up(look: Opener, table: Table) -> None:
    async with serving(TablePages(table.store, table.clock, poll_seconds=NEVER)) as before:
        page = await look(url=before.url + table.path)
        await expect(page.locator("#clock")).to_have_text(DIGITS)
    lost = re.compile("De verbinding is weg.")
    await expect(page.locator("#lost")).to_have_text(lost)
    await expect(page.locator("#said")).to_have_text(lost)
    shown = await page.locator("#clock").inner_text()
    await expect(page.locator("#clock")).not_to_have_text(shown)
    await table.act(sessions.pause)
    port = int(before.url.rpartition(":")[2])
    async with serving(TablePages(table.store, table.clock, poll_seconds=NEVER), port):
        await state(page, "paused")
        await expect(page.locator("#lost")).to_be_hidden()
        await page.close()


async def test_a_screen_without_a_network_says_so_at_once(look: Opener, table: Table) -> None:
    page = await look()
    await expect(page.locator("#clock")).to_have_text(DIGITS)
    await page.context.set_offline(True)
    await expect(page.locator("#lost")).to_have_text(re.compile("De verbinding is weg."))
    await table.act(sessions.pause)
    await page.context.set_offline(False)
    await state(page, "paused")
    await expect(page.locator("#lost")).to_be_hidden()


async def test_a_process_that_is_replaced_is_not_missed(look: Opener, table: Table) -> None:
    """Another process takes over the address; the page finds it and goes on."""
    page = await look()
    await expect(page.locator("#clock")).to_have_text(DIGITS)
    async with serving(TablePages(table.store, table.clock, poll_seconds=NEVER)) as after:

        async def lead_there(route: Route) -> None:
            await route.continue_(url=route.request.url.replace(table.served.url, after.url))

        await page.route("**/table/**", lead_there)
        table.served.pages.hub.close()
        await table.act(sessions.pause)
        await state(page, "paused")
        await expect(page.locator("#lost")).to_be_hidden()
        await page.close()


async def test_after_the_session_the_page_says_thanks_and_the_address_is_dead(
    look: Opener, table: Table
) -> None:
    page = await look()
    await expect(page.locator("#clock")).to_have_text(DIGITS)
    await table.store.transact(sessions.stop, BRAM, SessionRef(table.session))
    await expect(page.get_by_role("heading", name="Dank jullie wel.")).to_be_visible()
    await expect(page.locator("#clock")).to_be_hidden()
    await expect(page.get_by_role("button")).to_be_hidden()
    answer = await page.reload()
    assert answer is not None
    assert answer.status == 404


async def test_a_guessed_address_is_not_found(look: Opener, table: Table) -> None:
    page = await look(url=f"{table.served.url}/table/{'0' * 32}")
    assert await page.locator("body").inner_text() == "not found"


async def test_a_new_address_empties_the_screens_of_the_old_one(look: Opener, table: Table) -> None:
    page = await look()
    await expect(page.locator("#clock")).to_have_text(DIGITS)
    await table.store.transact(service.renew_address, BRAM, SessionRef(table.session))
    await expect(page.get_by_role("heading", name="Deze klok is gestopt.")).to_be_visible()
    await expect(page.locator("#clock")).to_be_hidden()


async def test_with_scripts_blocked_it_says_what_is_on_and_until_when(look: Opener, table: Table) -> None:
    page = await look(PHONE, scripts=False)
    await expect(page.get_by_role("heading", name="Inbreng")).to_be_visible()
    await expect(page.get_by_text("Niemand onderbreekt, ook niet om te helpen.")).to_be_visible()
    await expect(page.get_by_text("Tot 15:10.")).to_be_visible()
    await expect(page.locator("#clock")).to_be_hidden()
    await expect(page.get_by_role("button")).to_be_hidden()
    await table.act(sessions.pause)
    await page.get_by_role("link", name="Ververs").click()
    await expect(page.get_by_text("Pauze. De klok staat stil.")).to_be_visible()


async def test_four_screens_show_the_same(look: Opener, table: Table) -> None:
    pages = [await look(size) for size in (ROOM, LAPTOP, PHONE, PHONE)]
    for page in pages:
        await expect(page.locator("#clock")).to_have_text(DIGITS)
    await table.act(sessions.pause)
    for page in pages:
        await state(page, "paused")
        await expect(page.locator("#clock")).to_have_text("10:00")


async def test_the_screen_that_is_one_too_many_waits_kindly(look: Opener, table: Table) -> None:
    found = await table.store.read(service.opened, table.path.rpartition("/")[2])
    assert found is not None
    hub = table.served.pages.hub
    viewers = [hub.join(found.subject, found.face) for _ in range(MAX_OPEN)]
    page = await look(PHONE)
    await expect(page.get_by_role("heading", name="Deze klok staat al op 20 schermen.")).to_be_visible()
    for viewer in viewers:
        hub.leave(found.subject, viewer)
    await page.evaluate("later(0)")
    await expect(page.get_by_role("heading", name="Inbreng")).to_be_visible()


async def test_while_the_group_gathers_there_is_no_clock_yet(
    browser: Browser, store: Store, clock: StillClock
) -> None:
    session = await store.transact(lambda tx: open_session(tx))
    path = await store.transact(path_of, session)
    async with serving(TablePages(store, clock, poll_seconds=NEVER)) as served:
        page = await browser.new_page()
        await page.goto(served.url + path)
        await expect(page.get_by_role("heading", name="We verzamelen.")).to_be_visible()
        await expect(page.locator("#clock")).to_be_hidden()
        await page.close()


async def test_in_the_dark_it_is_dark(look: Opener) -> None:
    page = await look()
    colours = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        colours.append(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    light, dark = [sum(int(part) for part in re.findall(r"\d+", colour)) for colour in colours]
    assert light > 600
    assert dark < 150
