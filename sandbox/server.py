"""The sandbox as one web application, and a way to run it inside another program."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidState

from sandbox.api.front import Api, BrokenOff
from sandbox.here import at_hand
from sandbox.outgoing.doings import Doings
from sandbox.outgoing.sockets import SocketTransport, Wire
from sandbox.outgoing.transport import HttpTransport, Transport
from sandbox.same_site import SameSite
from sandbox.strict.rates import Rates
from sandbox.ui.clock import BotClock
from sandbox.ui.routes import Ui
from sandbox.ui.scenes import BotProcess, Scenes
from sandbox.workspace.state import DEFAULT_SCOPES, Workspace

PAGE = Path(__file__).parent / "page"
# The date in the head of an answer is anew this often.
DATE_SECONDS = 1.0


@dataclass(frozen=True)
class Config:
    """How the bot and the sandbox know each other."""

    port: int = 0
    transport: str = "socket"
    bot_url: str = ""
    signing_secret: str = "sandbox-signing-secret"
    bot_token: str = "xoxb-sandbox"
    app_token: str = "xapp-sandbox"
    scopes: str = DEFAULT_SCOPES
    # More processes of the bot behind the same address.
    more_bot_urls: tuple[str, ...] = ()
    # When the workspace's clock begins, in Unix seconds; None: now, by the machine's clock.
    begins_at: float | None = None
    # When the demo's page opens, in Unix seconds; what must be there by then is made before it.
    opens_at: float | None = None
    # Where the bot's process can be stopped and started, so that a scene can begin anew.
    bot_control: str = ""


class Sandbox:
    """A running workspace."""

    def __init__(self, config: Config, port: int) -> None:
        self.config = config
        self.url = f"http://127.0.0.1:{port}"
        self.api_url = f"{self.url}/api/"
        self.clock_url = f"ws://127.0.0.1:{port}/clock"
        self.workspace = Workspace(config.scopes, config.begins_at)
        self.workspace.url = self.url
        self.transport: Transport = (
            SocketTransport(self.workspace.clock)
            if config.transport == "socket"
            else HttpTransport((config.bot_url, *config.more_bot_urls), config.signing_secret)
        )
        self.doings = Doings(self.workspace, self.transport, self.url)
        self.clock = BotClock(self.workspace)
        self.api = api = Api(self.workspace, self.doings, config.bot_token, config.app_token, self.url)
        self.scenes = Scenes(self.workspace, self.url, opens_at=config.opens_at, begin_anew=self._begin_anew)
        if config.bot_control:
            self.scenes.bot = BotProcess(config.bot_control)
        ui = Ui(self.workspace, self.doings, self.clock, self.scenes)
        self.asgi = Starlette(
            routes=[
                Route("/", _index),
                Route("/healthz", _healthy),
                Route("/api/{method}", api.call, methods=["GET", "POST"]),
                Route("/response/{token}", api.respond, methods=["POST"]),
                Route("/upload/{token}", api.upload, methods=["POST"]),
                WebSocketRoute("/socket/{ticket}", self._socket),
                WebSocketRoute("/clock", self.clock.serve),
                *ui.routes(),
                Mount("/", StaticFiles(directory=PAGE, check_dir=False)),
            ],
            middleware=[Middleware(SameSite)],
        )

    def _begin_anew(self, at: float) -> None:
        self.workspace.begin_anew(at)
        self.api.rates = Rates()

    async def _socket(self, connection: WebSocket) -> None:
        assert isinstance(self.transport, SocketTransport)
        self.workspace.tell({"type": "bot", "connected": True})
        await self.transport.serve(connection, connection.path_params["ticket"])
        self.workspace.tell({"type": "bot", "connected": self.transport.connected})


async def _index(request: Request) -> Response:
    return FileResponse(PAGE / "index.html", headers={"cache-control": "no-store"})


async def _healthy(request: Request) -> Response:
    return Response("ok")


def listening(port: int) -> socket.socket:
    """A socket on this machine only; port 0 takes a free one.

    The protocol is named because asyncio switches Nagle off only then; without it each answer waits 40 ms.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("127.0.0.1", port))
    return opened


class _NoNews(logging.Filter):
    """What was broken off on purpose is not reported as a fault of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], BrokenOff))


_NO_NEWS = _NoNews()


class Guest(uvicorn.Server):
    """Runs in somebody else's event loop: it leaves signals to them, and stops at once.

    uvicorn looks every tenth of a second whether it should stop, and then waits for another one. A test run has thousands
    of sandboxes.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True
        self._stopping.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DATE_SECONDS):
                    await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for one in self.servers:
            one.close()
        state = self.server_state
        for connection in list(state.connections):
            # A socket whose end has begun already refuses to begin it again.
            with contextlib.suppress(InvalidState):
                connection.shutdown()
        try:
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while state.connections or state.tasks:  # noqa: ASYNC110  # uvicorn offers nothing to wait for
                    await asyncio.sleep(0.005)
        except TimeoutError:
            for task in state.tasks:
                task.cancel()


def server(app: Any) -> uvicorn.Server:
    """A web server for a process of its own."""
    return uvicorn.Server(_config(app))


def guest(app: Any) -> Guest:
    """A web server in an event loop whose owner handles the signals."""
    return Guest(_config(app))


def _config(app: Any) -> uvicorn.Config:
    made = uvicorn.Config(
        app,
        log_level="warning",
        lifespan="off",
        ws=Wire,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,
    )
    logging.getLogger("uvicorn.error").addFilter(_NO_NEWS)
    return made


@contextlib.asynccontextmanager
async def running(config: Config | None = None) -> AsyncIterator[Sandbox]:
    """A sandbox in this event loop, for as long as the block lasts."""
    config = config or Config()
    opened = listening(config.port)
    sandbox = Sandbox(config, opened.getsockname()[1])
    runner = guest(sandbox.asgi)
    task = asyncio.create_task(runner.serve(sockets=[opened]))
    while not runner.started:  # noqa: ASYNC110  # uvicorn offers nothing to wait for
        await asyncio.sleep(0.005)
    try:
        with at_hand(sandbox.url, sandbox.asgi):
            yield sandbox
    finally:
        runner.stop()
        await task
        await sandbox.transport.close()
        opened.close()
