"""A port of its own for the page, beside the one that Slack and health checks reach."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.metrics.page import Page

STOPPING_SECONDS = 1


class PageServer:
    """Serves the page at http://host:port/metrics in this process. Without a port it does nothing."""

    def __init__(self, page: Page, host: str, port: int | None) -> None:
        self._page = page
        self._host = host
        self._port = port
        self._opened: socket.socket | None = None
        self._web: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int | None:
        """The port on which it listens, once it has started."""
        return int(self._opened.getsockname()[1]) if self._opened else None

    async def start(self) -> None:
        """Begins to listen. Raises OSError when the address or the port can't be used."""
        if self._port is None:
            return
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._opened = socket.create_server((self._host, self._port), family=family)
        config = uvicorn.Config(
            Starlette(routes=[Route("/metrics", self._page.answer)]),
            # uvicorn's own way of logging prints whole tracebacks, and those quote.
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=STOPPING_SECONDS,
        )
        self._web = _Server(config)
        self._serving = asyncio.create_task(self._web.serve(sockets=[self._opened]), name="metrics")

    async def stop(self) -> None:
        """Lets go of the port; also after a start that failed, or none."""
        if self._web and self._serving:
            self._web.should_exit = True
            await self._serving
        if self._opened:
            self._opened.close()
            self._opened = None


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the bot."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
