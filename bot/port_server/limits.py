"""Limits of a port: time-outs of a request, and how many connections it holds."""

import resource
from dataclasses import dataclass, field
from typing import Protocol

CONNECTIONS = 512
# The rest of the process's descriptors is for Slack and the database.
SHARE_OF_DESCRIPTORS = 2


def _connections() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS if soft == resource.RLIM_INFINITY else min(CONNECTIONS, soft // SHARE_OF_DESCRIPTORS)


@dataclass(frozen=True)
class Limits:
    """Time-outs in seconds, and the most connections at once."""

    # From the first byte to the last of headers and body. Slack gives an answer 3 s.
    # https://docs.slack.dev/interactivity/handling-user-interaction
    request_seconds: float = 5.0
    # From the whole request until its answer has left.
    answer_seconds: float = 30.0
    # Without a request, after an answer.
    idle_seconds: int = 5
    connections: int = field(default_factory=_connections)


class Closable(Protocol):
    """A connection that the port may close."""

    def drop(self) -> None: ...


class Slots:
    """Connection slots. A full port drops whoever has waited longest without a whole request.

    So half-open connections push out each other, and not a request that comes in at once. A page that holds its
    connections for long gets `Slots` of its own: the connection leaves these, and counts there.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        # Dictionaries keep the order of insertion. Never answered so far; answered and idle; being answered.
        self._new: dict[Closable, None] = {}
        self._idle: dict[Closable, None] = {}
        self._busy: dict[Closable, None] = {}

    def __len__(self) -> int:
        return len(self._new) + len(self._idle) + len(self._busy)

    def take(self, connection: Closable) -> bool:
        """Take a slot for a new connection; False if every other one is being answered."""
        if len(self) >= self._most and not self._make_room():
            return False
        self._new[connection] = None
        return True

    def set_busy(self, connection: Closable) -> None:
        """Its request is whole."""
        self.leave(connection)
        self._busy[connection] = None

    def set_idle(self, connection: Closable) -> None:
        """Its request is answered."""
        self.leave(connection)
        self._idle[connection] = None

    def leave(self, connection: Closable) -> None:
        for held in (self._new, self._idle, self._busy):
            held.pop(connection, None)

    def _make_room(self) -> bool:
        for held in (self._new, self._idle):
            if held:
                oldest = next(iter(held))
                self.leave(oldest)
                oldest.drop()
                return True
        return False
