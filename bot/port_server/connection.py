"""One HTTP connection with time-outs: uvicorn has none for headers, bodies and answers."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.port_server.limits import Limits, Slots


class Connection(HttpToolsProtocol):
    """uvicorn's protocol, which closes itself when a request or its answer takes too long."""

    def __init__(self, limits: Limits, slots: Slots, **of_uvicorn: Any) -> None:
        super().__init__(**of_uvicorn)
        self._limits = limits
        self._slots = slots
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if self._slots.take(self):
            self._expect(self._limits.request_seconds)
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        waited_for = self._is_reading
        super().data_received(data)
        if self._is_reading:
            # Later bytes of the same request do not extend its time.
            if not waited_for or self._deadline is None:
                self._expect(self._limits.request_seconds)
        elif waited_for and not self._is_answered:
            self._slots.set_busy(self)
            self._expect(self._limits.answer_seconds)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.pipeline:
            self._expect(self._limits.answer_seconds)
            return
        self._expect(None)
        if not self.transport.is_closing():
            self._slots.set_idle(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._expect(None)
        self._slots.leave(self)

    def drop(self) -> None:
        """Close at once, without what is still to be written."""
        self.connections.discard(self)
        self.transport.abort()

    @property
    def _is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def _is_reading(self) -> bool:
        """Whether the request, or the next one, is not whole yet."""
        return self._is_answered or self.cycle.more_body

    def _expect(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self.drop) if seconds is not None else None
