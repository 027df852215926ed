"""Calls to a sandbox within its own process: without a network, and otherwise as they would come over it.

Whole stories are told in such calls. An HTTP client, two sockets and a server between them took half of their time.
"""

import contextlib
import json as jsonlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from starlette.types import ASGIApp, Message

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
    """The part of `httpx.AsyncClient` that people in the sandbox use."""

    def __init__(self, app: ASGIApp, url: str) -> None:
        self._app = app
        self._headers = [(b"host", urlsplit(url).netloc.encode()), (b"content-type", b"application/json")]

    async def get(self, url: str, params: dict[str, Any]) -> httpx.Response:
        return await self._call("GET", url, urlencode(params), b"")

    async def post(self, url: str, json: dict[str, Any]) -> httpx.Response:
        return await self._call("POST", url, urlsplit(url).query, jsonlib.dumps(json).encode())

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _call(self, method: str, url: str, query: str, body: bytes) -> httpx.Response:
        path = urlsplit(url).path
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
            "headers": [*self._headers, (b"content-length", str(len(body)).encode())],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 0),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        begun, *parts = sent
        content = b"".join(part.get("body", b"") for part in parts)
        return httpx.Response(begun["status"], headers=begun["headers"], content=content)
