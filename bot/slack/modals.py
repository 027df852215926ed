"""Modals: a stack of at most three, each opened while its trigger_id is valid. https://docs.slack.dev/surfaces/modals"""

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

# A trigger_id is valid for 3 s, and Slack waits as long for the ack. These seconds count from the arrival.
# https://docs.slack.dev/interactivity/handling-user-interaction
OPENING_SECONDS = 2.5
# Until then a modal with an error message may still open.
SAYING_SECONDS = 2.9
# Time limit after the ack: views.update needs no trigger_id.
AFTERWARDS_SECONDS = 10.0
# Longest Retry-After that fits in the life of a trigger_id.
SHORT_PAUSE = 1.0

STACK_FULL = "push_limit_reached"
_NOTICE = "notice."
# The fields of a view in a payload that views.update accepts. https://docs.slack.dev/reference/views
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
    """Slack did not answer in time, or not now. The person may try again.

    `say` is a sentence for the person that replaces the usual one.
    """

    def __init__(self, say: Callable[[Texts], str] | None = None) -> None:
        super().__init__()
        self.say = say


def depth(view: dict[str, Any]) -> int:
    """The position of a modal in the stack, from 1.

    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """
    previous = view.get("previous_view_id")
    if not previous:
        return 1
    return 2 if previous == view.get("root_view_id") else limits.WINDOWS


def is_modal(view: dict[str, Any] | None) -> bool:
    return view is not None and view.get("type") == "modal"


async def call_in_time(call: Callable[[], Awaitable[Any]], seconds: float) -> None:
    """Call a views method within a time limit. Raises SlackTooSlow.

    A trigger_id works once. If Slack reports that it was used, the modal is already open, from a first attempt or a repeated
    click.
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
    """Call, and retry once if Slack asks for a short pause."""
    try:
        return await _connected(call)
    except SlackApiError as problem:
        pause = pause_of(problem)
        if pause is None or pause > SHORT_PAUSE:
            raise
        await asyncio.sleep(pause)
        return await _connected(call)


async def _connected(call: Callable[[], Awaitable[R]]) -> R:
    """Call, and retry once on a new connection: a closed one only shows when it is used."""
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
    """A modal with a message on top. Typed text stays, because blocks and elements keep their ids."""
    parts = message.blocks or [blocks.section(message.text)]
    said = [{**part, "block_id": f"{_NOTICE}{n}"} for n, part in enumerate(parts)]
    kept = [block for block in view["blocks"] if not str(block.get("block_id", "")).startswith(_NOTICE)]
    again = {name: view[name] for name in _UPDATABLE if view.get(name) is not None}
    return {**again, "blocks": [*said, *kept][: limits.BLOCKS_PER_VIEW]}
