"""Connections that broke without a closing handshake: Slack goes on counting and using them until a while later.

https://github.com/slackapi/python-slack-sdk/issues/1940 https://github.com/slackapi/bolt-js/issues/2225
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.outgoing.sockets import GHOST_SECONDS, MOST_CONNECTIONS, SocketTransport
from sandbox.outgoing.transport import NotAcknowledged
from sandbox.server import Sandbox, running

ANNA, CHANNEL = "U0ANNA", "C0OOST"
PATIENCE = 60


class Socket(aiohttp.ClientWebSocketResponse):
    """A web socket that can be let go of; aiohttp leaves a broken one to the garbage collector."""

    def let_go(self) -> None:
        self._response.close()


class Wires:
    """An app's connections, each of which takes what comes and says what it was."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.http = http
        self.came: list[str] = []
        self.reading: dict[asyncio.Task[None], Socket] = {}

    @property
    def slack(self) -> SocketTransport:
        assert isinstance(self.sandbox.transport, SocketTransport)
        return self.sandbox.transport

    async def open(self) -> tuple[aiohttp.ClientWebSocketResponse, dict[str, Any]]:
        """One more connection, and the first that Slack says on it."""
        client = AsyncWebClient(base_url=self.sandbox.api_url)
        answer = await client.apps_connections_open(app_token=self.sandbox.config.app_token)
        socket = await self.http.ws_connect(str(answer["url"]))
        first: dict[str, Any] = await socket.receive_json()
        assert isinstance(socket, Socket)
        self.reading[asyncio.create_task(self._read(socket))] = socket
        return socket, first

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            envelope = json.loads(frame.data)
            if "envelope_id" in envelope:
                self.came.append(envelope["type"])
                await socket.send_json({"envelope_id": envelope["envelope_id"]})

    async def until(self, lines: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.slack.lines) != lines:  # noqa: ASYNC110  # what is waited for is at the other end of a socket
                await asyncio.sleep(0.01)


@pytest.fixture
async def wires() -> AsyncIterator[Wires]:
    async with running() as sandbox, aiohttp.ClientSession(ws_response_class=Socket) as http:
        opened = Wires(sandbox, http)
        yield opened
        for task, socket in opened.reading.items():
            task.cancel()
            socket.let_go()


async def break_one(wires: Wires) -> None:
    """Breaks the first of two connections without a word."""
    await wires.open()
    await wires.open()
    await wires.slack.drop(wires.slack.lines[0])
    await wires.until(1)


async def test_a_connection_that_is_closed_as_it_should_be_is_not_counted_any_more(wires: Wires) -> None:
    socket, hello = await wires.open()
    assert hello["num_connections"] == 1
    await socket.close()
    await wires.until(0)
    _, hello = await wires.open()
    assert hello["num_connections"] == 1


async def test_a_broken_one_is_counted_until_a_while_later(wires: Wires) -> None:
    await break_one(wires)
    socket, hello = await wires.open()
    assert hello["num_connections"] == 3
    await socket.close()
    await wires.until(1)
    wires.sandbox.workspace.clock.advance(GHOST_SECONDS)
    _, hello = await wires.open()
    assert hello["num_connections"] == 2


async def test_what_goes_to_a_ghost_is_lost_but_for_events(wires: Wires) -> None:
    await break_one(wires)
    outcomes = []
    for _ in range(4):
        try:
            await wires.sandbox.doings.command(ANNA, CHANNEL, "/intervisie", "help")
            outcomes.append("came")
        except NotAcknowledged:
            outcomes.append("lost")
    assert sorted(outcomes) == ["came", "came", "lost", "lost"]
    assert (wires.came, wires.slack.resent) == (["slash_commands"] * 2, 0)
    for _ in range(2):
        await wires.sandbox.doings.open_home(ANNA)
    assert wires.came == ["slash_commands"] * 2 + ["events_api"] * 2
    wires.sandbox.workspace.clock.advance(GHOST_SECONDS)
    for _ in range(4):
        await wires.sandbox.doings.command(ANNA, CHANNEL, "/intervisie", "help")
    assert wires.came.count("slash_commands") == 6


async def test_ghosts_count_for_the_cap_of_ten(wires: Wires) -> None:
    for _ in range(MOST_CONNECTIONS):
        _, first = await wires.open()
        assert first["type"] == "hello"
    await wires.slack.drop()
    await wires.until(0)
    _, first = await wires.open()
    assert (first["type"], first["reason"]) == ("disconnect", "too_many_websockets")
    wires.sandbox.workspace.clock.advance(GHOST_SECONDS)
    _, first = await wires.open()
    assert (first["type"], first["num_connections"]) == ("hello", 1)


async def test_a_slack_that_notices_at_once_has_no_ghosts(wires: Wires) -> None:
    wires.slack.ghost_seconds = 0
    await break_one(wires)
    assert (wires.slack.counted, wires.slack.ghosts) == (1, [])
