"""HTTP routes of calendars: `GET /calendar/<token>.ics`, and the file of one meeting."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.calendar import rules, service
from bot.storage import StoreUnavailable, Tx

Read = Callable[[Callable[[Tx, str], service.File | None], str], Awaitable[service.File | None]]
# Calendars poll. Each request is answered anew (ETag), and no proxy may cache the answer.
HEADERS = {
    "cache-control": "private, no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}


class Page:
    """Routes of calendars. `read` is the store's read transaction."""

    def __init__(self, read: Read) -> None:
        self._read = read

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
        try:
            found = await self._read(find, request.path_params["token"])
        except StoreUnavailable:
            return PlainTextResponse("try again later", 503, {"retry-after": "300"})
        if found is None:
            # The answer does not tell whether the token is wrong, revoked or made up.
            return PlainTextResponse("not found", 404, HEADERS)
        headers = {**HEADERS, "etag": rules.entity_tag(found.body)}
        if rules.has_version(request.headers.get("if-none-match", ""), headers["etag"]):
            return Response(status_code=304, headers=headers)
        headers["content-disposition"] = f'attachment; filename="{found.name}"'
        return Response(found.body, media_type="text/calendar", headers=headers)
