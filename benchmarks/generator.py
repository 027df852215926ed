"""Sends signed requests as fast as they are answered, or at a fixed rate: bare asyncio, with kept connections.

Everything but the time stamp and the signature is made beforehand; the empty handler's rate shows that the
generator is not what holds things up.
"""

import asyncio
import gc
import hashlib
import hmac
import itertools
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

# Stands in a prepared body wherever Slack sends something that is new each time.
NEW = b"NEWEACHTIME"
IDLE_SECONDS = 2.0
_numbers = itertools.count(1)


@dataclass(eq=False)
class Sender:
    """Somebody who sends one form after another, each different from the one before."""

    name: str
    bodies: tuple[list[bytes], list[bytes]]
    sent: int = 0
    # Whether the last form got another answer than the expected one, or none.
    is_refused: bool = False

    def next_body(self) -> bytes:
        body = (b"%011d" % next(_numbers)).join(self.bodies[self.sent % 2])
        self.sent += 1
        return body


@dataclass
class Outcome:
    """What a run gave. Latencies in seconds; `wrong` counts answers that are not the expected one.

    `cpu_seconds`: what the server's process used of a processor meanwhile.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    wrong: int = 0
    example: bytes = b""

    @property
    def rate(self) -> float:
        """What was answered as expected, in a second."""
        return (len(self.latencies) - self.wrong) / self.seconds if self.seconds else 0.0

    def add(self, other: "Outcome") -> None:
        self.seconds += other.seconds
        self.cpu_seconds += other.cpu_seconds
        self.latencies += other.latencies
        self.wrong += other.wrong
        self.example = self.example or other.example


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of all values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class _Connection(asyncio.Protocol):
    """One kept connection with one request at a time."""

    def __init__(self, port: int, secret: bytes) -> None:
        self._head = (
            b"POST /slack/events HTTP/1.1\r\nhost: 127.0.0.1:%d\r\n"
            b"content-type: application/x-www-form-urlencoded\r\nuser-agent: Slackbot 1.0\r\naccept: */*\r\n"
            % port
        )
        self._secret = secret
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._answered: Callable[[int, bytes], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, body: bytes, answered: Callable[[int, bytes], None]) -> None:
        assert self._transport is not None
        self._answered = answered
        self._received = b""
        stamp = b"%d" % int(time.time())
        signature = hmac.new(self._secret, b"v0:%b:%b" % (stamp, body), hashlib.sha256).hexdigest()
        self._transport.write(
            b"%bx-slack-request-timestamp: %b\r\nx-slack-signature: v0=%b\r\ncontent-length: %d\r\n\r\n%b"
            % (self._head, stamp, signature.encode(), len(body), body)
        )

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or self._answered is None:
            return
        head = self._received[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._received) < end + 4 + length:
            return
        answered, self._answered = self._answered, None
        answered(int(head[9:12]), self._received[end + 4 :])

    def connection_lost(self, problem: Exception | None) -> None:
        if self._answered is not None:
            answered, self._answered = self._answered, None
            answered(0, b"connection lost")

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Generator:
    """Requests to one server on this machine. `expected` must stand in every answer."""

    def __init__(self, port: int, secret: str, senders: list[Sender], expected: bytes) -> None:
        self.port = port
        self._secret = secret.encode()
        self._waiting = deque(senders)
        self._expected = expected

    async def everyone_once(self, at_once: int) -> Outcome:
        """One request of each sender."""
        return await self.closed_loop(at_once, math.inf, len(self._waiting))

    async def closed_loop(self, at_once: int, seconds: float, most: float = math.inf) -> Outcome:
        """Keeps a number of requests under way; whoever is answered sends the next one. `most`: so many in all."""
        outcome, done = Outcome(), asyncio.Event()
        connections = [await self._connect() for _ in range(at_once)]
        left, sent = at_once, 0
        begun = time.perf_counter()
        until = begun + seconds

        def go(connection: _Connection) -> None:
            nonlocal left, sent
            if time.perf_counter() >= until or sent >= most:
                left -= 1
                if not left:
                    done.set()
                return
            sent += 1
            sender = self._waiting.popleft()

            def then() -> None:
                self._waiting.append(sender)
                go(connection)

            self._send(sender, connection, time.perf_counter(), outcome, then)

        # A collection of ours would count as a wait of theirs.
        gc.disable()
        for connection in connections:
            go(connection)
        await done.wait()
        gc.enable()
        outcome.seconds = time.perf_counter() - begun
        for connection in connections:
            connection.close()
        return outcome

    async def open_loop(self, rate: float, enough: Callable[[], bool]) -> Outcome:
        """Sends at a fixed rate, answered or not, until it is enough; waits count from the planned moment."""
        outcome = Outcome()
        free: list[tuple[_Connection, float]] = []
        under_way = 0
        begun = time.perf_counter()

        def back(connection: _Connection) -> None:
            nonlocal under_way
            under_way -= 1
            free.append((connection, time.perf_counter()))

        # In turns, answered or not: a server that falls behind must not slow the rate down.
        turns = itertools.cycle(list(self._waiting))
        for number in itertools.count():
            planned = begun + number / rate
            await asyncio.sleep(max(0.0, planned - time.perf_counter()))
            if enough():
                break
            # The server closes what has been idle for 5 s; what might be closing just now is left alone.
            fresh = bool(free) and free[-1][1] > planned - IDLE_SECONDS
            connection = free.pop()[0] if fresh else await self._connect()
            under_way += 1
            self._send(next(turns), connection, planned, outcome, partial(back, connection))
        while under_way:  # noqa: ASYNC110  # the callbacks count, and a hundredth of a second is near enough
            await asyncio.sleep(0.01)
        outcome.seconds = time.perf_counter() - begun
        for connection, _ in free:
            connection.close()
        return outcome

    def _send(
        self,
        sender: Sender,
        connection: _Connection,
        counted_from: float,
        outcome: Outcome,
        then: Callable[[], None],
    ) -> None:
        def answered(status: int, body: bytes) -> None:
            outcome.latencies.append(time.perf_counter() - counted_from)
            sender.is_refused = status != 200 or self._expected not in body
            if sender.is_refused:
                outcome.wrong += 1
                outcome.example = outcome.example or b"%d " % status + body[:300]
            then()

        connection.send(sender.next_body(), answered)

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: _Connection(self.port, self._secret), "127.0.0.1", self.port
        )
        return connection
