"""The clock that the bot follows, and the question whether it has anything left to do."""

import asyncio
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.workspace.state import Workspace

PATIENCE_SECONDS = 20.0


class BotClock:
    """The web socket `/clock`. Without a bot that follows, time moves all the same."""

    def __init__(self, workspace: Workspace) -> None:
        self.ws = workspace
        self._next: dict[WebSocket, float | None] = {}
        self._sockets: list[WebSocket] = []
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._number = 0

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json({"type": "clock", **self.ws.clock.state()})
        self._sockets.append(socket)
        try:
            while True:
                message = await socket.receive_json()
                self._next[socket] = message.get("next", message.get("at"))
                if message["type"] == "settled":
                    future = self._waiting.pop(int(message["id"]), None)
                    if future is not None and not future.done():
                        future.set_result(message)
                self.ws.tell({"type": "clock", **self.shown()})
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._sockets.remove(socket)
            self._next.pop(socket, None)

    @property
    def next_at(self) -> float | None:
        """When the bot, in whichever of its processes, has something to do again."""
        return min((at for at in self._next.values() if at is not None), default=None)

    def shown(self) -> dict[str, Any]:
        return {"now": self.ws.clock.now(), "next": self.next_at, "offset": self.ws.clock.offset}

    async def settle(self) -> bool:
        """Waits until the bot has nothing left to do now; False when it does not say so in time."""
        for socket in list(self._sockets):
            self._number += 1
            future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            self._waiting[self._number] = future
            if not await _sent(socket, {"type": "settle", "id": self._number}):
                continue
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await future
            except TimeoutError:
                return False
        return True

    async def advance(self, seconds: float) -> bool:
        """Moves time forward for the workspace and the bot, and waits for the bot to settle."""
        self.ws.clock.advance(seconds)
        for socket in list(self._sockets):
            await _sent(socket, {"type": "clock", **self.ws.clock.state()})
        settled = await self.settle()
        self.ws.tell({"type": "clock", **self.shown()})
        return settled

    async def run(self, rate: float) -> None:
        """Lets time pass so many times as fast, for the workspace and for every process of the bot."""
        self.ws.clock.run(rate)
        for socket in list(self._sockets):
            await _sent(socket, {"type": "clock", **self.ws.clock.state()})
        self.ws.tell({"type": "clock", **self.shown()})

    async def to(self, moment: float) -> bool:
        return await self.advance(max(0.0, moment - self.ws.clock.now()))


async def _sent(socket: WebSocket, message: dict[str, Any]) -> bool:
    """Sends to a bot that may have died without a word; it will hear the time when it comes back."""
    try:
        await socket.send_json(message)
    except (WebSocketDisconnect, RuntimeError):
        return False
    return True
