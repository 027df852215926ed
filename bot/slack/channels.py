"""What must be known of a channel before a use case may decide: whether we are in it, and who else is.

With opening a window and bringing a file these are all the calls that a listener makes itself: the answer is needed at
once, and without one nothing changes.
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

# The most that Slack gives at once. Page: conversations.members.
PAGE = 1000
# Left of somebody's patience for what is stored with the answer.
RESERVED_FOR_STORING = 0.5
# Slack's words for a channel that we are not in. Page: conversations.info.
_NOT_A_MEMBER = ("channel_not_found", "not_in_channel")

R = TypeVar("R")


async def is_bot_in_channel(call: Request, channel: str) -> bool:
    """Whether the bot is in a channel. Raises SlackSlow when Slack does not say."""
    try:
        info = await _ask_in_time(call, lambda: call.client.conversations_info(channel=channel))
    except SlackApiError as problem:
        if code_of(problem) in _NOT_A_MEMBER:
            return False
        raise _no_answer(problem) from problem
    return bool(info["channel"].get("is_member"))


async def channel_people(call: Request, channel: str) -> set[str]:
    """Everyone who is in a channel, by Slack's word of now. Raises SlackSlow when Slack does not say."""
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
