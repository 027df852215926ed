"""`intervisie run` as a process of its own: how it starts, how it ends, and what it says when it can't."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from sqlalchemy import create_engine

from bot.storage import Keyring, Tx, use_keyring
from bot.storage.encryption import keyring
from bot.table_page import service as table_page
from sandbox.outgoing.transport import signature
from sandbox.server import Config, running
from tests import stored
from tests.conftest import open_for_us
from tests.factories import load, running_session
from tests.processes import hear_signals

PATIENCE = 120


@contextlib.asynccontextmanager
async def bot(
    environment: dict[str, str],
    *options: str,
    program: str = "",
    **more: str,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`intervisie run` with these options and settings; ended with the block if it has not ended by itself."""
    settings = {name: value for name, value in {**os.environ, **environment, **more}.items() if value}
    command = ("-c", program) if program else ("-m", "bot", "run")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *command, *options),
        env=settings,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=hear_signals,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _next_line(stream: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(PATIENCE):
        return await stream.readline()


async def until(process: asyncio.subprocess.Process, event: str) -> dict[str, Any]:
    """The first log line with this event."""
    assert process.stderr
    seen = []
    while line := await _next_line(process.stderr):
        seen.append(line.decode())
        with contextlib.suppress(json.JSONDecodeError):
            found: dict[str, Any] = json.loads(line)
            if found["event"] == event:
                return found
    pytest.fail(f"{event} was never logged, but: {''.join(seen)}")


async def last_words(process: asyncio.subprocess.Process) -> str:
    async with asyncio.timeout(PATIENCE):
        _, words = await process.communicate()
    return words.decode()


async def status(port: int, path: str, **post: Any) -> int:
    async with aiohttp.ClientSession() as session:
        method = "POST" if post else "GET"
        async with session.request(method, f"http://127.0.0.1:{port}{path}", **post) as response:
            return response.status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_in_socket_mode_it_starts_is_ready_and_ends_when_asked(
    environment: dict[str, str], number: signal.Signals
) -> None:
    port = unused_port()
    async with (
        running() as sandbox,
        bot(environment, SLACK_API_URL=sandbox.api_url, PORT=str(port)) as process,
    ):
        started = await until(process, "started")
        assert (started["mode"], started["port"]) == ("socket", port)
        assert await status(port, "/readyz") == 200
        # Only Slack's socket is believed: there is no address at which to pose as Slack.
        assert await status(port, "/slack/events", json={}) == 404
        process.send_signal(number)
        assert '"stopped"' in await last_words(process)
        assert process.returncode == 0


@contextlib.contextmanager
def keys_of(environment: dict[str, str]) -> Iterator[None]:
    """This process encrypts as the one with these settings does."""
    before = keyring()
    use_keyring(Keyring([environment["INTERVISIE_SECRET_KEYS"]]))
    yield
    use_keyring(before)


def session_with_a_page(tx: Tx) -> str:
    """Where the clock of a running session is."""
    table_page.use_address("http://here")
    found = table_page.make_address(tx, load(tx, running_session(tx)))
    table_page.use_address(None)
    assert found is not None
    return found.removeprefix("http://here")


async def test_a_process_that_ends_lets_its_open_pages_go_in_their_own_way(
    environment: dict[str, str],
) -> None:
    """A stream that is broken off would have held the process up until its time limit."""
    port = unused_port()
    with keys_of(environment):
        store = open_for_us(environment["DATABASE_URL"])
        path = await store.transact(session_with_a_page)
        store.close()
    async with (
        running() as sandbox,
        bot(environment, SLACK_API_URL=sandbox.api_url, PORT=str(port)) as process,
        aiohttp.ClientSession() as screen,
    ):
        await until(process, "started")
        async with screen.get(f"http://127.0.0.1:{port}{path}/stream") as stream:
            assert await stream.content.readline() == b"event: face\n"
            process.terminate()
            async with asyncio.timeout(PATIENCE):
                await stream.read()
        assert '"stopped"' in await last_words(process)
        assert process.returncode == 0


async def test_over_http_it_answers_signed_requests_only(environment: dict[str, str]) -> None:
    port = unused_port()
    http = {
        "SLACK_APP_TOKEN": "",
        "SLACK_SIGNING_SECRET": "abc",
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "PORT": str(port),
    }
    async with bot(environment, **http) as process:
        assert (await until(process, "started"))["mode"] == "http"
        assert await status(port, "/healthz") == 200
        assert await status(port, "/readyz") == 200
        assert await status(port, "/slack/events", json={"type": "url_verification"}) == 401


async def test_what_is_set_for_an_installation_over_oauth_does_not_get_in_the_way(
    environment: dict[str, str],
) -> None:
    port = unused_port()
    body = "command=%2Fintervisie&text=help&user_id=U0ANNA&channel_id=C0OOST&team_id=T0OURS&trigger_id=1"
    async with running() as sandbox:
        http = {
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": "abc",
            "SLACK_API_URL": sandbox.api_url,
            "PORT": str(port),
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "x",
        }
        async with bot(environment, **http) as process:
            await until(process, "started")
            headers = {
                "content-type": "application/x-www-form-urlencoded",
                **signature("abc", body, int(time.time())),
            }
            assert await status(port, "/slack/events", data=body, headers=headers) == 200


async def test_a_token_that_slack_refuses_ends_it_with_a_sentence(environment: dict[str, str]) -> None:
    async with (
        running(Config(app_token="xapp-other")) as sandbox,
        bot(environment, SLACK_API_URL=sandbox.api_url) as process,
    ):
        words = await last_words(process)
        assert process.returncode == 1
        assert "Slack refuses to connect: invalid_auth." in words
        assert "intervisie doctor" in words
        assert "Traceback" not in words


async def test_while_slack_is_away_it_is_alive_but_not_ready_and_can_be_ended(
    environment: dict[str, str],
) -> None:
    port = unused_port()
    async with bot(environment, SLACK_API_URL="http://127.0.0.1:1/api/", PORT=str(port)) as process:
        await until(process, "slack_unreachable")
        assert await status(port, "/healthz") == 200
        assert await status(port, "/readyz") == 503
        process.terminate()
        assert "Traceback" not in await last_words(process)
        assert process.returncode == 0


async def test_it_can_be_ended_while_slack_keeps_it_waiting(environment: dict[str, str]) -> None:
    asked, ended = asyncio.Event(), asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        asked.set()
        await ended.wait()
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/api/{method}", silent)
    async with TestServer(app) as server:
        async with bot(environment, SLACK_API_URL=str(server.make_url("/api/"))) as process:
            async with asyncio.timeout(PATIENCE):
                await asked.wait()
            process.terminate()
            await last_words(process)
            assert process.returncode == 0
        ended.set()


async def test_a_port_that_is_taken_is_told(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        async with bot(environment, SLACK_API_URL="http://127.0.0.1:1/api/", PORT=port) as process:
            words = await last_words(process)
            assert process.returncode == 1
            assert f"Port {port} can't be used here" in words


async def test_settings_that_are_missing_are_all_told(environment: dict[str, str]) -> None:
    async with bot(environment, SLACK_BOT_TOKEN="", INTERVISIE_SECRET_KEYS="") as process:
        words = await last_words(process)
        assert process.returncode == 2
        assert "SLACK_BOT_TOKEN" in words
        assert "INTERVISIE_SECRET_KEYS" in words


async def test_a_database_that_was_not_migrated_is_not_used(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    new = f"sqlite:///{tmp_path_factory.mktemp('new') / 'new.db'}"
    async with bot(environment, DATABASE_URL=new) as process:
        assert "intervisie migrate" in await last_words(process)
        assert process.returncode == 1


async def test_a_key_that_opens_nothing_of_what_is_stored_is_refused_with_a_sentence(
    environment: dict[str, str],
) -> None:
    away = {"SLACK_API_URL": "http://127.0.0.1:1/api/"}
    engine = create_engine(environment["DATABASE_URL"])
    stored.as_before(engine)
    async with bot(environment, **away) as process:
        await until(process, "slack_unreachable")
        process.terminate()
        await last_words(process)
    stored.put(engine, stored.words(environment["INTERVISIE_SECRET_KEYS"]))
    engine.dispose()
    async with bot(environment, INTERVISIE_SECRET_KEYS=stored.new_key(), **away) as process:
        told = await last_words(process)
        assert process.returncode == 1
        assert "Put the key that was used before behind the new one" in told
        assert "Traceback" not in told


async def test_the_page_for_prometheus_has_a_port_of_its_own(environment: dict[str, str]) -> None:
    port, own = unused_port(), unused_port()
    async with (
        running() as sandbox,
        bot(environment, SLACK_API_URL=sandbox.api_url, PORT=str(port), METRICS_PORT=str(own)) as process,
    ):
        await until(process, "started")
        assert await status(own, "/metrics") == 200
        assert await status(own, "/healthz") == 404
        assert await status(port, "/metrics") == 404
        process.terminate()
        await last_words(process)
        assert process.returncode == 0


async def test_a_port_for_prometheus_that_is_taken_is_told(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        settings = {"SLACK_API_URL": "http://127.0.0.1:1/api/", "METRICS_PORT": port}
        async with bot(environment, **settings) as process:
            words = await last_words(process)
            assert process.returncode == 1
            assert f"Port {port} can't be used here" in words
            assert "METRICS_PORT" in words
            assert "Traceback" not in words


# `intervisie run`, but what is done once it has started does this instead.
CATCHING_UP = """
import asyncio
from bot.app import App
async def catch_up(app):
    {instead}
App.catch_up = catch_up
from bot.cli import main
main(["run"])
"""


@pytest.mark.parametrize(
    ("instead", "logged"),
    [("await asyncio.Event().wait()", "started"), ("raise ValueError", "worker_failed")],
)
async def test_nobody_waits_for_what_older_versions_left_and_its_failure_ends_no_bot(
    environment: dict[str, str], instead: str, logged: str
) -> None:
    port = unused_port()
    async with (
        running() as sandbox,
        bot(
            environment,
            program=CATCHING_UP.format(instead=instead),
            SLACK_API_URL=sandbox.api_url,
            PORT=str(port),
        ) as process,
    ):
        await until(process, logged)
        assert await status(port, "/readyz") == 200
        process.send_signal(signal.SIGTERM)
        assert '"stopped"' in await last_words(process)
        assert process.returncode == 0


async def test_a_start_loads_nothing_that_only_other_moments_need(environment: dict[str, str]) -> None:
    """Each of these was once a part of every start; all together they took a sixth of it."""
    port = unused_port()
    async with (
        running() as sandbox,
        bot(
            environment, SLACK_API_URL=sandbox.api_url, PORT=str(port), PYTHONPROFILEIMPORTTIME="1"
        ) as process,
    ):
        assert process.stderr
        loaded: set[str] = set()
        while (line := await _next_line(process.stderr)) and b'"started"' not in line:
            if line.startswith(b"import time:"):
                loaded.add(line.decode().rsplit("|", 1)[1].strip())
        assert await status(port, "/readyz") == 200
    assert "sqlalchemy" in loaded
    assert not loaded & {"alembic", "holidays", "icalendar", "mako", "pydantic"}
