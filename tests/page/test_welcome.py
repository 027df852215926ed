"""The first minute: three ways in sight, who is who, and a story or a guide above the page and over nothing."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, WebSocketRoute, expect

from sandbox.people import Team
from sandbox.player.play import Controls
from sandbox.player.stage import CHANNEL
from tests.bot import Running
from tests.demo import running_demo
from tests.guide import BRAM, follow, step_of, until_step
from tests.page.conftest import in_the_browsers_loop

SIZES = ((1280, 800), (1440, 900), (390, 844))
WAYS = ("Kijk het verhaal", "Stem mee en leid een sessie", "Begin zelf")
Opener = Callable[..., Awaitable[Page]]


class Stopwatch(Controls):
    """A story that goes on when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = asyncio.Semaphore(0)

    async def wait(self, seconds: float) -> None:
        await super().wait(0)
        if seconds:
            await self.steps.acquire()


@in_the_browsers_loop
async def demo(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_demo(tmp_path) as bot:
        yield bot


@in_the_browsers_loop
async def look(browser: Browser, demo: Running) -> AsyncIterator[Opener]:
    """Opens a page as somebody who has never been here; a script that fails fails the test."""
    contexts, problems = [], []

    async def open_page(size: tuple[int, int] = SIZES[0], user: str = "U0ANNA") -> Page:
        context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="nl-NL")
        contexts.append(context)
        await context.add_init_script(f"localStorage.me ??= '{user}';")
        page = await context.new_page()
        page.on("pageerror", lambda problem: problems.append(str(problem)))
        await page.goto(demo.sandbox.url)
        await page.get_by_role("radio", name="Anna").wait_for()
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert problems == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
async def test_three_ways_are_in_sight_and_chloe_is_said_to_be_english(
    look: Opener, size: tuple[int, int]
) -> None:
    page = await look(size)
    for way in WAYS:
        await expect(page.get_by_role("button", name=way)).to_be_in_viewport(ratio=1)
    await expect(page.get_by_text("leest Engels · Londen")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await page.get_by_role("button", name="Ik kijk zelf rond").click()
    await expect(page.get_by_role("dialog", name="Welkom")).to_have_count(0)
    await page.reload()
    await page.get_by_role("radio", name="Anna").wait_for()
    await expect(page.get_by_role("dialog", name="Welkom")).to_have_count(0)


async def test_the_traffic_says_what_it_is(look: Opener) -> None:
    page = await look()
    await page.get_by_role("button", name="Ik kijk zelf rond").click()
    await page.get_by_role("button", name="Verkeer", exact=True).click()
    await expect(page.get_by_text("Wat de bot en Slack tegen elkaar zeggen")).to_be_visible()


@pytest.mark.parametrize("size", [SIZES[0], SIZES[2]], ids=lambda size: str(size[0]))
async def test_a_caption_stands_above_the_page_and_above_a_form(
    look: Opener, demo: Running, size: tuple[int, int]
) -> None:
    page = await look(size)
    await page.get_by_role("button", name="Ik kijk zelf rond").click()
    await expect(page.get_by_role("dialog", name="Welkom")).to_have_count(0)
    await demo.sandbox.scenes.say({"text": "Esra schrijft een casus.", "as": "U0ESRA", "channel": CHANNEL})
    caption = page.locator("#caption")
    await expect(caption).to_contain_text("Esra schrijft een casus.")
    async with Team(demo.sandbox.url) as team:
        await team.person("U0ESRA").command("casus", CHANNEL)
    form = page.get_by_role("dialog").last
    await form.wait_for()
    above, below = await page.locator("#band").bounding_box(), await form.bounding_box()
    bar = await page.locator("#people").bounding_box()
    assert above is not None
    assert below is not None
    assert bar is not None
    assert above["y"] + above["height"] <= min(below["y"], bar["y"]) + 0.5
    await expect(caption).to_be_in_viewport(ratio=1)


async def test_what_happens_while_the_page_turns_to_somebody_is_seen(look: Opener, demo: Running) -> None:
    page = await look()
    await page.get_by_role("button", name="Ik kijk zelf rond").click()
    asked, opened = asyncio.Event(), asyncio.Event()

    async def hold(stream: WebSocketRoute) -> None:
        asked.set()
        await opened.wait()
        stream.connect_to_server()

    await page.route_web_socket(re.compile("/ui/stream"), hold)
    await demo.sandbox.scenes.say({"text": "Esra schrijft een casus.", "as": "U0ESRA", "channel": CHANNEL})
    await asked.wait()
    # A page that reads before it listens has read now.
    await page.evaluate("fetch('/ui/views?as=U0ESRA').then((answer) => answer.text())")
    async with Team(demo.sandbox.url) as team:
        await team.person("U0ESRA").command("casus", CHANNEL)
    opened.set()
    await page.get_by_role("dialog").last.wait_for()


async def test_the_story_pauses_goes_faster_and_can_be_stopped(look: Opener, demo: Running) -> None:
    stopwatch = Stopwatch()
    demo.sandbox.scenes.new_controls = lambda: stopwatch
    page = await look()
    await page.get_by_role("button", name=WAYS[0]).click()
    await expect(page.locator("#caption")).to_contain_text("drie casussen die wachten")
    await page.get_by_role("button", name="Pauze", exact=True).click()
    await expect(page.get_by_role("button", name="Verder", exact=True)).to_be_visible()
    assert stopwatch.is_paused
    # Also after the page was loaded again.
    await page.reload()
    await expect(page.locator("#caption")).to_contain_text("drie casussen die wachten")
    await page.get_by_role("button", name="Verder", exact=True).click()
    await page.get_by_role("button", name="Sneller").click()
    await expect(page.get_by_text("2×")).to_be_visible()
    assert (stopwatch.is_paused, stopwatch.speed) == (False, 2.0)
    await page.get_by_role("button", name="Stop", exact=True).click()
    await expect(page.locator("#band")).to_be_hidden()


async def test_the_guide_is_the_same_in_two_tabs_and_after_a_reload(look: Opener, demo: Running) -> None:
    first, second = await look(), await look()
    await first.get_by_role("button", name=WAYS[1]).click()
    for page in (first, second):
        await expect(page.locator("#guide")).to_contain_text("Laat de groep kiezen")
    # Whoever chose the way is the one who begins it; another tab stays who it was.
    await expect(first.get_by_role("radio", name="Bram")).to_be_checked()
    await expect(second.get_by_role("radio", name="Anna")).to_be_checked()
    await first.get_by_role("button", name="Typ het voor mij").click()
    await expect(first.get_by_role("button", name="Typ het voor mij")).to_have_count(0)
    await expect(first.locator("#band")).to_contain_text("Druk nu op Enter")
    await first.keyboard.press("Enter")
    await first.get_by_role("button", name="Stemming openen").click()
    for page in (first, second):
        await expect(page.locator("#guide")).to_contain_text("Druk op Stem.")
    await expect(first.locator(".pointed")).to_have_text("Stem")
    # Whoever wanders off is led back.
    await first.get_by_role("button", name="# algemeen").click()
    await first.get_by_role("button", name="Ga naar # intervisie-oost").click()
    await expect(first.locator(".pointed")).to_have_text("Stem")
    await second.reload()
    await expect(second.locator("#guide")).to_contain_text("Druk op Stem.")
    await expect(second.get_by_role("button", name="Word Bram")).to_be_visible()


@pytest.mark.parametrize("size", [SIZES[1], SIZES[2]], ids=lambda size: str(size[0]))
async def test_begin_yourself_opens_the_empty_channel_as_who_begins(
    look: Opener, size: tuple[int, int]
) -> None:
    page = await look(size)
    await page.get_by_role("button", name=WAYS[2]).click()
    await expect(page.get_by_role("heading", name="# intervisie-west")).to_be_visible()
    await expect(page.get_by_role("radio", name="Bram")).to_be_checked()
    await page.reload()
    await expect(page.get_by_role("heading", name="# intervisie-west")).to_be_visible()
    # What is refused keeps away from the edge of the field.
    await page.locator("#composer-main").fill("/invite @Anna")
    await page.keyboard.press("Enter")
    refused = page.get_by_text("Die persoon zit al in dit kanaal.")
    await expect(refused).to_be_visible()
    assert await refused.evaluate("one => parseFloat(getComputedStyle(one).paddingBottom)") >= 8


async def test_begin_yourself_opens_its_channel_after_a_story_too(look: Opener, demo: Running) -> None:
    demo.sandbox.scenes.new_controls = Stopwatch
    page = await look()
    await page.get_by_role("button", name=WAYS[0]).click()
    await expect(page.locator("#caption")).to_contain_text("drie casussen die wachten")
    await page.get_by_role("button", name="Welkom").click()
    await page.get_by_role("button", name=WAYS[2]).click()
    await page.get_by_role("button", name="Begin opnieuw").click()
    await expect(page.locator("#guide")).to_contain_text("/invite @Intervisie")
    await expect(page.get_by_role("heading", name="# intervisie-west")).to_be_visible()


async def test_the_pages_own_clock_is_dutch_for_whoever_has_slack_in_english(look: Opener) -> None:
    page = await look()
    await page.get_by_role("button", name="Ik kijk zelf rond").click()
    await expect(page.locator("#clock")).to_have_text(
        re.compile(r"^(ma|di|wo|do|vr|za|zo) \d+ [a-z]{3}\.?,? \d\d:\d\d$")
    )
    following = page.get_by_role("group", name="Klok van de werkplek").get_by_text("Naar ")
    await expect(following).to_have_text(re.compile(r"\d\d:\d\d$"))
    await expect(page.get_by_text("daar is het")).to_have_text(re.compile(r"daar is het \d\d:\d\d\.$"))
    # What Slack shows stays in the language of whoever reads it.
    await expect(page.locator("#center .at").first).to_have_text(re.compile("[AP]M$"))


@pytest.mark.parametrize("size", [SIZES[1], SIZES[2]], ids=lambda size: str(size[0]))
async def test_the_button_of_a_step_comes_into_sight(
    look: Opener, demo: Running, size: tuple[int, int]
) -> None:
    async with Team(demo.sandbox.url) as team:
        await team.post("scene", way="lead")
        await until_step(team, "vote")
        for number in range(30):
            await team.person("U0ESRA").say(f"Nog een bericht, nummer {number}.", CHANNEL)
        page = await look(size, BRAM)
        await expect(page.locator(".pointed")).to_have_text("Stem")
        await expect(page.locator(".pointed")).to_be_in_viewport(ratio=1)
        # Also when the list of channels lay over it.
        if size == SIZES[2]:
            await page.get_by_role("button", name="Terug").click()
            await page.get_by_role("button", name="Ga naar # intervisie-oost").click()
            await expect(page.locator(".pointed")).to_be_in_viewport(ratio=1)


async def test_with_a_form_open_the_guide_leads_nowhere_else(look: Opener, demo: Running) -> None:
    page = await look(SIZES[2])
    await page.get_by_role("button", name=WAYS[1]).click()
    await expect(page.locator("#guide")).to_contain_text("Laat de groep kiezen")
    async with Team(demo.sandbox.url) as team:
        await follow(team, await step_of(team))
    await expect(page.locator("#guide")).to_contain_text("Druk op Stemming openen.")
    await expect(page.locator("#band").get_by_role("button")).to_have_text(["Verberg"])


@pytest.mark.long
async def test_on_a_phone_a_session_leads_to_the_thread_and_back(look: Opener, demo: Running) -> None:
    async with Team(demo.sandbox.url) as team:
        await team.post("scene", way="lead")
        await until_step(team, "questions")
        page = await look(SIZES[2], BRAM)
        await page.get_by_role("button", name="Ga naar de thread").click()
        own = page.locator("#thread .pointed")
        await expect(own).to_have_text("Schrijf je vraag")
        await expect(own).to_be_in_viewport(ratio=1)
        await page.get_by_role("button", name="Laat de anderen vragen schrijven").click()
        await expect(page.locator("#guide")).to_contain_text("De anderen schreven hun vragen.")
        await expect(own).to_have_text("Laat de vragen zien")
        await expect(own).to_be_in_viewport(ratio=1)
        await own.click()
        await page.get_by_role("button", name="Ga naar je berichten van Intervisie").click()
        await expect(page.locator("#center .pointed")).to_have_text("Door naar Antwoorden")
        await expect(page.locator("#center .pointed")).to_be_in_viewport(ratio=1)
        await until_step(team, "done")
        await page.get_by_role("button", name="Lees de samenvatting").click()
        await expect(page.get_by_text("In het kort")).to_be_visible()
        await page.get_by_role("button", name="Terug").click()
        await page.get_by_role("button", name="Terug").click()
        await expect(page.get_by_role("button", name="Ga naar")).to_have_count(0)


async def test_another_way_is_asked_first_when_something_would_be_lost(look: Opener, demo: Running) -> None:
    page = await look()
    await page.get_by_role("button", name=WAYS[1]).click()
    async with Team(demo.sandbox.url) as team:
        await team.person("U0BRAM").say("Hallo", CHANNEL)
    await expect(page.get_by_text("Hallo")).to_be_visible()
    await page.get_by_role("button", name="Welkom").click()
    await page.get_by_role("button", name=WAYS[2]).click()
    await page.get_by_role("button", name="Nee, ik ga verder").click()
    await expect(page.locator("#guide")).to_contain_text("Laat de groep kiezen")
    await page.get_by_role("button", name=WAYS[2]).click()
    await page.get_by_role("button", name="Begin opnieuw").click()
    await expect(page.locator("#guide")).to_contain_text("/invite @Intervisie")
    await expect(page.get_by_text("Hallo")).to_have_count(0)


async def test_who_begins_is_chosen_also_when_the_first_step_comes_later(look: Opener) -> None:
    """On a busy machine the workspace is still being prepared when the page asks for the first step."""
    page = await look(SIZES[1])
    asked = 0

    async def too_early(route: Route) -> None:
        nonlocal asked
        asked += 1
        response = await route.fetch()
        answer = await response.json()
        await route.fulfill(response=response, json={**answer, "step": None} if asked == 1 else answer)

    await page.route(lambda url: urlsplit(url).path == "/ui/scene" and bool(urlsplit(url).query), too_early)
    await page.get_by_role("button", name=WAYS[2]).click()
    await expect(page.get_by_role("radio", name="Bram")).to_be_checked()
    assert asked > 1
