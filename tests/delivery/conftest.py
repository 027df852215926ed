"""An outbox, a sender, and a workspace that can be made to misbehave; one clock for both."""

from collections.abc import AsyncIterator
from datetime import datetime

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery import outbox
from bot.delivery.errors import Failure
from bot.delivery.message import Answer, Message
from bot.delivery.records import OutboxRow
from bot.delivery.sender import Sender
from bot.jobs.clock import ShiftedClock
from bot.storage import Store, Tx
from sandbox.server import Sandbox, running
from sandbox.workspace import model
from tests.conftest import open_for_us

CHANNEL = model.GROUP_CHANNEL
ANNA, BRAM = "U0ANNA", "U0BRAM"


class Post:
    """The post office of one test."""

    def __init__(self, sandbox: Sandbox, store: Store, clock: ShiftedClock, client: AsyncWebClient) -> None:
        self.sandbox = sandbox
        self.store = store
        self.clock = clock
        self.client = client
        self.failures: list[Failure] = []
        self.answers: list[Answer] = []
        # How often a room stumbles over an answer before it takes one.
        self.stumbles = 0
        self.sender = self.another()

    def another(self, client: AsyncWebClient | None = None) -> Sender:
        """A sender as a process has one: what it remembers is its own, the database is everybody's."""
        return Sender(
            self.store,
            lambda workspace: client or self.client,
            self.clock,
            {"test.answer": self._answered},
            lambda tx, failure: self.failures.append(failure),
            on_free=self._look_again,
        )

    def _answered(self, tx: Tx, answer: Answer) -> None:
        if self.stumbles:
            self.stumbles -= 1
            raise KeyError("user")
        self.answers.append(answer)

    def pass_time(self, seconds: float) -> None:
        self.clock.shift_to(self.clock.offset + seconds)
        self.sandbox.workspace.clock.advance(seconds)

    async def post(self, key: str, text: str = "Hoi", thread: str | None = None) -> None:
        await self.store.transact(outbox.post, CHANNEL, Message(text), key=key, thread=thread)

    async def send(self) -> None:
        """Sends what may go now, and what may go once that has gone."""
        self._something_went = True
        while self._something_went:
            self._something_went = False
            await self.sender.run()
            await self.sender.under_way()

    def _look_again(self) -> None:
        """Each message that has gone may let another one go, as the waker is told."""
        self._something_went = True

    async def send_until_done(self, moments: int = 40) -> None:
        """Sends, and passes the time to each next moment, until nothing is left."""
        for _ in range(moments):
            await self.send()
            at = await self.sender.next_at()
            if at is None:
                return
            self.pass_time(max(0.05, (at - self.clock.now()).total_seconds()))
        pytest.fail("the outbox never came to rest")

    def texts(self, channel: str = CHANNEL, *, seen_by: str | None = None) -> list[str]:
        """What stands in a channel; private answers only for who may see them."""
        found = self.sandbox.workspace.messages.get(channel, [])
        return [message.text for message in found if message.only_for in (None, seen_by)]

    def calls(self, method: str) -> list[str]:
        """The outcomes of all calls of a method."""
        return [note["outcome"] for note in self.sandbox.workspace.journal if note["name"] == method]

    def fault(self, method: str, kind: str, **more: object) -> None:
        self.sandbox.workspace.faults.add(method=method, kind=kind, **more)

    async def row(self, key: str) -> OutboxRow:
        def find(tx: Tx) -> OutboxRow:
            row = outbox._by_key(tx, key)
            assert row is not None
            tx.sql.refresh(row, ["payload"])
            return row

        return await self.store.read(find)

    async def next_in(self) -> float | None:
        """Seconds until there is something to send again."""
        at: datetime | None = await self.sender.next_at()
        return None if at is None else (at - self.clock.now()).total_seconds()


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Post]:
    clock = ShiftedClock()
    store = open_for_us(database_url, clock.now)
    async with running() as sandbox, aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=sandbox.config.bot_token, base_url=sandbox.api_url, retry_handlers=[], session=session
        )
        yield Post(sandbox, store, clock, client)
    store.close()
