"""Connecting in Socket Mode: an address works once, so every attempt needs a new one."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import app as root
from bot.settings import load_settings
from bot.slack.sockets import Times


async def test_an_address_that_failed_is_not_tried_for_ever(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(root, "SOCKET_TIMES", Times(first_pause=0.1))
    given: list[int] = []
    connected: list[str] = []

    async def give(request: web.Request) -> web.StreamResponse:
        given.append(len(given) + 1)
        url = f"ws://{request.host}/socket/{given[-1]}"
        return web.json_response({"ok": True, "url": url})

    async def connect(request: web.Request) -> web.StreamResponse:
        if request.match_info["number"] == "1":
            raise web.HTTPNotFound
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        connected.append(request.match_info["number"])
        async for _ in socket:
            pass
        return socket

    slack = web.Application()
    slack.router.add_post("/api/apps.connections.open", give)
    slack.router.add_get("/socket/{number}", connect)
    async with TestServer(slack) as server:
        app = root.build(replace(load_settings(), slack_api_url=str(server.make_url("/api/"))))
        try:
            async with asyncio.timeout(20):
                await app.start()
            while len(connected) < 2:  # noqa: ASYNC110  # the bot holds two, and the second comes by itself
                await asyncio.sleep(0.01)
        finally:
            await app.stop()
    assert given == [1, 2, 3]
    assert connected == ["2", "3"]
