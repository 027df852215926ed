"""A process hangs while it posts, and another takes over: one message stays, and it is the one that counts."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery import claims, outbox, outcomes, sendable
from bot.delivery.sender import Sender
from tests.delivery.conftest import ANNA, CHANNEL, Post

METHOD = "chat.postMessage"
LONG_ENOUGH = (claims.LEASE + sendable.IN_FLIGHT_GRACE).total_seconds() + 1


class Hanging(AsyncWebClient):
    """A client that stands still at one method, before Slack hears of it or before the answer is read."""

    def __init__(self, office: Post, method: str = METHOD, *, before: bool = False) -> None:
        super().__init__(
            token=office.client.token,
            base_url=office.client.base_url,
            retry_handlers=[],
            session=office.client.session,
        )
        self._method = method
        self._before = before
        self.stands_still = asyncio.Event()
        self.wakes = asyncio.Event()

    async def api_call(self, api_method: str, **more: Any) -> AsyncSlackResponse:
        if api_method != self._method:
            return await super().api_call(api_method, **more)
        if self._before:
            await self._stand_still()
        response = await super().api_call(api_method, **more)
        if not self._before:
            await self._stand_still()
        return response

    async def _stand_still(self) -> None:
        self.stands_still.set()
        await self.wakes.wait()


class Process:
    """A sender that stands still in the middle of its call."""

    def __init__(self, office: Post, client: Hanging) -> None:
        self._client = client
        self._sender: Sender = office.another(client)

    async def begin(self) -> None:
        await self._sender.run()
        await self._client.stands_still.wait()

    async def wake(self) -> None:
        self._client.wakes.set()
        await self._sender.under_way()


async def one_message_that_counts(office: Post) -> None:
    [left] = office.sandbox.workspace.messages[CHANNEL]
    row = await office.row("a")
    assert (row.state, row.ts) == ("sent", left.ts)


async def test_what_another_process_found_and_noted_is_not_taken_back(office: Post) -> None:
    await office.post("a")
    hung = Process(office, Hanging(office))
    await hung.begin()
    office.pass_time(LONG_ENOUGH)
    office.sender = office.another()
    await office.send()
    await one_message_that_counts(office)
    await hung.wake()
    await one_message_that_counts(office)


async def test_who_posts_what_another_has_posted_meanwhile_takes_its_own_back(office: Post) -> None:
    await office.post("a")
    hung = Process(office, Hanging(office, before=True))
    await hung.begin()
    office.pass_time(LONG_ENOUGH)
    office.sender = office.another()
    await office.send()
    counts = (await office.row("a")).ts
    await hung.wake()
    await one_message_that_counts(office)
    assert (await office.row("a")).ts == counts


async def test_of_two_that_wake_one_after_the_other_the_first_one_s_message_stays(office: Post) -> None:
    await office.post("a")
    first = Process(office, Hanging(office, before=True))
    await first.begin()
    office.pass_time(LONG_ENOUGH)
    second = Process(office, Hanging(office))
    await second.begin()
    await first.wake()
    await second.wake()
    await one_message_that_counts(office)


async def test_a_look_up_takes_back_none_that_was_noted_meanwhile(office: Post) -> None:
    """It finds two; before it does anything about that, the later one is noted by the process that posted it."""
    await office.post("a")
    late = Process(office, Hanging(office))
    await late.begin()
    [posted] = office.sandbox.workspace.messages[CHANNEL]
    earlier = replace(posted, ts=f"{float(posted.ts) - 1:.6f}")
    office.sandbox.workspace.messages[CHANNEL].insert(0, earlier)
    office.pass_time(LONG_ENOUGH)
    looking = Process(office, Hanging(office, "conversations.history"))
    await looking.begin()
    await late.wake()
    assert (await office.row("a")).ts == posted.ts
    await looking.wake()
    await one_message_that_counts(office)


async def test_a_question_that_another_process_asked_again_is_answered_once(office: Post) -> None:
    about: dict[str, Any] = {"answer": "test.answer", "subject": ANNA}
    await office.store.transact(outbox.call_api, "users.info", {"user": ANNA}, **about)
    hung = Process(office, Hanging(office, "users.info"))
    await hung.begin()
    office.pass_time(LONG_ENOUGH)
    office.sender = office.another()
    await office.send()
    assert [answer.subject for answer in office.answers] == [ANNA]
    await hung.wake()
    assert len(office.answers) == 1


@pytest.mark.parametrize("times", [1, 2])
async def test_what_was_noted_and_not_heard_is_noted_once_more(office: Post, times: int) -> None:
    await office.post("a")
    ids, _ = await office.store.read(sendable.select_sendable, 1)
    [sending] = await office.store.transact(claims.claim, ids, 1)
    for _ in range(times):
        assert await office.store.transact(outcomes.note_posted, sending, "1.1", CHANNEL) == "1.1"
