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
        """Seconds that never go back and that go on while the machine sleeps, for measuring a wait."""

    def machine_seconds(self, seconds: float) -> float:
        """How long that many seconds of this clock take on the machine's own, for whoever must sleep."""

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Calls back after the clock was moved by hand (only the demo's and the tests' clocks are)."""


class SystemClock:
    """The machine's own clock, corrected by what the database's clock says when there is one to agree on."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        return _monotonic()

    def machine_seconds(self, seconds: float) -> float:
        return seconds

    def on_jump(self, callback: Callable[[], None]) -> None:
        """The machine's clock is never moved by us."""

    def adjust_to(self, moment: datetime) -> timedelta:
        """Takes over somebody else's present moment; returns by how much this clock was off."""
        off = moment - self.now()
        self._ahead += off
        return off


class ShiftedClock:
    """The machine's clock plus an offset that somebody moves, and perhaps faster: the demo's clock, or a test's.

    At rate 30 half an hour passes in a minute: everything that is due, and every pause and lease, with it.
    """

    def __init__(self) -> None:
        self._offset = 0.0
        self._rate = 1.0
        self._since = 0.0
        self._callbacks: list[Callable[[], None]] = []

    @property
    def offset(self) -> float:
        """Seconds ahead of the machine's clock."""
        return self._ahead(time.time())

    def now(self) -> datetime:
        machine = time.time()
        return datetime.fromtimestamp(machine + self._ahead(machine), UTC)

    def monotonic(self) -> float:
        return _monotonic() + self._ahead(time.time())

    def machine_seconds(self, seconds: float) -> float:
        return seconds / self._rate

    def on_jump(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def shift_to(self, offset: float, rate: float = 1.0, since: float | None = None) -> None:
        """Moves to an offset in seconds, and tells whoever waits for a moment.

        With a rate, the offset is what it was at the machine's moment `since` (in Unix seconds), and grows from there.
        """
        self._offset, self._rate = offset, rate
        self._since = time.time() if since is None else since
        for callback in self._callbacks:
            callback()

    def _ahead(self, machine: float) -> float:
        return self._offset + (self._rate - 1) * (machine - self._since) if self._rate != 1 else self._offset


def _monotonic() -> float:
    # Seconds that go on while a laptop sleeps: Linux has a clock of its own for that, and on macOS this is
    # CLOCK_MONOTONIC, whereas time.monotonic() stands still there. Windows has neither, nor the problem.
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):
        number = getattr(time, name, None)
        if number is not None:
            return time.clock_gettime(number)
    return time.monotonic()
