"""A message that is deleted: by whom, what stays of it, what the bot hears, and what becomes of replies."""

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.people import Team
from sandbox.server import Sandbox
from tests.sandbox.conftest import Heard, client_of

CHANNEL = "C0OOST"


async def test_deleted_by_hand_it_is_gone_and_the_event_says_what_stood_there(
    sandbox: Sandbox, heard: Heard
) -> None:
    client = client_of(sandbox)
    posted = await client.chat_postMessage(channel=CHANNEL, text="Kaart")
    async with Team(sandbox.url) as team:
        await team.person("U0ANNA").delete(CHANNEL, posted["ts"])
    [told] = heard.of("message")
    assert (told["subtype"], told["deleted_ts"]) == ("message_deleted", posted["ts"])
    assert told["previous_message"]["text"] == "Kaart"
    assert "user" not in told
    with pytest.raises(SlackApiError) as refused:
        await client.chat_update(channel=CHANNEL, ts=posted["ts"], text="Nu")
    assert refused.value.response["error"] == "message_not_found"
    with pytest.raises(SlackApiError) as unknown:
        await client.chat_getPermalink(channel=CHANNEL, message_ts=posted["ts"])
    assert unknown.value.response["error"] == "message_not_found"


async def test_a_reply_to_what_is_gone_silently_stands_in_the_channel(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    posted = await client.chat_postMessage(channel=CHANNEL, text="Kaart")
    await sandbox.doings.delete_message("U0ANNA", CHANNEL, posted["ts"])
    reply = await client.chat_postMessage(channel=CHANNEL, text="Antwoord", thread_ts=posted["ts"])
    assert "thread_ts" not in reply["message"]


async def test_of_a_message_with_replies_something_is_left_and_a_change_is_told(
    sandbox: Sandbox, heard: Heard
) -> None:
    client = client_of(sandbox)
    posted = await client.chat_postMessage(channel=CHANNEL, text="Kaart")
    await client.chat_postMessage(channel=CHANNEL, text="Antwoord", thread_ts=posted["ts"])
    await sandbox.doings.delete_message("U0ANNA", CHANNEL, posted["ts"])
    [told] = heard.of("message")
    assert (told["subtype"], told["message"]["subtype"]) == ("message_changed", "tombstone")
    reply = await client.chat_postMessage(channel=CHANNEL, text="Nog een", thread_ts=posted["ts"])
    assert reply["message"]["thread_ts"] == posted["ts"]
    with pytest.raises(SlackApiError) as refused:
        await client.chat_update(channel=CHANNEL, ts=posted["ts"], text="Nu")
    assert refused.value.response["error"] == "message_not_found"
