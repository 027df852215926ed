"""Everything that goes wrong, at random: processes, sockets, Slack's answers, events that come again."""

import asyncio
import contextlib
import random
from typing import Any

from benchmarks.soak.fleet import Fleet, Member
from sandbox.outgoing.sockets import SocketTransport
from sandbox.outgoing.transport import NotAcknowledged
from sandbox.server import Sandbox

METHODS = (
    "chat.postMessage",
    "chat.postMessage",
    "chat.update",
    "chat.postEphemeral",
    "views.publish",
    "views.open",
)
# Seconds of the machine's own between one trouble and the next, on average.
BETWEEN_KILLS = 1.5
BETWEEN_FAULTS = 0.4
BETWEEN_DROPS = 9.0
BETWEEN_REPEATS = 1.0


class Trouble:
    """Makes trouble until it is cancelled, and counts it."""

    def __init__(self, sandbox: Sandbox, fleet: Fleet, dice: random.Random) -> None:
        self._sandbox = sandbox
        self._fleet = fleet
        self._dice = dice
        self.faults = 0
        self._events: list[dict[str, Any]] = []
        self._remember_events()

    async def make(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._kill())
            group.create_task(self._answer_badly())
            group.create_task(self._repeat())
            if isinstance(self._sandbox.transport, SocketTransport):
                group.create_task(self._drop(self._sandbox.transport))

    async def _pause(self, mean: float) -> None:
        await asyncio.sleep(self._dice.expovariate(1 / mean))

    async def _kill(self) -> None:
        restarting: set[asyncio.Task[None]] = set()
        while True:
            await self._pause(BETWEEN_KILLS)
            for task in [task for task in restarting if task.done()]:
                restarting.discard(task)
                task.result()
            ready = [member for member in self._fleet.members if member.ready]
            if not ready:
                continue
            member = self._dice.choice(ready)
            if self._dice.random() < 0.15:
                await self._fleet.stop(member)
            else:
                await self._fleet.kill(member)
            restarting.add(asyncio.create_task(self._start_again(member)))

    async def _start_again(self, member: Member) -> None:
        """As a platform does it: a process that ends is started anew, a few times."""
        for _ in range(3):
            try:
                await self._fleet.start_one(member)
                return
            except RuntimeError:
                await asyncio.sleep(0.5)
        await self._fleet.start_one(member)

    async def _answer_badly(self) -> None:
        while True:
            await self._pause(BETWEEN_FAULTS)
            kind = self._dice.choice(["ratelimited", "500", "error", "slow", "drop_before", "drop_after"])
            self._sandbox.workspace.faults.add(
                method=self._dice.choice(METHODS), kind=kind, seconds=self._dice.choice([0.2, 0.7, 1.0])
            )
            self.faults += 1

    async def _drop(self, transport: SocketTransport) -> None:
        while True:
            await self._pause(BETWEEN_DROPS)
            await (transport.drop() if self._dice.random() < 0.5 else transport.refresh())
            self.faults += 1

    def _remember_events(self) -> None:
        doings = self._sandbox.doings
        original = doings.event

        async def event(content: dict[str, Any], *, event_id: str | None = None) -> dict[str, Any]:
            payload = await original(content, event_id=event_id)
            self._events = [*self._events[-50:], payload]
            return payload

        doings.event = event  # type: ignore[method-assign]  # to send some of them again

    async def _repeat(self) -> None:
        """An event that was taken comes once more, as after an ack that was lost on the way."""
        while True:
            await self._pause(BETWEEN_REPEATS)
            if not self._events:
                continue
            with contextlib.suppress(NotAcknowledged):
                await self._sandbox.transport.send("events_api", self._dice.choice(self._events), 1)
            self.faults += 1
