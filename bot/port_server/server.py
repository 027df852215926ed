"""HTTP server on a port of its own, in the bot's event loop: for Slack and health checks, and for the metrics page."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from bot.port_server.connection import Connection
from bot.port_server.limits import Limits, Slots

# Python 3.11 goes on accepting, and logging, this often in one go when no descriptor is left.
BACKLOG = 128


class PortServer:
    """Serves an app on an open socket, from `start` to `stop`. The caller closes the socket."""

    def __init__(
        self,
        app: ASGIApp,
        opened: socket.socket,
        *,
        stopping_seconds: int,
        limits: Limits | None = None,
        trusted_proxies: Sequence[str] = (),
    ) -> None:
        self._limits = limits or Limits()
        self.slots = Slots(self._limits.connections)
        config = uvicorn.Config(
            app,
            # uvicorn calls this once for each connection.
            http=self._connection,  # type: ignore[arg-type]  # uvicorn asks for a class, and only calls it
            # No page has web sockets. An upgraded connection would leave the time-outs behind.
            ws="none",
            # uvicorn's own logging prints whole tracebacks, which quote content.
            log_config=None,
            access_log=False,
            lifespan="off",
            backlog=BACKLOG,
            timeout_keep_alive=self._limits.idle_seconds,
            timeout_graceful_shutdown=stopping_seconds,
            # Anybody can write X-Forwarded-For; only a named proxy is believed.
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
        )
        self._opened = opened
        self._web = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    def _connection(self, **of_uvicorn: Any) -> Connection:
        return Connection(self._limits, self.slots, **of_uvicorn)

    def start(self) -> None:
        self._serving = asyncio.create_task(self._web.serve(sockets=[self._opened]), name="port-server")

    async def stop(self) -> None:
        """Answer the running requests within the time limit, then stop."""
        if self._serving:
            self._web.should_exit = True
            await self._serving


class _Server(uvicorn.Server):
    """Leaves signals to the command `run`: the bot has more to finish than its web server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
