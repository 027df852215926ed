"""Remote clock: follows the demo's clock panel. docs/sandbox.md describes the protocol."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp
import structlog

from bot.jobs.clock import ShiftedClock

log = structlog.get_logger()

RECONNECT_SECONDS = 0.2


class RemoteClock:
    """Web socket to the clock panel: receives the offset, and reports when this process is idle."""

    def __init__(
        self,
        url: str,
        clock: ShiftedClock,
        settled: Callable[[], Awaitable[None]],
        next_at: Callable[[], datetime | None],
    ) -> None:
        self._url = url
        self._clock = clock
        self._settled = settled
        self._next_at = next_at
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._task: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self._sent_next: datetime | None = None
        self.connected = asyncio.Event()

    def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name="clock-follower")

    async def stop(self) -> None:
        for task in (self._task, *self._answers):
            if task:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def send_next(self) -> None:
        """Report the time of the next work, if it has changed."""
        moment = self._next_at()
        if self._socket is not None and moment != self._sent_next:
            self._sent_next = moment
            self._start_task(self._send({"type": "next", "at": _unix(moment)}))

    async def _forever(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.ws_connect(self._url, heartbeat=20) as socket:
                        self._socket, self._sent_next = socket, None
                        async for message in socket:
                            self._receive(json.loads(message.data))
                except (aiohttp.ClientError, OSError):
                    log.debug("clock_unreachable")
                self._socket = None
                await asyncio.sleep(RECONNECT_SECONDS)

    def _receive(self, message: dict[str, float | str]) -> None:
        if message["type"] == "clock":
            since = message.get("since")
            self._clock.shift_to(
                float(message["offset"]),
                float(message.get("rate", 1)),
                None if since is None else float(since),
            )
            self.connected.set()
            self.send_next()
        elif message["type"] == "settle":
            self._start_task(self._answer(int(message["id"])))

    async def _answer(self, number: int) -> None:
        await self._settled()
        await self._send(
            {"type": "settled", "id": number, "offset": self._clock.offset, "next": _unix(self._next_at())}
        )

    async def _send(self, message: dict[str, object]) -> None:
        if self._socket is not None and not self._socket.closed:
            await self._socket.send_json(message)

    def _start_task(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)


def _unix(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
