"""Bodies of which nobody knows yet who sent them: together never more than a bound."""

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.types import Message

from bot.slack.unsigned_bodies import LARGEST_BODY, NoBody, UnsignedBodies
from tests.slack.conftest import Address


class Sending:
    """A request whose body comes in parts."""

    def __init__(self) -> None:
        self._parts: asyncio.Queue[Message] = asyncio.Queue()
        self.request = Request({"type": "http", "method": "POST", "headers": []}, self._parts.get)

    def send(self, body: bytes, *, more: bool = True) -> None:
        self._parts.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def break_off(self) -> None:
        self._parts.put_nowait({"type": "http.disconnect"})


async def test_a_hundred_large_bodies_hold_no_more_than_the_bound_and_a_small_one_gets_through() -> None:
    bodies = UnsignedBodies(most_in_flight=1_000)
    large = [Sending() for _ in range(100)]
    reading = [asyncio.create_task(bodies.read(one.request)) for one in large]
    small = Sending()
    signed = asyncio.create_task(bodies.read(small.request))
    small.send(b"payload=")
    for one in large:
        one.send(b"x" * 199)
        await asyncio.sleep(0)
        assert bodies.in_flight <= 1_000
    small.send(b"%7B%7D", more=False)
    assert await signed == b"payload=%7B%7D"
    for one in large:
        one.send(b"x", more=False)
    ended = await asyncio.gather(*reading)
    assert NoBody.NO_ROOM in ended
    assert bodies.in_flight == 0


async def test_who_breaks_off_leaves_nothing_behind_and_is_no_error() -> None:
    bodies = UnsignedBodies()
    sending = Sending()
    sending.send(b"half")
    sending.break_off()
    assert await bodies.read(sending.request) is NoBody.BROKEN_OFF
    assert bodies.in_flight == 0


async def test_without_the_form_of_a_signature_no_byte_is_read(address: Address) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < LARGEST_BODY:
            sent += 1000
            yield b"x" * 1000

    now = str(int(time.time()))
    for headers in (
        {},
        {"x-slack-request-timestamp": now, "x-slack-signature": "v0=00"},
        {"x-slack-request-timestamp": str(int(now) - 400), "x-slack-signature": "v0=" + "0" * 64},
    ):
        answered = await address.http.post("/slack/events", content=body(), headers=headers)
        assert answered.status_code == 401
        assert answered.headers["connection"] == "close"
    assert sent == 0
