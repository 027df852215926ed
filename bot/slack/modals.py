"""Windows, as Slack shows them: a stack of three at most, and each opened while its trigger lives."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.delivery.errors import ErrorKind, kind_of
from bot.delivery.message import Message
from bot.slack import blocks, limits
from bot.slack.client import NO_ANSWER, code_of, pause_of, result_of
from bot.texts import Texts

R = TypeVar("R")

# A trigger_id lives 3 s, and so does the ack. Page: Handling user interaction. Counted from the arrival.
OPENING_SECONDS = 2.5
# Until then the sentence that says that it did not work may still open.
SAYING_SECONDS = 2.9
# After the ack nobody's trigger is waited for: views.update needs none.
AFTERWARDS_SECONDS = 10.0
# A pause that Slack asks for and that fits in a trigger's life.
SHORT_PAUSE = 1.0

STACK_FULL = "push_limit_reached"
_NOTICE = "notice."
# What a window in a payload has of its own, and views.update does not take. Page: View object.
_UPDATABLE = (
    "type",
    "title",
    "submit",
    "close",
    "blocks",
    "callback_id",
    "private_metadata",
    "clear_on_close",
    "notify_on_close",
)


class SlackTooSlow(Exception):
    """Slack could not show or tell something in time, or not now. Nothing of ours is wrong, and once more may help.

    `say` is the sentence for it where the usual one does not fit.
    """

    def __init__(self, say: Callable[[Texts], str] | None = None) -> None:
        super().__init__()
        self.say = say


def depth(view: dict[str, Any]) -> int:
    """How many windows are open, up to the one that was pressed in. Page: View interaction payloads."""
    previous = view.get("previous_view_id")
    if not previous:
        return 1
    return 2 if previous == view.get("root_view_id") else limits.WINDOWS


def is_modal(view: dict[str, Any] | None) -> bool:
    return view is not None and view.get("type") == "modal"


async def call_in_time(call: Callable[[], Awaitable[Any]], seconds: float) -> None:
    """Calls a views method while there is time for it. Raises SlackSlow.

    A trigger_id works once: when Slack says that it is used up, the form is open already, from a first try or because
    the same click came twice.
    """
    try:
        async with asyncio.timeout(seconds):
            await with_retry(call)
    except (TimeoutError, aiohttp.ClientError) as problem:
        raise SlackTooSlow from problem
    except SlackApiError as problem:
        if code_of(problem) == "exchanged_trigger_id":
            return
        if _is_slow(problem):
            raise SlackTooSlow from problem
        raise


async def with_retry(call: Callable[[], Awaitable[R]]) -> R:
    """Once more when Slack asks for a short pause."""
    try:
        return await _connected(call)
    except SlackApiError as problem:
        pause = pause_of(problem)
        if pause is None or pause > SHORT_PAUSE:
            raise
        await asyncio.sleep(pause)
        return await _connected(call)


async def _connected(call: Callable[[], Awaitable[R]]) -> R:
    """A connection that the other side has just closed shows only when it is used; then once more, on a new one."""
    try:
        return await call()
    except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
        return await call()


def _is_slow(problem: SlackApiError) -> bool:
    result = result_of(problem)
    return (
        code_of(problem) == "expired_trigger_id"
        or result == NO_ANSWER
        or kind_of(result) in (ErrorKind.RETRY, ErrorKind.IN_DOUBT)
    )


def with_notice(view: dict[str, Any], message: Message) -> dict[str, Any]:
    """A window as it stands, with a message on top. What was typed stays: blocks and elements keep their ids."""
    parts = message.blocks or [blocks.section(message.text)]
    said = [{**part, "block_id": f"{_NOTICE}{n}"} for n, part in enumerate(parts)]
    kept = [block for block in view["blocks"] if not str(block.get("block_id", "")).startswith(_NOTICE)]
    again = {name: view[name] for name in _UPDATABLE if view.get(name) is not None}
    return {**again, "blocks": [*said, *kept][: limits.BLOCKS_PER_VIEW]}
