"""The workspace's clock: real time plus an offset that only ever grows, by hand or at a rate.

It begins at the machine's time, or at a moment of one's own choice: then the same day comes at every run.
"""

import time
from collections.abc import Callable


class Clock:
    def __init__(self, begins_at: float | None = None) -> None:
        self.rate = 1.0
        self._offset = 0.0 if begins_at is None else begins_at - time.time()
        self._since = 0.0
        self._callbacks: list[Callable[[], None]] = []
        self._last_ts = 0

    def begin(self, at: float) -> None:
        """Stands at a moment of one's own choice, also an earlier one: for a workspace that begins anew."""
        self._offset, self._since, self.rate, self._last_ts = at - time.time(), 0.0, 1.0, 0
        for callback in self._callbacks:
            callback()

    @property
    def offset(self) -> float:
        """Seconds ahead of the machine's clock."""
        return self._offset + (self.rate - 1) * (time.time() - self._since)

    def state(self) -> dict[str, float]:
        """All that another process needs to keep the same time: the offset at a moment of the machine's, and the rate."""
        return {"offset": self._offset, "rate": self.rate, "since": self._since}

    def now(self) -> float:
        """Unix seconds."""
        machine = time.time()
        return machine + self._offset + (self.rate - 1) * (machine - self._since)

    def run(self, rate: float) -> None:
        """From now on time passes so many times as fast. Raises ValueError for a clock that would stand still."""
        if rate < 1:
            raise ValueError("the clock runs at least as fast as the machine's")
        self._offset, self._since = self.offset, time.time()
        self.rate = rate
        for callback in self._callbacks:
            callback()

    def advance(self, seconds: float) -> None:
        """Moves forward. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self._offset += seconds
        for callback in self._callbacks:
            callback()

    def on_move(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def ts(self) -> str:
        """A fresh message time stamp: unique, and never before an earlier one."""
        self._last_ts = max(int(self.now() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"
