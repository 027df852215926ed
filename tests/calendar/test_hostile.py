"""Made-up calendar addresses: soon turned away, and nobody else waits for them."""

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette

from bot.calendar import misses
from bot.calendar.misses import Misses
from bot.calendar.page import MOST_READINGS, Page
from bot.calendar.service import File
from bot.storage import Tx
from sandbox.here import Here

URL = "https://bot.example"
REAL = "real"


def client(page: Page, host: str = "203.0.113.7") -> Here:
    return Here(Starlette(routes=page.routes()), URL, host)


async def read(find: Callable[[Tx, str], File | None], token: str) -> File | None:
    return File("intervisie.ics", b"BEGIN:VCALENDAR") if token == REAL else None


async def test_who_asks_for_made_up_addresses_is_soon_turned_away_and_a_followed_one_is_not() -> None:
    page = Page(read)
    async with client(page) as guest, client(page, "198.51.100.1") as other:
        assert (await guest.get(f"/calendar/{REAL}.ics")).status_code == 200
        answers = [(await guest.get(f"/calendar/x{number}.ics")) for number in range(misses.BURST + 5)]
        assert {answer.status_code for answer in answers[: misses.BURST]} == {404}
        assert {answer.status_code for answer in answers[misses.BURST + 1 :]} == {429}
        assert int(answers[-1].headers["retry-after"]) > 0
        assert (await guest.get(f"/calendar/{REAL}.ics")).status_code == 200
        assert (await other.get(f"/calendar/{REAL}.ics")).status_code == 200
        assert (await other.get("/calendar/x1.ics")).status_code == 404


async def test_more_than_can_be_read_at_once_is_asked_to_come_back() -> None:
    go = asyncio.Event()
    full = asyncio.Event()
    reading = 0

    async def slow(find: Callable[[Tx, str], File | None], token: str) -> File | None:
        nonlocal reading
        reading += 1
        if reading == MOST_READINGS:
            full.set()
        await go.wait()
        return await read(find, token)

    async with client(Page(slow)) as guest:
        asked = [asyncio.create_task(guest.get(f"/calendar/{REAL}.ics")) for _ in range(MOST_READINGS)]
        await full.wait()
        assert (await guest.get(f"/calendar/{REAL}.ics")).status_code == 503
        go.set()
        assert {one.status_code for one in await asyncio.gather(*asked)} == {200}
        assert (await guest.get(f"/calendar/{REAL}.ics")).status_code == 200


def test_what_is_left_comes_back_with_time_and_a_revoked_address_counts() -> None:
    now = 0.0
    counted = Misses(lambda: now)
    counted.add_found("feed")
    for _ in range(misses.BURST):
        counted.add_miss("somebody", "made up")
    assert counted.is_over("somebody", "made up")
    assert not counted.is_over("somebody", "feed")
    counted.add_miss("somebody", "feed")
    assert counted.is_over("somebody", "feed")
    now += 60 / misses.PER_MINUTE * 2
    assert not counted.is_over("somebody", "made up")


def test_only_so_many_clients_are_remembered() -> None:
    counted = Misses(lambda: 0.0)
    for number in range(misses.CLIENTS + 10):
        for _ in range(misses.BURST):
            counted.add_miss(str(number), "made up")
    assert not counted.is_over("0", "made up")
    assert counted.is_over(str(misses.CLIENTS + 9), "made up")
