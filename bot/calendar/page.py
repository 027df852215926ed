"""HTTP routes of calendars: `GET /calendar/<token>.ics`, and the file of one meeting."""

import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.calendar import rules, service
from bot.calendar.misses import Misses
from bot.storage import StoreUnavailable, Tx

Read = Callable[[Callable[[Tx, str], service.File | None], str], Awaitable[service.File | None]]
# Calendars poll. Each request is answered anew (ETag), and no proxy may cache the answer.
HEADERS = {
    "cache-control": "private, no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
# Readings that run or wait at once. More would only wait, and calendars come back by themselves.
MOST_READINGS = 20
RETRY_SECONDS = 300


class Page:
    """Routes of calendars. `read` is a read transaction with readers of its own."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._readings = 0
        self._misses = Misses(time.monotonic)

    def routes(self) -> list[Route]:
        return [
            Route(service.FEED_PATH, self._followed, methods=["GET"]),
            Route(service.FILE_PATH, self._file, methods=["GET"]),
        ]

    async def _followed(self, request: Request) -> Response:
        return await self._answer(request, service.feed_file)

    async def _file(self, request: Request) -> Response:
        return await self._answer(request, service.file_by_link)

    async def _answer(self, request: Request, find: Callable[[Tx, str], service.File | None]) -> Response:
        client = request.client.host if request.client else ""
        address = rules.hash_of(request.path_params["token"])
        if self._misses.is_over(client, address):
            return _later(429)
        if self._readings >= MOST_READINGS:
            return _later(503)
        self._readings += 1
        try:
            found = await self._read(find, request.path_params["token"])
        except StoreUnavailable:
            return _later(503)
        finally:
            self._readings -= 1
        if found is None:
            self._misses.add_miss(client, address)
            # The answer does not tell whether the token is wrong, revoked or made up.
            return PlainTextResponse("not found", 404, HEADERS)
        self._misses.add_found(address)
        headers = {**HEADERS, "etag": rules.entity_tag(found.body)}
        if rules.has_version(request.headers.get("if-none-match", ""), headers["etag"]):
            return Response(status_code=304, headers=headers)
        headers["content-disposition"] = f'attachment; filename="{found.name}"'
        return Response(found.body, media_type="text/calendar", headers=headers)


def _later(status: int) -> Response:
    return PlainTextResponse("try again later", status, {**HEADERS, "retry-after": str(RETRY_SECONDS)})
