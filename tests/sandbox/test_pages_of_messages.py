"""Pages of messages as Slack gives and refuses them: a channel the newest first, a thread the oldest first."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.server import Sandbox
from sandbox.workspace.model import BOT_USER
from tests.sandbox.conftest import client_of

CHANNEL = "C0OOST"
HISTORY, REPLIES = "conversations.history", "conversations.replies"


async def posted(sandbox: Sandbox, *texts: str, thread: str | None = None) -> list[str]:
    client = client_of(sandbox)
    found = []
    for text in texts:
        sandbox.workspace.clock.advance(5)
        answer = await client.chat_postMessage(channel=CHANNEL, text=text, thread_ts=thread)
        found.append(str(answer["ts"]))
    return found


async def pages(sandbox: Sandbox, method: str, **arguments: Any) -> list[list[str]]:
    """The texts of all pages, by way of their cursors."""
    client, found = client_of(sandbox), []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.api_call(method, params={"channel": CHANNEL, **arguments, **cursor})).data
        assert isinstance(page, dict)
        found.append([message["text"] for message in page["messages"]])
        if not page["has_more"]:
            return found
        cursor = {"cursor": page["response_metadata"]["next_cursor"]}


async def code_of(sandbox: Sandbox, method: str, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await client_of(sandbox).api_call(method, params={"channel": CHANNEL, **arguments})
    return str(refused.value.response["error"])


async def test_a_channel_comes_newest_first_in_pages(sandbox: Sandbox) -> None:
    first = (await posted(sandbox, "a", "b", "c"))[0]
    await posted(sandbox, "antwoord", thread=first)
    assert (await pages(sandbox, HISTORY, limit=2))[0] == ["c", "b"]
    found = await pages(sandbox, HISTORY, limit=2, oldest=str(float(first) - 1))
    assert found == [["c", "b"], ["a"]], "replies are in the thread alone"


async def test_a_thread_comes_oldest_first_with_what_it_hangs_under(sandbox: Sandbox) -> None:
    [first] = await posted(sandbox, "kaart")
    await posted(sandbox, "een", "twee", thread=first)
    assert await pages(sandbox, REPLIES, ts=first, limit=2) == [["kaart", "een"], ["twee"]]


async def test_a_window_leaves_out_what_is_older_and_newer(sandbox: Sandbox) -> None:
    times = await posted(sandbox, "a", "b", "c")
    assert await pages(sandbox, HISTORY, oldest=times[0], latest=times[2]) == [["b"]]


@pytest.mark.parametrize("method", [HISTORY, REPLIES])
async def test_each_kind_of_channel_has_a_scope_of_its_own(sandbox: Sandbox, method: str) -> None:
    [first] = await posted(sandbox, "a")
    channel = sandbox.workspace.channels[CHANNEL]
    scope = "groups:history" if channel.is_private else "channels:history"
    sandbox.workspace.scopes.discard(scope)
    assert await code_of(sandbox, method, ts=first) == "missing_scope"


@pytest.mark.parametrize(("private", "code"), [(True, "channel_not_found"), (False, "not_in_channel")])
@pytest.mark.parametrize("method", [HISTORY, REPLIES])
async def test_a_channel_without_the_bot_is_refused(
    sandbox: Sandbox, method: str, private: bool, code: str
) -> None:
    [first] = await posted(sandbox, "a")
    channel = sandbox.workspace.channels[CHANNEL]
    channel.is_private = private
    channel.members.discard(BOT_USER)
    assert await code_of(sandbox, method, ts=first) == code


async def test_what_is_no_cursor_no_time_and_no_thread_is_refused(sandbox: Sandbox) -> None:
    assert await code_of(sandbox, HISTORY, cursor="onzin") == "invalid_cursor"
    assert await code_of(sandbox, HISTORY, oldest="gisteren") == "invalid_ts_oldest"
    assert await code_of(sandbox, HISTORY, latest="morgen") == "invalid_ts_latest"
    assert await code_of(sandbox, REPLIES, ts="1.1") == "thread_not_found"
