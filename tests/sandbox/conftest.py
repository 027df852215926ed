"""The workspace without the bot: Slack's own SDK against the sandbox."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.outgoing.transport import Transport
from sandbox.server import Config, Sandbox, running


class Heard(Transport):
    """Keeps what a bot would get, and takes it all."""

    connected = True

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        # The same with all around them, and everything else with its kind.
        self.payloads: list[dict[str, Any]] = []
        self.interactions: list[tuple[str, dict[str, Any]]] = []

    async def send(self, kind: str, payload: dict[str, Any], retry: int = 0) -> dict[str, Any]:
        if kind == "events_api":
            self.events.append(payload["event"])
            self.payloads.append(payload)
        else:
            self.interactions.append((kind, payload))
        return {}

    async def close(self) -> None:
        return None

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running() as opened:
        opened.doings.transport = Heard()
        yield opened


@pytest.fixture
async def poor() -> AsyncIterator[Sandbox]:
    """A workspace whose app may post, and nothing more."""
    async with running(Config(scopes="commands,chat:write")) as opened:
        opened.doings.transport = Heard()
        yield opened


@pytest.fixture
def heard(sandbox: Sandbox) -> Heard:
    found = sandbox.doings.transport
    assert isinstance(found, Heard)
    return found


def client_of(sandbox: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(sandbox.config.bot_token, base_url=sandbox.api_url, retry_handlers=[])
