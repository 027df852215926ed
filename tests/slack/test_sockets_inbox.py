"""Envelopes that come more than once."""

import asyncio
import json

import pytest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.sockets import inbox
from bot.slack.sockets.inbox import Inbox

ERRORS = {"response_action": "errors", "errors": {"title": "Te lang"}}


def envelope(number: int = 1, *, answerable: bool = True) -> SocketModeRequest:
    return SocketModeRequest("interactive", f"e{number}", {}, accepts_response_payload=answerable)


class Bot:
    """Answers every envelope with the errors of a form, when it is let."""

    def __init__(self) -> None:
        self.handled = 0
        self.status = 200
        self.go = asyncio.Event()
        self.go.set()

    async def handle(self, request: SocketModeRequest) -> BoltResponse:
        self.handled += 1
        await self.go.wait()
        if self.status == 0:
            raise RuntimeError("broken")
        return BoltResponse(
            status=self.status, body=json.dumps(ERRORS), headers={"content-type": ["application/json"]}
        )


async def test_the_same_envelope_on_two_connections_gets_the_same_answer_once_there_is_one() -> None:
    bot = Bot()
    bot.go.clear()
    box = Inbox(bot.handle)
    both = [asyncio.create_task(box.answer(envelope())) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in both)
    bot.go.set()
    answers = [*await asyncio.gather(*both), await box.answer(envelope())]
    assert [answer and answer.payload for answer in answers] == [ERRORS] * 3
    assert (bot.handled, box.repeats) == (1, 2)


async def test_whoever_waits_for_an_answer_and_goes_does_not_stop_the_work() -> None:
    bot = Bot()
    bot.go.clear()
    box = Inbox(bot.handle)
    first = asyncio.create_task(box.answer(envelope()))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    bot.go.set()
    assert await box.answer(envelope())
    assert bot.handled == 1


@pytest.mark.parametrize("status", [0, 404, 500])
async def test_what_failed_is_not_acknowledged_and_may_be_tried_again(status: int) -> None:
    bot = Bot()
    box = Inbox(bot.handle)
    bot.status = status
    assert await box.answer(envelope()) is None
    bot.status = 200
    assert await box.answer(envelope())
    assert bot.handled == 2


async def test_only_an_envelope_that_takes_an_answer_gets_one() -> None:
    answer = await Inbox(Bot().handle).answer(envelope(answerable=False))
    assert answer
    assert answer.to_dict() == {"envelope_id": "e1"}


async def test_it_remembers_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "KEPT_AT_MOST", 2)
    bot = Bot()
    box = Inbox(bot.handle)
    for number in (1, 2, 3):
        await box.answer(envelope(number))
    await box.answer(envelope(3))
    assert bot.handled == 3
    await box.answer(envelope(1))
    assert bot.handled == 4
    monkeypatch.setattr(inbox, "KEPT_SECONDS", 0.0)
    await box.answer(envelope(5))
    await box.answer(envelope(5))
    assert bot.handled == 6
