"""HTTP client: a call over the network whose answer is read whole, by aiohttp."""

import json as jsonlib
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from starlette.datastructures import Headers

# Nobody listens, the connection broke, or the answer did not come in time.
NO_ANSWER = (aiohttp.ClientError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, read whole."""

    status_code: int
    headers: Headers
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return jsonlib.loads(self.content)


class Client:
    """Calls to one address, which come before every path; kept connections are used again."""

    def __init__(self, url: str = "", *, timeout: float = 30) -> None:
        self.url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        # A session belongs to the loop that runs, so it is made by the first call.
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self, url: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        return await self._call("GET", f"{url}?{urlencode(params)}" if params else url, None, headers)

    async def post(
        self,
        url: str,
        *,
        json: Any = None,
        content: str | bytes | AsyncIterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        if json is not None:
            content, headers = jsonlib.dumps(json), {"content-type": "application/json", **(headers or {})}
        return await self._call("POST", url, content, headers)

    async def _call(
        self,
        method: str,
        url: str,
        content: str | bytes | AsyncIterable[bytes] | None,
        headers: Mapping[str, str] | None,
    ) -> Response:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                # A type of content is said by whoever sends it.
                skip_auto_headers=("Content-Type",),
            )
        body = content.encode() if isinstance(content, str) else content
        whole = self.url + url if url.startswith("/") else url
        async with self._session.request(method, whole, data=body, headers=headers) as answer:
            raw = [(name.lower(), value) for name, value in answer.raw_headers]
            return Response(answer.status, Headers(raw=raw), await answer.read())
