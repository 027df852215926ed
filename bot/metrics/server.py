"""Metrics server: the metrics page on a port of its own, apart from the one for Slack and health checks."""

import socket

from starlette.applications import Starlette
from starlette.routing import Route

from bot.metrics.page import Page
from bot.port_server import PortServer

STOPPING_SECONDS = 1


class PageServer:
    """Serves the page at http://host:port/metrics in this process. Without a port it does nothing."""

    def __init__(self, page: Page, host: str, port: int | None) -> None:
        self._app = Starlette(routes=[Route("/metrics", page.answer)])
        self._host = host
        self._port = port
        self._opened: socket.socket | None = None
        self._server: PortServer | None = None

    @property
    def port(self) -> int | None:
        """The port on which it listens, after the start."""
        return int(self._opened.getsockname()[1]) if self._opened else None

    async def start(self) -> None:
        """Start listening. Raises OSError if the address or the port can't be used."""
        if self._port is None:
            return
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._opened = socket.create_server((self._host, self._port), family=family)
        self._server = PortServer(self._app, self._opened, stopping_seconds=STOPPING_SECONDS)
        self._server.start()

    async def stop(self) -> None:
        """Stop, and close the port; also after a failed start, or none."""
        if self._server:
            await self._server.stop()
        if self._opened:
            self._opened.close()
            self._opened = None
