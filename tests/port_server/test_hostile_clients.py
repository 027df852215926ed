"""The port outlives clients that send half of what they announce, or nothing, or too much."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.port_server import Limits, PortServer

HERE = "127.0.0.1"
SHORT = 0.05
# Longer than any test takes.
LONG = 600.0
HALF_OPEN = b"POST /read HTTP/1.1\r\nhost: bot\r\n"
WHOLE = b"GET /hello HTTP/1.1\r\nhost: bot\r\n\r\n"


class Port:
    """A port with an app that greets, reads bodies, and holds an answer back until it may go."""

    def __init__(self, limits: Limits, trusted_proxies: Sequence[str]) -> None:
        self.go = asyncio.Event()
        self.asked = asyncio.Event()
        routes = [
            Route("/hello", self._hello),
            Route("/read", self._read, methods=["POST"]),
            Route("/held", self._held),
        ]
        self._opened = socket.create_server((HERE, 0))
        self._writers: list[asyncio.StreamWriter] = []
        self.server = PortServer(
            Starlette(routes=routes),
            self._opened,
            stopping_seconds=1,
            limits=limits,
            trusted_proxies=trusted_proxies,
        )

    async def connect(self, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(HERE, self._opened.getsockname()[1])
        self._writers.append(writer)
        writer.write(sent)
        return reader, writer

    async def _hello(self, request: Request) -> PlainTextResponse:
        client = request.client.host if request.client else ""
        return PlainTextResponse(f"hello {client} over {request.url.scheme}")

    async def _read(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    async def _held(self, request: Request) -> PlainTextResponse:
        self.asked.set()
        await self.go.wait()
        return PlainTextResponse("at last")

    async def close(self) -> None:
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        await self.server.stop()
        self._opened.close()


@contextlib.asynccontextmanager
async def port(
    *,
    request_seconds: float = LONG,
    answer_seconds: float = LONG,
    connections: int = 100,
    trusted_proxies: Sequence[str] = (),
) -> AsyncIterator[Port]:
    found = Port(Limits(request_seconds, answer_seconds, 600, connections), trusted_proxies)
    found.server.start()
    try:
        yield found
    finally:
        found.go.set()
        await found.close()


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  # the port counts its connections, and tells nobody
        await asyncio.sleep(0)


async def answer(reader: asyncio.StreamReader) -> str:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    return (await reader.readexactly(length)).decode()


async def is_closed(reader: asyncio.StreamReader) -> bool:
    with contextlib.suppress(ConnectionResetError):
        return await reader.read() == b""
    return True


async def test_who_connects_and_sends_half_of_the_headers_is_closed() -> None:
    async with port(request_seconds=SHORT) as found:
        for sent in (b"", HALF_OPEN):
            reader, _ = await found.connect(sent)
            assert await is_closed(reader)
        assert len(found.server.slots) == 0


async def test_who_sends_byte_by_byte_gets_no_more_time() -> None:
    async with port(request_seconds=SHORT) as found:
        reader, writer = await found.connect(HALF_OPEN)
        closed = asyncio.create_task(is_closed(reader))
        while not closed.done():
            with contextlib.suppress(ConnectionError):
                writer.write(b"x")
                await writer.drain()
            await asyncio.wait({closed}, timeout=SHORT / 10)
        assert closed.result()


async def test_who_does_not_send_the_whole_body_is_closed() -> None:
    async with port(request_seconds=SHORT) as found:
        reader, _ = await found.connect(HALF_OPEN + b"content-length: 100\r\n\r\nhalf")
        assert await is_closed(reader)


async def test_a_second_request_on_a_connection_has_the_same_time() -> None:
    async with port(request_seconds=SHORT) as found:
        reader, writer = await found.connect(WHOLE)
        assert (await answer(reader)).startswith("hello")
        writer.write(HALF_OPEN)
        assert await is_closed(reader)


async def test_a_whole_request_waits_for_its_answer_as_long_as_it_takes() -> None:
    async with port(request_seconds=SHORT) as found:
        reader, _ = await found.connect(b"GET /held HTTP/1.1\r\nhost: bot\r\n\r\n")
        await found.asked.wait()
        half, _ = await found.connect(HALF_OPEN)
        assert await is_closed(half)
        found.go.set()
        assert await answer(reader) == "at last"


async def test_an_answer_that_never_comes_ends_the_connection() -> None:
    async with port(answer_seconds=SHORT) as found:
        reader, _ = await found.connect(b"GET /held HTTP/1.1\r\nhost: bot\r\n\r\n")
        assert await is_closed(reader)


async def test_a_full_port_drops_who_waited_longest_and_answers_who_asks() -> None:
    async with port(connections=3) as found:
        readers = []
        for _ in range(3):
            reader, _ = await found.connect(HALF_OPEN)
            readers.append(reader)
            await until(lambda: len(found.server.slots) == len(readers))
        asking, _ = await found.connect(WHOLE)
        assert (await answer(asking)).startswith("hello")
        assert await is_closed(readers[0])
        assert len(found.server.slots) == 3


async def test_a_kept_connection_outlives_the_half_open_ones() -> None:
    async with port(connections=2) as found:
        kept, writer = await found.connect(WHOLE)
        await answer(kept)
        for _ in range(10):
            half, _writer = await found.connect(HALF_OPEN)
            _newer, newer_writer = await found.connect(HALF_OPEN)
            assert await is_closed(half)
            newer_writer.close()
            await until(lambda: len(found.server.slots) == 1)
        writer.write(WHOLE)
        assert (await answer(kept)).startswith("hello")


async def test_when_all_are_being_answered_a_new_one_is_turned_away() -> None:
    async with port(connections=1) as found:
        held, _ = await found.connect(b"GET /held HTTP/1.1\r\nhost: bot\r\n\r\n")
        await found.asked.wait()
        refused, _ = await found.connect(WHOLE)
        assert await is_closed(refused)
        found.go.set()
        assert await answer(held) == "at last"


FORWARDED = (
    b"GET /hello HTTP/1.1\r\nhost: bot\r\nx-forwarded-for: 203.0.113.7\r\nx-forwarded-proto: https\r\n\r\n"
)


async def test_a_forwarded_address_is_believed_from_a_named_proxy_only() -> None:
    for trusted, expected in (
        ((), f"hello {HERE} over http"),
        (("10.0.0.0/8",), f"hello {HERE} over http"),
        (("127.0.0.0/8",), "hello 203.0.113.7 over https"),
    ):
        async with port(trusted_proxies=trusted) as found:
            reader, _ = await found.connect(FORWARDED)
            assert await answer(reader) == expected
