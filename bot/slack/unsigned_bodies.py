"""Bodies of requests before their signature is verified: limited in size, each alone and all together."""

from dataclasses import dataclass, field
from enum import Enum, auto

from starlette.requests import ClientDisconnect, Request

# A view is at most 250 kB, and a payload carries one with its state.
# https://docs.slack.dev/reference/methods/views.open
LARGEST_BODY = 2_000_000
MOST_IN_FLIGHT = 16_000_000


class NoBody(Enum):
    """Why there is no body."""

    TOO_LARGE = auto()
    NO_ROOM = auto()
    BROKEN_OFF = auto()


@dataclass(eq=False)
class _Reading:
    received: bytearray = field(default_factory=bytearray)
    dropped: bool = False


class UnsignedBodies:
    """Reads bodies. When all together are too large, the largest goes: what Slack sends is small."""

    def __init__(self, most_in_flight: int = MOST_IN_FLIGHT) -> None:
        self._most = most_in_flight
        self._readings: set[_Reading] = set()

    @property
    def in_flight(self) -> int:
        """The bytes that are held now."""
        return sum(len(one.received) for one in self._readings)

    async def read(self, request: Request) -> bytes | NoBody:
        """The whole body, or why there is none."""
        mine = _Reading()
        self._readings.add(mine)
        try:
            async for part in request.stream():
                mine.received += part
                if len(mine.received) > LARGEST_BODY:
                    return NoBody.TOO_LARGE
                while self.in_flight > self._most:
                    self._drop_largest()
                if mine.dropped:
                    return NoBody.NO_ROOM
        except ClientDisconnect:
            return NoBody.BROKEN_OFF
        finally:
            self._readings.discard(mine)
        return bytes(mine.received)

    def _drop_largest(self) -> None:
        # Its reader notices with the next part; until then the connection's time-out holds for it.
        largest = max(self._readings, key=lambda one: len(one.received))
        largest.received = bytearray()
        largest.dropped = True
