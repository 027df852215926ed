"""Somebody whom the bot has not met gets an answer at once; who they are is asked afterwards."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.message import Message
from bot.slack.dispatch import Dispatcher
from bot.slack.requests import Command, UserLocale
from bot.storage import Store, Tx
from sandbox.server import running
from tests.slack.conftest import SECRET
from tests.slack.test_dispatch import Bench, answer


class Nobody:
    """People who are not known until Slack has told of them."""

    def __init__(self) -> None:
        self.stored: dict[str, UserLocale] = {}
        self.asked: list[str] = []

    def known(self, tx: Tx, user: str) -> UserLocale | None:
        return self.stored.get(user)

    def ask(self, tx: Tx, user: str) -> None:
        self.asked.append(user)

    def tell(self, user: str, zone: str) -> None:
        """Slack has answered."""
        self.stored[user] = UserLocale("en", zone)


class Doorway(Bench):
    """A bench on which nobody is known until Slack tells of them."""

    def __init__(self, store: Store, client: AsyncWebClient) -> None:
        super().__init__(store, client)
        self.people = Nobody()

        @self.router.command("x", summary=lambda t: "x")
        async def show(call: Command) -> None:
            await call.answer(Message(call.t.language))

        self.bolt = self._bolt()

    def _bolt(self) -> Any:
        self.open()
        self.dispatcher = Dispatcher(self.router, self.store, lambda workspace: self.client, self.people)
        bolt = type(self.bolt)(client=self.client, signing_secret=SECRET, process_before_response=True)
        self.dispatcher.attach(bolt)
        return bolt


@pytest.fixture
async def doorway(store: Store) -> AsyncIterator[Doorway]:
    async with running() as sandbox:
        yield Doorway(store, AsyncWebClient(token=sandbox.config.bot_token, base_url=sandbox.api_url))


async def test_the_answer_comes_before_slack_has_told_anything(doorway: Doorway) -> None:
    assert answer(await doorway.command("x"))["text"] == "nl"
    await doorway.dispatcher.settled()
    assert doorway.people.asked == ["U0ANNA"]
    doorway.people.tell("U0ANNA", "Europe/Amsterdam")
    # From then on they are known, and nothing is asked again.
    assert answer(await doorway.command("x"))["text"] == "en"
    await doorway.dispatcher.settled()
    assert doorway.people.asked == ["U0ANNA"]


async def test_without_an_answer_of_slack_the_next_contact_asks_again(doorway: Doorway) -> None:
    for _ in range(2):
        assert answer(await doorway.command("x"))["text"] == "nl"
        await doorway.dispatcher.settled()
    assert doorway.people.asked == ["U0ANNA", "U0ANNA"]
