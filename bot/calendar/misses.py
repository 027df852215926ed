"""Rate limit of addresses that do not exist, per client: a calendar that somebody follows does not miss."""

from collections import OrderedDict
from collections.abc import Callable

# At once, and how many a minute come back. A link that was revoked is asked for every quarter of an hour or so.
BURST = 30
PER_MINUTE = 10
# As many clients and addresses as are kept; the one heard of longest ago goes.
CLIENTS = 2_000
ADDRESSES = 10_000


class Misses:
    """Token buckets of clients. `now` gives seconds that never go back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        # The tokens in the bucket, and the moment at which they were counted.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        # Hashes of addresses that exist: a calendar service fetches for many from one place.
        self._found: OrderedDict[str, None] = OrderedDict()

    def is_over(self, client: str, address: str) -> bool:
        """Whether this client has asked for too much that does not exist, and the address is not one that does."""
        return self._count(client) < 1 and address not in self._found

    def add_found(self, address: str) -> None:
        """Note an address that exists."""
        self._found[address] = None
        self._found.move_to_end(address)
        if len(self._found) > ADDRESSES:
            self._found.popitem(last=False)

    def add_miss(self, client: str, address: str) -> None:
        """Count one address that does not exist, or no longer."""
        self._found.pop(address, None)
        self._left[client] = (max(0.0, self._count(client) - 1), self._now())
        self._left.move_to_end(client)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)

    def _count(self, client: str) -> float:
        left, at = self._left.get(client, (float(BURST), self._now()))
        return min(float(BURST), left + (self._now() - at) * PER_MINUTE / 60)
