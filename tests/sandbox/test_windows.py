"""Windows as Slack stacks them, through its own SDK."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.sandbox.conftest import client_of

ANNA = "U0ANNA"
VIEW: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Venster"},
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Niets"}}],
}


async def push(client: AsyncWebClient, sandbox: Sandbox) -> dict[str, Any]:
    pushed: Any = await client.views_push(trigger_id=sandbox.workspace.new_trigger(ANNA), view=VIEW)
    return dict(pushed["view"])


async def test_three_windows_are_the_most(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    first: Any = await client.views_open(trigger_id=sandbox.workspace.new_trigger(ANNA), view=VIEW)
    second, third = await push(client, sandbox), await push(client, sandbox)
    root = first["view"]["id"]
    assert [second["previous_view_id"], second["root_view_id"]] == [root, root]
    assert [third["previous_view_id"], third["root_view_id"]] == [second["id"], root]
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await push(client, sandbox)


async def test_there_must_be_a_window_to_push_on(sandbox: Sandbox) -> None:
    with pytest.raises(SlackApiError, match="not_found"):
        await push(client_of(sandbox), sandbox)
