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

from bot.slack.client import NO_ANSWER, code_of
from bot.slack.modals import SlackTooSlow, with_retry
from bot.slack.requests import Request
from bot.texts import Texts

log = structlog.get_logger()

# Largest page that Slack returns. https://docs.slack.dev/reference/methods/conversations.members
PAGE = 1000
# Seconds of the deadline that stay reserved for storing the answer.
RESERVED_FOR_STORING = 0.5
# The error for a private channel without the bot. https://docs.slack.dev/reference/methods/conversations.info
_NOT_FOUND = "channel_not_found"

R = TypeVar("R")


def is_conversation(channel: str, name: str = "") -> bool:
    """Whether this is a conversation of some people, in which no group can be.

    `name`: the channel_name of a command. Slack documents the field, and these values are only known from payloads.
    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    return channel.startswith("D") or name == "directmessage" or name.startswith("mpdm-")


async def is_bot_missing(call: Request, channel: str) -> bool:
    """Whether Slack says that the bot is not a member of a channel. Without a clear answer: False."""
    # Half of the time, because another question or a form may follow.
    seconds = _time_left(call) / 2
    try:
        info = await _ask_in_time(lambda: call.client.conversations_info(channel=channel), seconds)
    except SlackApiError as problem:
        if code_of(problem) == _NOT_FOUND:
            return True
        log.warning("channel_not_told", outcome=str(code_of(problem)))
        return False
    except SlackTooSlow:
        log.warning("channel_not_told", outcome=NO_ANSWER)
        return False
    return (info.get("channel") or {}).get("is_member") is False


async def channel_people(call: Request, channel: str) -> set[str]:
    """The current members of a channel. Raises SlackTooSlow without an answer."""
    try:
        return await _ask_in_time(lambda: _every_page(call, channel), _time_left(call))
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


def _time_left(call: Request) -> float:
    return max(call.deadline.left - RESERVED_FOR_STORING, 0)


async def _ask_in_time(ask: Callable[[], Awaitable[R]], seconds: float) -> R:
    try:
        async with asyncio.timeout(seconds):
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
