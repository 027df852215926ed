"""Channel look-ups before a use case: whether the bot is a member of a channel, and who else is.

Listeners call Slack themselves only here, for windows and for files. They need the answer at once, and without one
nothing changes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.slack.client import code_of
from bot.slack.modals import SlackTooSlow, with_retry
from bot.slack.requests import Request
from bot.texts import Texts

log = structlog.get_logger()

# Largest page that Slack returns. https://docs.slack.dev/reference/methods/conversations.members
PAGE = 1000
# Seconds of the deadline that stay reserved for storing the answer.
RESERVED_FOR_STORING = 0.5
# Errors for a channel without the bot. https://docs.slack.dev/reference/methods/conversations.info
_NOT_A_MEMBER = ("channel_not_found", "not_in_channel")

R = TypeVar("R")


async def is_bot_in_channel(call: Request, channel: str) -> bool:
    """Whether the bot is a member of a channel. Raises SlackTooSlow without an answer."""
    try:
        info = await _ask_in_time(call, lambda: call.client.conversations_info(channel=channel))
    except SlackApiError as problem:
        if code_of(problem) in _NOT_A_MEMBER:
            return False
        raise _no_answer(problem) from problem
    return bool(info["channel"].get("is_member"))


async def channel_people(call: Request, channel: str) -> set[str]:
    """The current members of a channel. Raises SlackTooSlow without an answer."""
    try:
        return await _ask_in_time(call, lambda: _every_page(call, channel))
    except SlackApiError as problem:
        raise _no_answer(problem) from problem


async def _every_page(call: Request, channel: str) -> set[str]:
    found: set[str] = set()
    cursor = ""
    while True:
        page: Any = await call.client.conversations_members(
            channel=channel, limit=PAGE, **({"cursor": cursor} if cursor else {})
        )
        found |= set(page["members"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return found


async def _ask_in_time(call: Request, ask: Callable[[], Awaitable[R]]) -> R:
    try:
        async with asyncio.timeout(max(call.deadline.left - RESERVED_FOR_STORING, 0)):
            return await with_retry(ask)
    except (TimeoutError, aiohttp.ClientError) as problem:
        raise SlackTooSlow(_say) from problem


def _no_answer(problem: SlackApiError) -> SlackTooSlow:
    log.warning("channel_not_told", outcome=str(code_of(problem)))
    return SlackTooSlow(_say)


def _say(t: Texts) -> str:
    return t(
        "Slack doesn't tell me who is in the channel just now, so nothing was changed. Please try again."
    )
