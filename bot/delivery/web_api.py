"""Web API calls of the sender: send an outbox row, and look up a message that may have been posted."""

from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.claims import Sending
from bot.delivery.errors import ErrorKind, kind_of
from bot.delivery.message import Guarantee
from bot.delivery.metadata import PAGE_SIZE, key_in, metadata_of

log = structlog.get_logger()

# How far our clock and Slack's may differ.
CLOCK_SKEW_SECONDS = 5
CALL_TIMEOUT = 10


async def call_slack(client: AsyncWebClient, sending: Sending) -> dict[str, Any]:
    """Call Slack with a row. Raises the exceptions of the SDK."""
    arguments = _arguments(sending)
    if sending.kind == "ask":
        response = await client.api_call(sending.method, params=arguments)
    else:
        response = await client.api_call(sending.method, json=arguments)
    return dict(response.data) if isinstance(response.data, dict) else {}


async def has_thread(client: AsyncWebClient, sending: Sending) -> bool:
    """Whether the first message of the thread still exists. Only a clear "no" of Slack counts.

    Slack does not refuse a reply to a deleted message: it posts it in the channel itself. chat.getPermalink shows the
    deletion, needs no scope, and may be called often. https://docs.slack.dev/reference/methods/chat.getPermalink
    """
    assert sending.channel is not None
    assert sending.thread_ts is not None
    try:
        await client.chat_getPermalink(channel=sending.channel, message_ts=sending.thread_ts)
    except SlackApiError as problem:
        response: Any = problem.response
        return not isinstance(response.data, dict) or response.get("error") != "message_not_found"
    except (TimeoutError, aiohttp.ClientError, OSError):
        return True
    return True


def left_its_thread(sending: Sending, response: dict[str, Any]) -> bool:
    """Whether Slack posted a reply in the channel itself: then its answer has no `thread_ts`.

    https://docs.slack.dev/reference/methods/chat.postMessage
    """
    if sending.kind != "post" or sending.thread_ts is None:
        return False
    posted = response.get("message")
    return isinstance(posted, dict) and not posted.get("thread_ts")


async def look_up(client: AsyncWebClient, sending: Sending, now: datetime) -> tuple[list[str], str] | None:
    """Look up a message by the key in its metadata: its time stamps, the earliest first, and its channel.

    There may be two, if a process hung and posted late. None if the message was not posted.
    """
    try:
        return await look_up_since(client, sending, sending.started_before or now)
    except SlackApiError as problem:
        denied = kind_of(str(problem.response.get("error"))) is ErrorKind.NOT_ALLOWED
        if denied and sending.guarantee == Guarantee.AT_LEAST_ONCE:
            # Without the history scopes there is no look-up. AT_LEAST_ONCE accepts a duplicate.
            log.warning("sent_without_look_up", method=sending.method)
            return None
        raise


async def look_up_since(
    client: AsyncWebClient, sending: Sending, since: datetime
) -> tuple[list[str], str] | None:
    """Look up a message that may have been posted since a moment. Raises SlackApiError."""
    channel = sending.channel
    if sending.kind == "direct" and not channel:
        opened = await client.conversations_open(users=sending.user)
        channel = opened["channel"]["id"]
    assert channel is not None
    # The look-up starts just before the first attempt.
    oldest = str(since.timestamp() - CLOCK_SKEW_SECONDS)
    if sending.thread_ts:
        found = await client.conversations_replies(
            channel=channel,
            ts=sending.thread_ts,
            oldest=oldest,
            limit=PAGE_SIZE,
            include_all_metadata=True,
        )
    else:
        found = await client.conversations_history(
            channel=channel, oldest=oldest, limit=PAGE_SIZE, include_all_metadata=True
        )
    standing = sorted(message["ts"] for message in found["messages"] if key_in(message) == sending.key)
    return (standing, channel) if standing else None


def _arguments(sending: Sending) -> dict[str, Any]:
    payload = sending.payload
    match sending.kind:
        case "post" | "direct":
            arguments = {
                "channel": sending.channel or sending.user,
                "unfurl_links": False,
                "unfurl_media": False,
                **payload,
            }
            if sending.discreet:
                arguments["text"] = sending.discreet
            if sending.key:
                arguments["metadata"] = metadata_of(sending.key)
            if sending.thread_ts:
                arguments["thread_ts"] = sending.thread_ts
        case "whisper":
            arguments = {"channel": sending.channel, "user": sending.user, **payload}
            if sending.thread_ts:
                arguments["thread_ts"] = sending.thread_ts
        case "update":
            arguments = {"channel": sending.channel, "ts": sending.target_ts, **payload}
        case "delete":
            arguments = {"channel": sending.channel, "ts": sending.target_ts}
        case "home":
            arguments = {"user_id": sending.user, **payload}
        case _:
            arguments = payload["arguments"]
    return arguments
