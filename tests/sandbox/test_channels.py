"""What happens to a channel: another name, private, shared, another id."""

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.people import Team
from sandbox.server import Config, Sandbox, running
from tests.sandbox.conftest import Heard, client_of

CHANNEL = "C0OOST"


async def test_another_name_is_told(sandbox: Sandbox, heard: Heard) -> None:
    async with Team(sandbox.url) as team:
        await team.post("channel", channel=CHANNEL, name="intervisie-noord")
    [told] = heard.of("channel_rename")
    assert told["channel"]["name"] == "intervisie-noord"
    assert (await client_of(sandbox).conversations_info(channel=CHANNEL))["channel"][
        "name"
    ] == "intervisie-noord"


def test_no_topic_says_what_is_over_once_the_bot_is_there(sandbox: Sandbox) -> None:
    assert not [one.name for one in sandbox.workspace.channels.values() if "bot" in one.topic]


async def test_a_private_channel_has_its_own_event_and_its_own_scope(heard: Heard, sandbox: Sandbox) -> None:
    await sandbox.doings.make_private(CHANNEL)
    assert heard.events == []
    await sandbox.doings.rename(CHANNEL, "besloten")
    assert [event["type"] for event in heard.events] == ["group_rename"]
    shown = (await client_of(sandbox).conversations_info(channel=CHANNEL))["channel"]
    assert shown["is_private"] is True
    sandbox.workspace.scopes.discard("groups:read")
    with pytest.raises(SlackApiError) as refused:
        await client_of(sandbox).conversations_info(channel=CHANNEL)
    assert refused.value.response["error"] == "missing_scope"


async def test_sharing_may_give_another_id_and_the_old_one_is_gone(sandbox: Sandbox, heard: Heard) -> None:
    client = client_of(sandbox)
    await client.chat_postMessage(channel=CHANNEL, text="Van vroeger")
    await sandbox.doings.share(CHANNEL, "C0GEDEELD")
    [told] = heard.of("channel_id_changed")
    assert (told["old_channel_id"], told["new_channel_id"]) == (CHANNEL, "C0GEDEELD")
    shown = (await client.conversations_info(channel="C0GEDEELD"))["channel"]
    assert shown["is_ext_shared"] is True
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=CHANNEL, text="Hoi")
    assert refused.value.response["error"] == "channel_not_found"
    async with Team(sandbox.url) as team:
        assert await team.person("U0ANNA").sees("Van vroeger", "C0GEDEELD")


async def test_without_the_scope_no_event() -> None:
    async with running(Config(scopes="chat:write")) as poor:
        poor.doings.transport = heard = Heard()
        await poor.doings.rename(CHANNEL, "x")
        await poor.doings.change_person("U0ANNA", zone="UTC")
        assert heard.events == []
