"""The one way to read the time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What everything that needs the time is given."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back, for measuring a wait."""

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Calls back after the clock was moved by hand (only the demo's and the tests' clocks are)."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def on_jump(self, callback: Callable[[], None]) -> None:
        """The machine's clock is never moved by us."""


class ShiftedClock:
    """The machine's clock plus an offset that somebody moves: the demo's clock panel, or a test."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._callbacks: list[Callable[[], None]] = []

    @property
    def offset(self) -> float:
        """Seconds ahead of the machine's clock."""
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def monotonic(self) -> float:
        return time.monotonic() + self._offset

    def on_jump(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def shift_to(self, offset: float) -> None:
        """Moves to an offset in seconds and tells whoever waits for a moment."""
        self._offset = offset
        for callback in self._callbacks:
            callback()
