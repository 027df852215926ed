"""Connection of Socket Mode, from Slack's hello until it is closed."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from ssl import SSLContext
from time import monotonic
from typing import Any

import aiohttp
import structlog
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

log = structlog.get_logger()

# Slack does not always end the TCP connection after the closing handshake, so don't wait for long.
CLOSING_SECONDS = 1.0

# Reasons to replace a connection. The first three and "warning" are Slack's.
# https://docs.slack.dev/apis/events-api/using-socket-mode
REFRESH = "refresh_requested"
LINK_DISABLED = "link_disabled"
TOO_MANY = "too_many_websockets"
SILENT = "silent"
UNCOUNTED = "uncounted"
RECOUNT = "recount"
CROWDED = "crowded"
LOST = "lost"

_GRAVE = {LINK_DISABLED, TOO_MANY, SILENT}
_NETWORK = (aiohttp.ClientError, OSError, RuntimeError, asyncio.TimeoutError)


class _Socket(aiohttp.ClientWebSocketResponse):
    """Web socket that can be broken off; aiohttp leaves a broken one to the garbage collector."""

    def break_off(self) -> None:
        self._response.close()


class NoHello(Exception):
    """Slack accepted the connection and closed it again. `reason` is Slack's, if it gave one."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Connection:
    """Connection: opened once, closed once. It passes on what it receives, and decides nothing."""

    def __init__(
        self, take: Callable[["Connection", SocketModeRequest], None], changed: Callable[["Connection"], None]
    ) -> None:
        self.leaving = self.noted = ""
        self.retiring = False
        self.gone = asyncio.Event()
        self.running: set[asyncio.Task[None]] = set()
        self.counted: int | None = None
        self.opened_at = self.heard_at = monotonic()
        self._take = take
        self._changed = changed
        self._greeted = asyncio.Event()
        self._over = asyncio.Event()
        # Its own session: closing the session breaks the connection, also a stuck one.
        self._session = aiohttp.ClientSession(ws_response_class=_Socket)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    async def open(self, address: str, *, proxy: str | None, ssl: SSLContext | None, within: float) -> None:
        """Connect and wait for the hello. Raises NoHello, TimeoutError or a network error."""
        try:
            async with asyncio.timeout(within):
                self._socket = await self._session.ws_connect(
                    address,
                    # Pongs must reach `_read`, and aiohttp's own heartbeat closes without a reason.
                    autoping=False,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSING_SECONDS),
                    proxy=proxy,
                    ssl=ssl or True,
                )
                self._reader = asyncio.create_task(self._read(self._socket))
                await self._greeted.wait()
            if self.counted is None:
                raise NoHello(self.leaving or "closed")
        except BaseException:
            await self.abort()
            raise
        self.opened_at = monotonic()

    def leave(self, reason: str) -> None:
        """Note why this connection must be replaced; a graver reason replaces a lighter one."""
        if not self.leaving or (reason in _GRAVE and self.leaving not in _GRAVE):
            self.leaving = reason
            self._changed(self)

    async def ping(self) -> None:
        """Send a ping. Errors are ignored, because the pool checks for silence."""
        if self._socket:
            with contextlib.suppress(*_NETWORK):
                await self._socket.ping()

    async def ack(self, response: SocketModeResponse) -> bool:
        """Acknowledge on this connection, where the envelope came in; False if it is closed."""
        if self._socket is None or self.gone.is_set():
            return False
        try:
            await self._socket.send_str(json.dumps(response.to_dict()))
        except _NETWORK:
            return False
        return True

    def hurry(self) -> None:
        """End the lingering."""
        self._over.set()

    async def finish(self, linger: float, within: float) -> None:
        """Listen for the lingering time, wait at most `within` for running handlers to ack, then close."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(linger):
                    await self._over.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    while self.running and not self.gone.is_set():
                        await asyncio.wait(self.running)
            if self._socket:
                with contextlib.suppress(*_NETWORK):
                    async with asyncio.timeout(2 * CLOSING_SECONDS):
                        await self._socket.close()
        finally:
            await self.abort()

    async def abort(self) -> None:
        """Break the connection without a closing handshake."""
        if self._reader:
            self._reader.cancel()
        if isinstance(self._socket, _Socket):
            self._socket.break_off()
        await self._session.close()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for frame in socket:
                # Any frame shows that Slack is there, as a pong does.
                self.heard_at = monotonic()
                if frame.type == aiohttp.WSMsgType.TEXT:
                    self._hear(frame.data)
                elif frame.type == aiohttp.WSMsgType.PING:
                    await socket.pong(frame.data)
                elif frame.type == aiohttp.WSMsgType.ERROR:
                    break
        except _NETWORK:
            pass
        finally:
            self.gone.set()
            self._over.set()
            self._greeted.set()
            self._changed(self)

    def _hear(self, text: str) -> None:
        try:
            message: Any = json.loads(text)
            kind = message["type"]
            request = SocketModeRequest.from_dict(message)
        except (ValueError, TypeError, KeyError) as problem:
            log.warning("envelope_unreadable", error=type(problem).__name__)
            return
        if kind == "hello":
            self.counted = int(message.get("num_connections") or 0)
            self._greeted.set()
        elif kind == "disconnect":
            self.leave(str(message.get("reason") or REFRESH))
        elif request is not None:
            self._take(self, request)
