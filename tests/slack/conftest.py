"""The bot's address over HTTP, reached as Slack reaches it: with a signature."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.fernet import Fernet

from bot.app import App, build
from bot.settings import Settings
from sandbox.client import Response
from sandbox.here import Here
from sandbox.outgoing.transport import signature
from sandbox.server import Sandbox, running
from tests import empty

SECRET = "sandbox-signing-secret"
ANNA, CHANNEL = "U0ANNA", "C0OOST"
FORM = "application/x-www-form-urlencoded"


class Address:
    """Sends what Slack sends, and returns what Slack gets."""

    def __init__(self, app: App, sandbox: Sandbox, http: Here) -> None:
        self.app = app
        self.sandbox = sandbox
        self.http = http

    async def send(self, body: str | bytes, kind: str = FORM, **headers: str) -> Response:
        raw = body if isinstance(body, str) else body.decode("latin-1")
        signed = {"content-type": kind, **signature(SECRET, raw, int(time.time())), **headers}
        return await self.http.post("/slack/events", content=body, headers=signed)

    async def command(self, text: str, **more: str) -> Response:
        return await self.send(urlencode(self.command_fields(text) | more))

    def command_fields(self, text: str) -> dict[str, str]:
        return {
            "command": "/intervisie",
            "text": text,
            "user_id": ANNA,
            "channel_id": CHANNEL,
            "team_id": "T0OURS",
            "trigger_id": self.sandbox.workspace.new_trigger(ANNA),
            "response_url": "http://127.0.0.1:1/",
        }

    async def interact(self, payload: dict[str, Any]) -> Response:
        whole = {
            "team": {"id": "T0OURS"},
            "user": {"id": ANNA, "team_id": "T0OURS"},
            "trigger_id": self.sandbox.workspace.new_trigger(ANNA),
            **payload,
        }
        return await self.send(urlencode({"payload": json.dumps(whole)}))

    async def click(self, action_id: str, value: str) -> Response:
        """A click on a button in the Home tab, with no window open and slow enough for Slack."""
        self.sandbox.workspace.stacks.pop(ANNA, None)
        self.sandbox.workspace.clock.advance(1)
        return await self.interact(
            {
                "type": "block_actions",
                "view": {"id": "V0HOME", "type": "home", "blocks": []},
                "container": {"type": "view", "view_id": "V0HOME"},
                "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value}],
            }
        )

    def window(self) -> dict[str, Any] | None:
        """The window that Anna sees on top."""
        stack = self.sandbox.workspace.stacks.get(ANNA, [])
        return self.sandbox.workspace.views[stack[-1]].content if stack else None


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[Address]:
    url = empty.sqlite_file(tmp_path / "bot.db")
    async with running() as sandbox:
        settings = Settings(
            bot_token=sandbox.config.bot_token,
            app_token=None,
            signing_secret=SECRET,
            secret_keys=(Fernet.generate_key().decode(),),
            database_url=url,
            slack_api_url=sandbox.api_url,
        )
        app = build(settings)
        await app.start()
        async with Here(app.asgi, "http://bot") as http:
            yield Address(app, sandbox, http)
        await app.stop()
