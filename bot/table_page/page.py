"""HTTP routes of table pages: `GET /table/<token>`, what it shows now, and the stream of its changes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot import metrics
from bot.delivery import outbox
from bot.jobs import queue
from bot.jobs.clock import Clock
from bot.storage import Store, StoreUnavailable
from bot.table_page import service, views
from bot.table_page.hub import Hub, Viewer
from bot.table_page.service import Opened
from bot.table_page.views import Face, PageState

# A table page holds nothing that stays, and asks nothing of anybody else.
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
# The answer for an address that is guessed, revoked or over: the same as that of calendars.
NOT_FOUND = {**HEADERS, "cache-control": "private, no-cache"}
# nginx holds streams back unless it is told not to. https://nginx.org/en/docs/http/ngx_http_proxy_module.html
STREAM_HEADERS = {**HEADERS, "x-accel-buffering": "no"}
# Proxies cut a connection that is silent: nginx after 60 s, Heroku after 55 s.
BEAT_SECONDS = 15.0
# Without NOTIFY the poll is all that finds what another process wrote.
POLL_SECONDS = {"sqlite": 1.0, "postgresql": 5.0}


class TablePages:
    """The table pages that this process serves."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        beat_seconds: float = BEAT_SECONDS,
        poll_seconds: float | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._beat_seconds = beat_seconds
        self.hub = Hub(
            lambda subjects: store.read(service.faces_of, subjects),
            poll_seconds=poll_seconds or POLL_SECONDS[store.engine.dialect.name],
        )
        clock.on_jump(self.hub.on_clock_jump)
        # Every change of a session writes a job or a message, also in a process of an older version.
        for topic in (queue.TOPIC, outbox.TOPIC, service.ADDRESS_TOPIC):
            store.listen(topic, self.hub.wake)

    def routes(self) -> list[Route]:
        return [
            Route("/table/clock.js", _static("clock.js", "text/javascript"), methods=["GET"]),
            Route("/table/clock.css", _static("clock.css", "text/css"), methods=["GET"]),
            Route(service.PATH, self._page, methods=["GET"]),
            Route(service.NOW_PATH, self._now, methods=["GET"]),
            Route(service.STREAM_PATH, self._stream, methods=["GET"]),
        ]

    async def _page(self, request: Request) -> Response:
        found = await self._find(request)
        if isinstance(found, Response):
            return found
        shown, status = found.face, 200
        if self.hub.is_full(found.subject):
            metrics.count_refused_page("full")
            shown, status = views.full(views.texts_of(found.face)), 429
        return HTMLResponse(views.html(shown, self._clock.now(), self._speed()), status, HEADERS)

    async def _now(self, request: Request) -> Response:
        found = await self._find(request)
        if isinstance(found, Response):
            return found
        if self.hub.is_full(found.subject):
            return _one_too_many()
        return JSONResponse(self._data(found.face), headers=HEADERS)

    async def _stream(self, request: Request) -> Response:
        found = await self._find(request)
        if isinstance(found, Response):
            return found
        if request.method == "HEAD":
            return Response(headers=STREAM_HEADERS, media_type="text/event-stream")
        if self.hub.is_full(found.subject):
            return _one_too_many()
        viewer = self.hub.join(found.subject, found.face)
        return _Stream(self._changes(viewer), lambda: self.hub.leave(found.subject, viewer))

    async def _find(self, request: Request) -> Opened | Response:
        """The page behind the request's token, or the answer where there is none."""
        try:
            found = await self._store.read(service.opened, request.path_params["token"])
        except StoreUnavailable:
            return PlainTextResponse("try again later", 503, {**HEADERS, "retry-after": "5"})
        if found is None:
            metrics.count_refused_page("not_found")
            # The answer does not tell whether the token is wrong, revoked, over or made up.
            return PlainTextResponse("not found", 404, NOT_FOUND)
        return found

    async def _changes(self, viewer: Viewer) -> AsyncIterator[str]:
        """The events of one open page (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
        while True:
            try:
                async with asyncio.timeout(self._beat_seconds):
                    face = await viewer.next_face()
            except TimeoutError:
                yield _event("beat", views.time_of(self._clock.now(), self._speed()))
                continue
            if face is None:
                return
            yield _event("face", self._data(face))
            if face.state in (PageState.ENDED, PageState.DEAD):
                return

    def _data(self, face: Face) -> dict[str, Any]:
        return views.data_of(face, self._clock.now(), self._speed())

    def _speed(self) -> float:
        return 1 / self._clock.machine_seconds(1)


class _Stream(StreamingResponse):
    """A stream of events that says when it is over, also when it never began."""

    def __init__(self, events: AsyncIterator[str], on_over: Callable[[], None]) -> None:
        super().__init__(events, headers=STREAM_HEADERS, media_type="text/event-stream")
        self._on_over = on_over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_over()


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def _one_too_many() -> Response:
    metrics.count_refused_page("full")
    return PlainTextResponse("too many open pages", 429, {**HEADERS, "retry-after": "10"})


def _static(name: str, media_type: str) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        return FileResponse(
            views.STATIC / name, media_type=media_type, headers={**HEADERS, "cache-control": "no-cache"}
        )

    return answer
