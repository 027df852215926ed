"""The calls themselves: what a row becomes on its way to Slack, and where a message stands that was perhaps posted."""

from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.claims import Sending
from bot.delivery.errors import ErrorKind, kind_of
from bot.delivery.message import Guarantee

log = structlog.get_logger()

# How far a clock of ours and Slack's may be apart, in seconds.
CLOCK_SKEW_SECONDS = 5
# One page of messages; the thread is read from just before the first try. Page: conversations.replies.
PAGE_SIZE = 200


async def call_slack(client: AsyncWebClient, sending: Sending) -> dict[str, Any]:
    """Sends it. Raises what the SDK raises."""
    arguments = _arguments(sending)
    if sending.kind == "ask":
        response = await client.api_call(sending.method, params=arguments)
    else:
        response = await client.api_call(sending.method, json=arguments)
    return dict(response.data) if isinstance(response.data, dict) else {}


async def has_thread(client: AsyncWebClient, sending: Sending) -> bool:
    """Whether the message that this one answers to still stands. Without a clear no it is taken to stand.

    Slack refuses no reply to a message that was deleted: it silently posts it in the channel. This method needs no
    scope and may be called often. Page: chat.getPermalink.
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
    """Whether Slack has posted a reply in the channel: only then its answer names no thread. Page: chat.postMessage."""
    if sending.kind != "post" or sending.thread_ts is None:
        return False
    posted = response.get("message")
    return isinstance(posted, dict) and not posted.get("thread_ts")


async def look_up(client: AsyncWebClient, sending: Sending, now: datetime) -> tuple[list[str], str] | None:
    """Where our message with this key stands, if it was posted after all: its time stamp and channel.

    It may stand there twice, because a process hung and posted late: all time stamps, the earliest first.
    """
    channel = sending.channel
    if sending.kind == "direct" and not channel:
        opened = await client.conversations_open(users=sending.user)
        channel = opened["channel"]["id"]
    assert channel is not None
    oldest = str((sending.started_before or now).timestamp() - CLOCK_SKEW_SECONDS)
    try:
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
    except SlackApiError as problem:
        denied = kind_of(str(problem.response.get("error"))) is ErrorKind.NOT_ALLOWED
        if denied and sending.guarantee == Guarantee.AT_LEAST_ONCE:
            # Installed without the history scopes: this kind of message may rather appear twice than not at all.
            log.warning("sent_without_look_up", method=sending.method)
            return None
        raise
    standing = sorted(message["ts"] for message in found["messages"] if _key_of(message) == sending.key)
    return (standing, channel) if standing else None


def _key_of(message: dict[str, Any]) -> str | None:
    key = message.get("metadata", {}).get("event_payload", {}).get("key")
    return str(key) if key else None


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
            if sending.key:
                # Readable by every app in the workspace: a key, never a word of content.
                arguments["metadata"] = {"event_type": "intervisie", "event_payload": {"key": sending.key}}
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
