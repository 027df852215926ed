"""HTTP: Slack sends no events to a request URL that has not answered its challenge; everything else goes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.outgoing.transport import HttpTransport
from sandbox.people import Team
from sandbox.server import Config, Sandbox, guest, listening, running

ANNA, CHANNEL = "U0ANNA", "C0OOST"


@dataclass
class App:
    """An app's address, and what came in there."""

    answers: str = "json"
    heard: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        if not request.headers["content-type"].startswith("application/json"):
            self.heard.append("command")
            return Response()
        payload = await request.json()
        self.heard.append(payload["type"])
        if payload["type"] == "url_verification" and self.answers == "json":
            return JSONResponse({"challenge": payload["challenge"]})
        if payload["type"] == "url_verification" and self.answers == "text":
            return PlainTextResponse(payload["challenge"])
        return Response("not this")


@pytest.fixture
async def place() -> AsyncIterator[tuple[App, Sandbox]]:
    app, opened = App(), listening(0)
    url = f"http://127.0.0.1:{opened.getsockname()[1]}/slack/events"
    web = guest(Starlette(routes=[Route("/slack/events", app.answer, methods=["POST"])]))
    task = asyncio.create_task(web.serve(sockets=[opened]))
    while not web.started:  # noqa: ASYNC110  # uvicorn offers nothing to wait for
        await asyncio.sleep(0.005)
    async with running(Config(transport="http", bot_url=url)) as sandbox:
        yield app, sandbox
    web.stop()
    await task
    opened.close()


def events_in(sandbox: Sandbox) -> list[str]:
    """How each event ended."""
    return [entry["outcome"] for entry in sandbox.workspace.journal if entry["name"] == "app_home_opened"]


@pytest.mark.parametrize("answers", ["json", "text"])
async def test_events_come_once_the_address_answered_the_challenge(
    place: tuple[App, Sandbox], answers: str
) -> None:
    app, sandbox = place
    app.answers = answers
    await sandbox.doings.open_home(ANNA)
    assert app.heard == []
    async with Team(sandbox.url) as team:
        assert (await team.post("request-url"))["verified"] is True
    await sandbox.doings.open_home(ANNA)
    assert app.heard == ["url_verification", "event_callback"]
    assert events_in(sandbox) == ["request URL not verified", "ok"]


async def test_an_address_that_answers_anything_else_stays_unverified_until_the_retry(
    place: tuple[App, Sandbox],
) -> None:
    app, sandbox = place
    app.answers = "wrong"
    async with Team(sandbox.url) as team:
        assert (await team.post("request-url"))["verified"] is False
        await sandbox.doings.open_home(ANNA)
        app.answers = "json"
        assert (await team.post("request-url"))["verified"] is True
    await sandbox.doings.open_home(ANNA)
    assert app.heard == ["url_verification", "url_verification", "event_callback"]


async def test_commands_do_not_wait_for_the_challenge(place: tuple[App, Sandbox]) -> None:
    app, sandbox = place
    await sandbox.doings.command(ANNA, CHANNEL, "/intervisie", "help")
    assert app.heard == ["command"]


async def test_where_nobody_listens_nothing_is_verified() -> None:
    async with running(Config(transport="http", bot_url="http://127.0.0.1:1/slack/events")) as sandbox:
        assert isinstance(sandbox.transport, HttpTransport)
        assert await sandbox.transport.verify() is False
        await sandbox.doings.open_home(ANNA)
        assert events_in(sandbox) == ["request URL not verified"]
