"""A private answer to a click stands where the person pressed: in the thread, or in the channel."""

import json
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.message import Message
from bot.slack.requests import Action
from bot.storage import Store
from sandbox.outgoing import payloads
from sandbox.people import Team
from sandbox.server import Sandbox, running
from tests.slack.test_dispatch import Bench

ANNA, CHANNEL = "U0ANNA", "C0OOST"


class Pressed(Bench):
    """A bench where Anna presses a button on a message that stands in the sandbox."""

    def __init__(self, store: Store, client: AsyncWebClient, sandbox: Sandbox) -> None:
        super().__init__(store, client)
        self.sandbox = sandbox

        @self.router.action("press")
        async def pressed(call: Action) -> None:
            await call.answer(Message("Alleen voor jou"))

        self.open()

    async def posted(self, thread_ts: str | None = None) -> str:
        message = await self.client.chat_postMessage(channel=CHANNEL, text="Hier", thread_ts=thread_ts)
        return str(message["ts"])

    async def press(self, ts: str, *, as_thread: str | None = None) -> None:
        ws = self.sandbox.workspace
        message = ws.message(CHANNEL, ts)
        url = self.sandbox.doings.response_url(ANNA, CHANNEL, message)
        action = {"type": "button", "action_id": "press", "block_id": "b", "value": ""}
        payload = payloads.action_in_message(ws, ANNA, message, action, {}, url)
        if as_thread:
            # As Slack writes the first message of a thread once it has replies.
            payload["message"]["thread_ts"] = as_thread
        await self._send(urlencode({"payload": json.dumps(payload)}))
        await self.dispatcher.settled()

    async def answers(self, thread_ts: str | None = None) -> int:
        async with Team(self.sandbox.url) as team:
            shown = await team.person(ANNA).messages(CHANNEL, thread_ts)
            return sum(one["ephemeral"] and one["thread_ts"] == thread_ts for one in shown)


@pytest.fixture
async def pressed(store: Store) -> AsyncIterator[Pressed]:
    async with running() as sandbox, aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=sandbox.config.bot_token, base_url=sandbox.api_url, session=session, retry_handlers=[]
        )
        yield Pressed(store, client, sandbox)


async def test_a_click_in_a_thread_is_answered_there_and_nowhere_else(pressed: Pressed) -> None:
    first = await pressed.posted()
    await pressed.press(await pressed.posted(first))
    assert (await pressed.answers(first), await pressed.answers()) == (1, 0)


async def test_a_click_in_the_channel_is_answered_there(pressed: Pressed) -> None:
    await pressed.press(await pressed.posted())
    assert await pressed.answers() == 1


async def test_a_click_on_the_first_message_of_a_thread_is_answered_in_both_places(pressed: Pressed) -> None:
    first = await pressed.posted()
    await pressed.posted(first)
    await pressed.press(first, as_thread=first)
    assert (await pressed.answers(first), await pressed.answers()) == (1, 1)


async def test_whoever_looks_at_a_channel_that_they_are_not_in_is_answered_too(pressed: Pressed) -> None:
    first = await pressed.posted()
    reply = await pressed.posted(first)
    pressed.sandbox.workspace.channel(CHANNEL).members.remove(ANNA)
    await pressed.press(reply)
    assert (await pressed.answers(first), await pressed.answers()) == (0, 1)


@pytest.mark.parametrize("kind", ["ratelimited", "500", "drop_before"])
async def test_an_answer_that_slack_does_not_take_in_the_thread_goes_to_the_channel(
    pressed: Pressed, kind: str
) -> None:
    first = await pressed.posted()
    reply = await pressed.posted(first)
    pressed.sandbox.workspace.faults.add(method="chat.postEphemeral", kind=kind)
    await pressed.press(reply)
    assert (await pressed.answers(first), await pressed.answers()) == (0, 1)
