"""The workspace's clock: real time plus an offset that only ever grows."""

import time
from collections.abc import Callable


class Clock:
    def __init__(self) -> None:
        self.offset = 0.0
        self._callbacks: list[Callable[[], None]] = []
        self._last_ts = 0

    def now(self) -> float:
        """Unix seconds."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Moves forward. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self.offset += seconds
        for callback in self._callbacks:
            callback()

    def on_move(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def ts(self) -> str:
        """A fresh message time stamp: unique, and never before an earlier one."""
        self._last_ts = max(int(self.now() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"
