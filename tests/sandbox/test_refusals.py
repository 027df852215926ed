"""What Slack refuses for reasons of its own, on demand: an administrator's rules, limits of a plan, a token that is gone."""

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.people import Team
from sandbox.server import Sandbox
from tests.sandbox.conftest import client_of

CHANNEL, OTHER = "C0OOST", "C0ALGEMEEN"
# https://docs.slack.dev/reference/methods/chat.postMessage https://docs.slack.dev/reference/methods/chat.update
POSTING = (
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "message_limit_exceeded",
    "team_access_not_granted",
)
TOKEN = ("token_revoked", "account_inactive", "invalid_auth", "token_expired", "not_authed")


async def error_of(sandbox: Sandbox, channel: str = CHANNEL) -> str:
    """What a post is refused with; empty for a post that is taken."""
    try:
        await client_of(sandbox).chat_postMessage(channel=channel, text="Hoi")
    except SlackApiError as refused:
        return str(refused.response["error"])
    return ""


@pytest.mark.parametrize("code", POSTING)
async def test_a_post_is_refused_once_and_then_taken(sandbox: Sandbox, code: str) -> None:
    async with Team(sandbox.url) as team:
        await team.post("faults", method="chat.postMessage", kind="error", code=code)
    assert [await error_of(sandbox), await error_of(sandbox)] == [code, ""]


async def test_an_edit_comes_too_late(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    posted = await client.chat_postMessage(channel=CHANNEL, text="Hoi")
    sandbox.workspace.faults.add(method="chat.update", kind="error", code="edit_window_closed")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_update(channel=CHANNEL, ts=posted["ts"], text="Ha")
    assert refused.value.response["error"] == "edit_window_closed"
    assert sandbox.workspace.message(CHANNEL, posted["ts"]).text == "Hoi"


@pytest.mark.parametrize("code", TOKEN)
async def test_a_token_that_is_gone_is_refused_everywhere_until_it_is_given_again(
    sandbox: Sandbox, code: str
) -> None:
    client = client_of(sandbox)
    sandbox.workspace.faults.add(method="*", kind="error", code=code, times=0)
    for call in (
        client.auth_test(),
        client.users_info(user="U0ANNA"),
        client.chat_postMessage(channel=CHANNEL, text="Hoi"),
    ):
        with pytest.raises(SlackApiError) as refused:
            await call
        assert refused.value.response["error"] == code
    sandbox.workspace.faults.clear()
    assert await error_of(sandbox) == ""


async def test_a_rule_of_one_channel_leaves_the_others_alone(sandbox: Sandbox) -> None:
    await sandbox.doings.join("U0BOT", OTHER)
    sandbox.workspace.faults.add(
        method="chat.postMessage", kind="error", code="restricted_action", channel=CHANNEL, times=0
    )
    assert [await error_of(sandbox), await error_of(sandbox, OTHER)] == ["restricted_action", ""]
    assert await error_of(sandbox) == "restricted_action"
