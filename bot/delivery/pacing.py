"""Slack's rate limits, kept before they are met. Page: Rate limits."""

from collections.abc import Iterable
from dataclasses import dataclass

# Calls per minute: the floor that Slack guarantees for each method's tier. Posting is special: one message per
# second per channel with short bursts, several hundred per minute per workspace.
PER_MINUTE = {
    "chat.postMessage": 300,
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "views.publish": 100,
    "users.info": 100,
    "conversations.members": 100,
    "conversations.info": 50,
    "conversations.replies": 50,
    "conversations.history": 50,
}
OTHERS_PER_MINUTE = 20
# A call may come sooner than its share as long as the minute's total keeps within the tier.
METHOD_BURST = 20
CHANNEL_PER_SECOND = 1.0
CHANNEL_BURST = 3


@dataclass(slots=True)
class _Bucket:
    capacity: float
    per_second: float
    level: float
    filled_at: float

    def wait(self, now: float) -> float:
        """Seconds until one more may pass."""
        self.level = min(self.capacity, self.level + max(0.0, now - self.filled_at) * self.per_second)
        self.filled_at = now
        return 0.0 if self.level >= 1 else (1 - self.level) / self.per_second


class Pace:
    """Says how long a call must wait, and counts those that go. All times are monotonic seconds."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, ...], _Bucket] = {}
        self._closed_until: dict[tuple[str, str], float] = {}

    def wait(self, team: str, method: str, channel: str | None, now: float) -> float:
        """Seconds to wait; 0 when the call may go now."""
        waits = [self._closed_until.get((team, method), 0.0) - now, 0.0]
        waits += [bucket.wait(now) for bucket in self._for(team, method, channel, now)]
        return max(waits)

    def take(self, team: str, method: str, channel: str | None, now: float) -> None:
        """Counts a call that goes now."""
        for bucket in self._for(team, method, channel, now):
            bucket.wait(now)
            bucket.level -= 1

    def refused(self, team: str, method: str, retry_after: float, now: float) -> None:
        """Slack said 429: this method waits in this workspace, and no other."""
        self._closed_until[(team, method)] = now + retry_after

    def _for(self, team: str, method: str, channel: str | None, now: float) -> Iterable[_Bucket]:
        per_minute = PER_MINUTE.get(method, OTHERS_PER_MINUTE)
        burst = min(METHOD_BURST, per_minute)
        # Burst and refill together stay within the tier's minute.
        yield self._bucket((team, method), burst, max(per_minute - burst, 1) / 60, now)
        if method == "chat.postMessage" and channel:
            yield self._bucket((team, method, channel), CHANNEL_BURST, CHANNEL_PER_SECOND, now)

    def _bucket(self, name: tuple[str, ...], capacity: float, per_second: float, now: float) -> _Bucket:
        if name not in self._buckets:
            self._buckets[name] = _Bucket(capacity, per_second, capacity, now)
        return self._buckets[name]
