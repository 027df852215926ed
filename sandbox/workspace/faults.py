"""Faults on demand: what Slack, or the way to it, does wrong now and then."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Fault:
    """One kind of trouble for the next `times` calls of a method ("*" for any); 0 times: until it is cleared.

    `channel`: only for calls that concern it; empty for any.

    `kind`: "error" (with `code`), "ratelimited" (with `seconds`), "500", "slow" (by `seconds`),
    "drop_before" or "drop_after" (the connection breaks before or after the call took effect).
    """

    method: str
    kind: str
    times: int = 1
    code: str = "internal_error"
    seconds: float = 1.0
    channel: str = ""


@dataclass
class Faults:
    waiting: list[Fault] = field(default_factory=list)

    def add(self, **fault: Any) -> None:
        self.waiting.append(Fault(**fault))

    def take(self, method: str, channel: str = "") -> Fault | None:
        """The trouble that this call meets, if any."""
        for fault in self.waiting:
            if fault.method in (method, "*") and fault.channel in (channel, ""):
                if fault.times == 1:
                    self.waiting.remove(fault)
                elif fault.times:
                    fault.times -= 1
                return fault
        return None

    def clear(self) -> None:
        self.waiting.clear()
