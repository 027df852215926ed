"""Somebody who means harm, in a process of their own: `python -m benchmarks.hostile_client KIND PORT COUNT`.

None of them can sign. Whoever is turned away comes back at once, for as long as the process lives.
"""

import asyncio
import contextlib
import secrets
import sys
import time

HERE = "127.0.0.1"
# Short of the largest body that is taken, and of the length that is announced: it never ends.
BODY = 1_990_000
BACK_SECONDS = 0.2
CONNECT_SECONDS = 5.0


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(CONNECT_SECONDS):
        return await asyncio.open_connection(HERE, port)


async def half_open(port: int) -> None:
    """A request of which the headers never end."""
    reader, writer = await _connected(port)
    with contextlib.closing(writer):
        writer.write(b"POST /slack/events HTTP/1.1\r\nhost: bot\r\n")
        await reader.read()


async def large_body(port: int) -> None:
    """A large body that is not signed, and of which the last bytes never come."""
    reader, writer = await _connected(port)
    with contextlib.closing(writer):
        writer.write(
            b"POST /slack/events HTTP/1.1\r\nhost: bot\r\nx-slack-request-timestamp: %d\r\n"
            b"x-slack-signature: v0=%b\r\ncontent-length: %d\r\n\r\n"
            % (time.time(), secrets.token_hex(32).encode(), BODY + 1000)
        )
        writer.write(b"x" * BODY)
        await reader.read()


async def made_up_addresses(port: int) -> None:
    """One calendar address after another that does not exist."""
    reader, writer = await _connected(port)
    with contextlib.closing(writer):
        while True:
            path = secrets.token_urlsafe(32).encode()
            writer.write(b"GET /calendar/%b.ics HTTP/1.1\r\nhost: bot\r\n\r\n" % path)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))


KINDS = {"half_open": half_open, "large_body": large_body, "made_up_addresses": made_up_addresses}


async def _again_and_again(kind: str, port: int) -> None:
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError, IndexError):
            await KINDS[kind](port)
        await asyncio.sleep(BACK_SECONDS)


async def _all(kind: str, port: int, count: int) -> None:
    await asyncio.gather(*(_again_and_again(kind, port) for _ in range(count)))


if __name__ == "__main__":
    asyncio.run(_all(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
