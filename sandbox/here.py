"""Calls to a sandbox within its own process: without a network, and otherwise as they would come over it.

Whole stories are told in such calls. An HTTP client, two sockets and a server between them took half of their time.
"""

import asyncio
import contextlib
import json as jsonlib
from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from sandbox.client import Response

_APPS: dict[str, ASGIApp] = {}


@contextlib.contextmanager
def at_hand(url: str, app: ASGIApp) -> Iterator[None]:
    """For as long as the block lasts, whoever acts at this address in this process needs no network."""
    _APPS[url] = app
    try:
        yield
    finally:
        del _APPS[url]


def app_at(url: str) -> ASGIApp | None:
    return _APPS.get(url)


class Here:
    """What `Client` does, for an app of this process. What the app raises is raised."""

    def __init__(self, app: ASGIApp, url: str, host: str = "127.0.0.1") -> None:
        self.url = url
        self._app = app
        self._peer = (host, 0)

    async def __aenter__(self) -> "Here":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Nothing is held."""

    async def get(
        self, url: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        return await self._call("GET", url, urlencode(params or {}), b"", headers)

    async def post(
        self,
        url: str,
        *,
        json: Any = None,
        content: str | bytes | AsyncIterable[bytes] = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        if json is not None:
            content, headers = jsonlib.dumps(json), {"content-type": "application/json", **(headers or {})}
        body = content.encode() if isinstance(content, str) else content
        return await self._call("POST", url, urlsplit(url).query, body, headers)

    async def _call(
        self,
        method: str,
        url: str,
        query: str,
        body: bytes | AsyncIterable[bytes],
        headers: Mapping[str, str] | None,
    ) -> Response:
        # Over a network others would have a turn meanwhile. Without one, whoever asks in a loop would stop everything else.
        await asyncio.sleep(0)
        path = urlsplit(url).path
        told = {"host": urlsplit(self.url).netloc, **(headers or {})}
        if isinstance(body, bytes):
            told["content-length"] = str(len(body))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in told.items()],
            "client": self._peer,
            "server": ("127.0.0.1", 0),
        }
        parts = _parts(body)
        sent: list[Message] = []
        is_answered = asyncio.Event()

        async def receive() -> Message:
            async for part, is_last in parts:
                return {"type": "http.request", "body": part, "more_body": not is_last}
            # Whoever asks on waits for the end of the call.
            await is_answered.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                is_answered.set()

        async with contextlib.aclosing(parts):
            await self._app(scope, receive, send)
        begun, *rest = sent
        content = b"".join(part.get("body", b"") for part in rest)
        return Response(begun["status"], Headers(raw=begun["headers"]), content)


async def _parts(body: bytes | AsyncIterable[bytes]) -> AsyncGenerator[tuple[bytes, bool]]:
    """The parts of a body, each with whether it is the last one."""
    if isinstance(body, bytes):
        yield body, True
        return
    async for part in body:
        yield part, False
    yield b"", True
