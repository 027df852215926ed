"""HTTP server on a port of its own, in the bot's event loop: for Slack and health checks, and for the metrics page."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp


class PortServer:
    """Serves an app on an open socket, from `start` to `stop`. The caller closes the socket."""

    def __init__(self, app: ASGIApp, opened: socket.socket, *, stopping_seconds: int) -> None:
        config = uvicorn.Config(
            app,
            # uvicorn's own logging prints whole tracebacks, which quote content.
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=stopping_seconds,
        )
        self._opened = opened
        self._web = _Server(config)
        self._serving: asyncio.Task[None] | None = None

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
