"""Clock: the only way to read the time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Clock interface. Code that needs the time gets one as an argument."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""

    def monotonic(self) -> float:
        """Monotonic seconds for measuring a wait; they also count while the machine sleeps."""

    def machine_seconds(self, seconds: float) -> float:
        """The machine's seconds for so many of this clock's seconds: the argument of a sleep."""

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Call `callback` after somebody moved the clock by hand (in the demo and in tests)."""


class SystemClock:
    """System clock: the machine's clock, corrected by the clock of the PostgreSQL server if there is one."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        return _monotonic()

    def machine_seconds(self, seconds: float) -> float:
        return seconds

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Nothing to do: the bot never moves the machine's clock."""

    def adjust_to(self, moment: datetime) -> timedelta:
        """Adjust this clock to another clock's current time; returns the correction."""
        off = moment - self.now()
        self._ahead += off
        return off


class ShiftedClock:
    """Shifted clock of the demo and of tests: the machine's clock plus an offset, at a rate.

    At rate 30 half an hour passes in a minute, also for due jobs, pauses and leases.
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
        """Move to an offset in seconds, and call the `on_jump` callbacks.

        With a rate, the offset counts from the machine's time `since` (in Unix seconds) and grows from there.
        """
        self._offset, self._rate = offset, rate
        self._since = time.time() if since is None else since
        for callback in self._callbacks:
            callback()

    def _ahead(self, machine: float) -> float:
        return self._offset + (self._rate - 1) * (machine - self._since) if self._rate != 1 else self._offset


def _monotonic() -> float:
    # These clocks count while a laptop sleeps: CLOCK_BOOTTIME on Linux, CLOCK_MONOTONIC on macOS. There
    # time.monotonic() stops during sleep. Windows has neither clock, and does not need one.
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):
        number = getattr(time, name, None)
        if number is not None:
            return time.clock_gettime(number)
    return time.monotonic()
