"""Socket Mode, as Slack does it: several connections per app, envelopes spread over them.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import contextlib
import secrets
from collections.abc import Sequence
from typing import Any, cast

from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from sandbox.outgoing import transport
from sandbox.outgoing.transport import NotAcknowledged
from sandbox.workspace.clock import Clock

MOST_CONNECTIONS = 10
# How long Slack goes on counting and using a connection that ended without a closing handshake. Nowhere documented;
# people report "leftover connections … until Slack realizes" (slackapi/bolt-js#2225).
GHOST_SECONDS = 60.0
# What uvicorn says of a connection that ended without a close frame.
NO_HANDSHAKE = (1005, 1006)


class Wire(WebSocketsSansIOProtocol):
    """uvicorn's web socket, which can break, and go deaf: open, but nothing is read, so no ping is answered."""

    deaf = False

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            ways = cast(dict[str, Any], self.scope["extensions"])
            ways |= {"sandbox.deafen": self.deafen, "sandbox.cut": self.transport.abort}

    def deafen(self) -> None:
        self.deaf = True
        self.stop_keepalive()

    def data_received(self, data: bytes) -> None:
        if not self.deaf:
            super().data_received(data)


class Line:
    """One connection of the bot's."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.delivers = self.counted = True
        self.closing = False
        # Until when a connection that is gone is still counted and used.
        self.ghost_until: float | None = None
        self.gone = asyncio.Event()
        # Envelopes that went out here, and whether an acknowledgement came back here.
        self.acked: dict[str, bool] = {}

    async def send(self, message: dict[str, Any]) -> None:
        if self.delivers:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self.socket.send_json(message)

    async def disconnect(self, reason: str) -> None:
        await self.send({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})

    async def close(self, code: int = 1000) -> None:
        self.closing = True
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self.socket.close(code)


class SocketTransport:
    """The bot connects to us; a payload goes to any one of its connections, in turn.

    `ghost_seconds`: a connection that breaks without a closing handshake is counted and used for so long, by the
    workspace's clock. Envelopes to it are lost: events come again as Slack's retries, clicks and commands do not
    (slackapi/python-slack-sdk#1940). 0 for a Slack that notices at once.

    `resend_after`: an envelope that is not acked within so many seconds, or whose connection ends, goes to another
    connection; None switches that off. `breaches` holds what the bot did that Slack's pages do not allow.
    """

    def __init__(self, clock: Clock) -> None:
        self.lines: list[Line] = []
        self.lost = 0
        self.ghost_seconds = GHOST_SECONDS
        self._clock = clock
        self._ghosts: list[Line] = []
        self.tickets: set[str] = set()
        self.enabled = True
        self.resend_after: float | None = 1.0
        self.resent = 0
        self.breaches: list[str] = []
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._turn = 0

    @property
    def connected(self) -> bool:
        return bool(self.lines)

    async def close(self) -> None:
        self.tickets.clear()

    def new_ticket(self) -> str:
        ticket = secrets.token_hex(12)
        self.tickets.add(ticket)
        return ticket

    # Connections

    async def serve(self, socket: WebSocket, ticket: str) -> None:
        """One connection of the bot's, until it goes."""
        if ticket not in self.tickets or not self.enabled:
            await socket.close(4001)
            return
        self.tickets.discard(ticket)
        await socket.accept()
        line = Line(socket)
        if self.counted >= MOST_CONNECTIONS:
            await line.disconnect("too_many_websockets")
            await line.close()
            return
        self.lines.append(line)
        await line.send(self._hello())
        try:
            while True:
                self._answered(line, await socket.receive_json())
        except WebSocketDisconnect as problem:
            if problem.code in NO_HANDSHAKE and not line.closing and self.ghost_seconds:
                line.ghost_until = self._clock.now() + self.ghost_seconds
                self._ghosts.append(line)
        except (ValueError, RuntimeError):
            pass
        finally:
            self.lines.remove(line)
            line.gone.set()

    @property
    def ghosts(self) -> list[Line]:
        """Connections that are gone, and that Slack has not noticed yet."""
        now = self._clock.now()
        self._ghosts = [line for line in self._ghosts if line.ghost_until and line.ghost_until > now]
        return self._ghosts

    @property
    def counted(self) -> int:
        """How many connections Slack thinks there are."""
        return sum(line.counted for line in (*self.lines, *self.ghosts))

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": self.counted,
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
            "connection_info": {"app_id": "A0APP"},
        }

    # Envelopes

    async def send(self, kind: str, payload: dict[str, Any], retry: int = 0) -> dict[str, Any]:
        if not self.lines:
            raise NotAcknowledged
        envelope: dict[str, Any] = {
            "envelope_id": secrets.token_hex(12),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answer
        try:
            async with asyncio.timeout(transport.ACK_SECONDS):
                return await self._delivered(envelope, answer)
        except TimeoutError as problem:
            raise NotAcknowledged from problem
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def _delivered(
        self, envelope: dict[str, Any], answer: asyncio.Future[dict[str, Any]]
    ) -> dict[str, Any]:
        """Sends an envelope, to another connection each time, until one of them acknowledges it."""
        tried: list[Line] = []
        while True:
            line = self._next(tried)
            if line and line.ghost_until is not None:
                raise self._lost()
            if line:
                self.resent += bool(tried)
                tried.append(line)
                line.acked[envelope["envelope_id"]] = False
                await line.send(envelope)
            ended: asyncio.Future[Any] = asyncio.ensure_future(
                line.gone.wait() if line else asyncio.sleep(0.05)
            )
            either: set[asyncio.Future[Any]] = {answer, ended}
            try:
                await asyncio.wait(either, timeout=self.resend_after, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ended.cancel()
            if answer.done():
                return await answer
            if line and line.ghost_until is not None:
                raise self._lost()
            if self.resend_after is None:
                return await answer

    def _lost(self) -> NotAcknowledged:
        """Nobody reads a ghost. That the three seconds pass is not worth waiting for."""
        self.lost += 1
        return NotAcknowledged()

    def _next(self, tried: Sequence[Line]) -> Line | None:
        everywhere = (*self.lines, *self.ghosts)
        fresh = [line for line in everywhere if line.counted and line not in tried]
        self._turn += 1
        return fresh[self._turn % len(fresh)] if fresh else None

    def _answered(self, line: Line, message: dict[str, Any]) -> None:
        envelope_id = str(message.get("envelope_id"))
        if envelope_id not in line.acked:
            self.breaches.append("acked on a connection that it did not come in on")
        elif line.acked[envelope_id]:
            self.breaches.append("acked twice on one connection")
        else:
            line.acked[envelope_id] = True
            waiting = self._waiting.get(envelope_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(message.get("payload") or {})

    # Trouble. Each concerns the given connections, or all.

    async def refresh(self, *lines: Line, notice: float = 10.0) -> None:
        """Asks the bot to reconnect, as Slack does every few hours; what is still open after the notice is closed."""
        asked = lines or tuple(self.lines)
        for reason in ("warning", "refresh_requested"):
            for line in asked:
                await line.disconnect(reason)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(notice):
                for line in asked:
                    await line.gone.wait()
        for line in asked:
            await line.close()

    async def drop(self, *lines: Line) -> None:
        """Breaks connections without a word, not even one that closes."""
        for line in lines or tuple(self.lines):
            line.socket.scope["extensions"]["sandbox.cut"]()
            await line.gone.wait()

    def mute(self, *lines: Line) -> None:
        """Makes ghosts: open, and counted, but they answer no ping, deliver nothing and read nothing."""
        for line in lines or tuple(self.lines):
            line.delivers = False
            line.socket.scope["extensions"]["sandbox.deafen"]()

    def forget(self, *lines: Line) -> None:
        """Makes connections that answer pings, but that Slack neither counts nor uses any more."""
        for line in lines:
            line.counted = False

    async def disable(self, *, closes: bool = True) -> None:
        """Somebody switches Socket Mode off in the app's settings."""
        self.enabled = False
        for line in tuple(self.lines):
            await line.disconnect("link_disabled")
            if closes:
                await line.close()
