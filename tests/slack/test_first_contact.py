"""Somebody whom the bot has not met gets an answer at once; who they are is asked afterwards."""

import asyncio
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

    def known(self, tx: Tx, user: str) -> UserLocale | None:
        return self.stored.get(user)

    def met(self, tx: Tx, user: str, profile: dict[str, Any]) -> UserLocale:
        self.stored[user] = UserLocale("en", str(profile["tz"]))
        return self.stored[user]


class Doorway(Bench):
    """A bench on which Slack tells of people only when the test lets it."""

    def __init__(self, store: Store, client: AsyncWebClient) -> None:
        super().__init__(store, client)
        self.people = Nobody()
        self.may_tell = asyncio.Event()
        self.asked: list[str] = []
        self._told = client.users_info
        client.users_info = self._users_info  # type: ignore[method-assign]  # at the edge, where Slack answers

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

    async def _users_info(self, **given: Any) -> Any:
        self.asked.append(given["user"])
        await self.may_tell.wait()
        return await self._told(**given)


@pytest.fixture
async def doorway(store: Store) -> AsyncIterator[Doorway]:
    async with running() as sandbox:
        yield Doorway(store, AsyncWebClient(token=sandbox.config.bot_token, base_url=sandbox.api_url))


async def test_the_answer_comes_before_slack_has_told_anything(doorway: Doorway) -> None:
    assert answer(await doorway.command("x"))["text"] == "nl"
    assert doorway.people.stored == {}
    doorway.may_tell.set()
    await doorway.dispatcher.settled()
    assert doorway.people.stored == {"U0ANNA": UserLocale("en", "Europe/Amsterdam")}
    # From then on they are known, and nothing is asked again.
    assert answer(await doorway.command("x"))["text"] == "en"
    await doorway.dispatcher.settled()
    assert doorway.asked == ["U0ANNA"]


async def test_without_an_answer_of_slack_the_next_contact_asks_again(doorway: Doorway) -> None:
    async def refused(**given: Any) -> Any:
        raise TimeoutError

    doorway.may_tell.set()
    told, doorway._told = doorway._told, refused
    assert answer(await doorway.command("x"))["text"] == "nl"
    await doorway.dispatcher.settled()
    doorway._told = told
    assert answer(await doorway.command("x"))["text"] == "nl"
    await doorway.dispatcher.settled()
    assert answer(await doorway.command("x"))["text"] == "en"
