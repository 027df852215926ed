"""A clock that stands still until a test moves it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

# A Thursday in January, three in the afternoon in Amsterdam: the sandbox of a test begins then too.
START = datetime(2027, 1, 14, 14, 0, tzinfo=UTC)


class StillClock:
    def __init__(self, at: datetime = START) -> None:
        self._at = at
        self._callbacks: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._at.timestamp()

    def machine_seconds(self, seconds: float) -> float:
        return seconds

    def on_jump(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def move(self, **by: float) -> datetime:
        """Moves by a timedelta's arguments and returns the new moment."""
        return self.move_to(self._at + timedelta(**by))

    def move_to(self, at: datetime) -> datetime:
        self._at = at
        for callback in self._callbacks:
            callback()
        return at
