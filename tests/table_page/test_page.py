"""Table pages over HTTP: what an address answers, and the stream of changes, also of another process."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette

from bot.calendar.page import Page as CalendarPage
from bot.sessions import service as sessions
from bot.sessions.views import SessionRef
from bot.storage import Store, StoreUnavailable
from bot.table_page import service
from bot.table_page.page import HEADERS, TablePages
from bot.table_page.rules import MAX_OPEN
from sandbox.client import Client, Response
from sandbox.here import Here
from tests.clock import StillClock
from tests.conftest import open_for_us
from tests.factories import BRAM, control, running_session
from tests.metrics.conftest import Counted, since
from tests.table_page.conftest import NEVER, Served, path_of, serving

__all__ = ["since"]


async def shown_path(store: Store) -> tuple[str, str]:
    """A session that is on, and where its page is."""
    session_id = await store.transact(running_session)
    return session_id, await store.transact(path_of, session_id)


async def pause(store: Store, session_id: str) -> None:
    ref = await store.read(control, session_id)
    await store.transact(sessions.pause, BRAM, ref)


async def told(answer: aiohttp.ClientResponse) -> AsyncGenerator[tuple[str, dict[str, Any]]]:
    """The events of a stream."""
    name = ""
    async for raw in answer.content:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


@asynccontextmanager
async def following(browser: Client, path: str) -> AsyncIterator[AsyncIterator[tuple[str, dict[str, Any]]]]:
    async with aiohttp.ClientSession(browser.url) as session, session.get(f"{path}/stream") as answer:
        assert answer.status == 200
        async with aclosing(told(answer)) as events:
            yield events


async def test_a_page_says_what_is_on_without_its_script(store: Store, browser: Client) -> None:
    _, path = await shown_path(store)
    answer = await browser.get(path)
    assert answer.status_code == 200
    for words in ("Inbreng", "Niemand onderbreekt, ook niet om te helpen.", "Tot 15:10."):
        assert words in answer.text
    assert '<noscript><meta http-equiv="refresh"' in answer.text
    assert "Te vaak ja" not in answer.text


async def test_a_page_keeps_to_itself(store: Store, browser: Client) -> None:
    """Nothing is kept, nothing is asked of others, and no script stands in the page itself."""
    _, path = await shown_path(store)
    page = await browser.get(path)
    files = [await browser.get(f"/table/{name}") for name in ("clock.js", "clock.css")]
    for answer in (page, *files, await browser.get(f"{path}/now")):
        assert answer.status_code == 200
        for name, value in HEADERS.items():
            assert answer.headers[name] == value or name == "cache-control"
        assert "set-cookie" not in answer.headers
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    for text in (page.text, *(one.text for one in files)):
        assert "http://" not in text
        assert "https://" not in text


async def test_a_dead_address_answers_as_one_that_never_was(store: Store, browser: Client) -> None:
    session_id, revoked = await shown_path(store)
    await store.transact(service.renew_address, BRAM, SessionRef(session_id))
    over = await store.transact(path_of, session_id)
    await store.transact(sessions.stop, BRAM, SessionRef(session_id))
    guessed = f"/table/{'0' * 32}"
    for end in ("", "/now", "/stream"):
        found = [await browser.get(path + end) for path in (revoked, over, guessed)]
        seen = {(one.status_code, one.content, _without_date(one)) for one in found}
        assert len(seen) == 1
        assert found[0].status_code == 404


async def test_a_guess_gets_the_answer_of_a_guessed_calendar(store: Store, browser: Client) -> None:
    calendars = Starlette(routes=CalendarPage(store.read).routes())
    async with Here(calendars, "https://bot.example") as calendar:
        theirs = await calendar.get("/calendar/guess.ics")
    ours = await browser.get("/table/guess")
    assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content)
    assert ours.headers["content-type"] == theirs.headers["content-type"]
    assert ours.headers["cache-control"] == theirs.headers["cache-control"]


def _without_date(answer: Response) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in answer.headers.items() if name != "date"))


async def test_a_stream_tells_a_pause_and_ends_with_the_session(store: Store, browser: Client) -> None:
    session_id, path = await shown_path(store)
    async with following(browser, path) as events:
        name, first = await anext(events)
        assert (name, first["state"], first["ends"] - first["now"]) == ("face", "running", 10 * 60_000)
        await pause(store, session_id)
        name, paused = await anext(events)
        assert (name, paused["state"], paused["left"]) == ("face", "paused", 10 * 60_000)
        await store.transact(sessions.stop, BRAM, SessionRef(session_id))
        name, last = await anext(events)
        assert (name, last["state"], last["title"]) == ("face", "ended", "Dank jullie wel.")
        assert [event async for event in events] == []


async def test_a_new_address_lets_the_pages_of_the_old_one_go(store: Store, browser: Client) -> None:
    session_id, path = await shown_path(store)
    async with following(browser, path) as events:
        await anext(events)
        await store.transact(service.renew_address, BRAM, SessionRef(session_id))
        name, last = await anext(events)
        assert (name, last["state"], last["title"]) == ("face", "dead", "Deze klok is gestopt.")
        assert [event async for event in events] == []


async def test_a_proxy_that_cuts_silent_connections_hears_something(store: Store, clock: StillClock) -> None:
    _, path = await shown_path(store)
    async with (
        serving(TablePages(store, clock, beat_seconds=0.01, poll_seconds=NEVER)) as served,
        Client(served.url) as browser,
        following(browser, path) as events,
    ):
        assert (await anext(events))[0] == "face"
        for _ in range(3):
            name, beat = await anext(events)
            assert (name, beat["now"]) == ("beat", round(clock.now().timestamp() * 1000))


async def test_four_pages_show_the_same(store: Store, browser: Client) -> None:
    session_id, path = await shown_path(store)
    async with (
        following(browser, path) as one,
        following(browser, path) as two,
        following(browser, path) as three,
        following(browser, path) as four,
    ):
        for events in (one, two, three, four):
            await anext(events)
        await pause(store, session_id)
        assert {(await anext(events))[1]["state"] for events in (one, two, three, four)} == {"paused"}


async def test_one_page_too_many_gets_a_friendly_word(store: Store, served: Served, browser: Client) -> None:
    _, path = await shown_path(store)
    found = await store.read(service.opened, path.rpartition("/")[2])
    assert found is not None
    viewers = [served.pages.hub.join(found.subject, found.face) for _ in range(MAX_OPEN)]
    page, now, stream = [await browser.get(path + end) for end in ("", "/now", "/stream")]
    assert {one.status_code for one in (page, now, stream)} == {429}
    assert "Deze klok staat al op 20 schermen." in page.text
    for viewer in viewers:
        served.pages.hub.leave(found.subject, viewer)
    assert (await browser.get(path)).status_code == 200


async def test_open_pages_and_refused_ones_are_counted(
    store: Store, served: Served, browser: Client, since: Counted
) -> None:
    _, path = await shown_path(store)
    found = await store.read(service.opened, path.rpartition("/")[2])
    assert found is not None
    viewers = [served.pages.hub.join(found.subject, found.face) for _ in range(MAX_OPEN)]
    assert since("intervisie_table_pages_open") == MAX_OPEN
    for end in ("", "/now", "/stream"):
        await browser.get(path + end)
        await browser.get(f"/table/guess{end}")
    for viewer in viewers:
        served.pages.hub.leave(found.subject, viewer)
    assert since("intervisie_table_pages_open") == 0
    refused = {
        why: since("intervisie_table_pages_refused_total", reason=why) for why in ("full", "not_found")
    }
    assert refused == {"full": 3, "not_found": 3}


async def test_a_page_that_is_closed_makes_room(store: Store, served: Served, browser: Client) -> None:
    _, path = await shown_path(store)
    found = await store.read(service.opened, path.rpartition("/")[2])
    assert found is not None
    viewers = [served.pages.hub.join(found.subject, found.face) for _ in range(MAX_OPEN - 1)]
    async with following(browser, path) as events:
        await anext(events)
        assert (await browser.get(path)).status_code == 429
    while (await browser.get(path)).status_code == 429:
        pass
    for viewer in viewers:
        served.pages.hub.leave(found.subject, viewer)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_another_process_does_is_told_by_notify(
    database_url: str, store: Store, clock: StillClock, browser: Client
) -> None:
    """Nothing is polled here: only NOTIFY tells the process that serves the page."""
    session_id, path = await shown_path(store)
    elsewhere = open_for_us(database_url, clock.now)
    assert store.notifier
    assert elsewhere.notifier
    store.notifier.open()
    elsewhere.notifier.open()
    try:
        async with following(browser, path) as events:
            await anext(events)
            await pause(elsewhere, session_id)
            assert (await anext(events))[1]["state"] == "paused"
    finally:
        await store.notifier.close()
        await elsewhere.notifier.close()
        elsewhere.close()


async def test_what_another_process_wrote_is_found_by_the_poll(
    database_url: str, store: Store, clock: StillClock
) -> None:
    session_id, path = await shown_path(store)
    elsewhere = open_for_us(database_url, clock.now)
    async with (
        serving(TablePages(store, clock, poll_seconds=0.01)) as served,
        Client(served.url) as browser,
        following(browser, path) as events,
    ):
        await anext(events)
        await pause(elsewhere, session_id)
        assert (await anext(events))[1]["state"] == "paused"
    elsewhere.close()


async def test_a_process_that_stops_ends_its_streams_and_another_goes_on(
    store: Store, clock: StillClock, browser: Client
) -> None:
    _, path = await shown_path(store)
    async with (
        serving(TablePages(store, clock, poll_seconds=NEVER)) as replaced,
        Client(replaced.url) as screen,
        following(screen, path) as events,
    ):
        await anext(events)
        replaced.pages.hub.close()
        assert [event async for event in events] == []
    async with following(browser, path) as events:
        assert (await anext(events))[1]["state"] == "running"


async def test_a_database_that_is_away_is_no_end(
    store: Store, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page asks again after a moment; only a 404 is the end."""
    _, path = await shown_path(store)

    async def is_away(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(store, "read", is_away)
    answers = [await browser.get(path + end) for end in ("", "/now", "/stream")]
    assert {answer.status_code for answer in answers} == {503}
