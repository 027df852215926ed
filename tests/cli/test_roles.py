"""Several processes on one database: what each may do, how one goes, and how all are replaced without anybody noticing."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from aiohttp.test_utils import unused_port
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from bot.jobs import queue
from bot.jobs.records import JobRow
from bot.storage import Tx, in_workspace, open_store
from sandbox.outgoing.transport import HttpTransport, NotAcknowledged
from sandbox.server import Config, Sandbox, running
from sandbox.workspace.model import GROUP_CHANNEL
from tests import empty
from tests.cli.test_run import bot, last_words, status, until
from tests.conftest import OURS

SECRET = "sandbox-signing-secret"
# What happens is waited for, however busy the machine is; how fast it is stands in benchmarks/.
PATIENCE = 120


@pytest.fixture
def shared(environment: dict[str, str], postgresql_url: str) -> dict[str, str]:
    """Settings for HTTP on a migrated PostgreSQL."""
    engine = create_engine(empty.postgresql(postgresql_url))
    with Session(engine) as sql, sql.begin():
        sql.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        sql.execute(text("DELETE FROM alembic_version"))
        sql.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head(environment)})
    engine.dispose()
    return {
        **environment,
        "DATABASE_URL": postgresql_url,
        "SLACK_APP_TOKEN": "",
        "SLACK_SIGNING_SECRET": SECRET,
    }


async def eventually(held: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not held():  # noqa: ASYNC110  # what happens in another process sets no event here
            await asyncio.sleep(0.02)


def head(environment: dict[str, str]) -> str:
    """The newest migration: what the fixture's own database is at."""
    engine = create_engine(environment["DATABASE_URL"])
    with engine.connect() as connection:
        found = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
    engine.dispose()
    return found


@contextlib.asynccontextmanager
async def workspace(ports: list[int]) -> AsyncIterator[Sandbox]:
    urls = [f"http://127.0.0.1:{port}/slack/events" for port in ports]
    config = Config(transport="http", bot_url=urls[0], more_bot_urls=tuple(urls[1:]), signing_secret=SECRET)
    async with running(config) as sandbox:
        yield sandbox


async def verify(sandbox: Sandbox) -> None:
    """As whoever installs the app does once the bot runs: only then are events sent."""
    assert isinstance(sandbox.transport, HttpTransport)
    assert await sandbox.transport.verify()


@pytest.mark.parametrize("role", ["web", "worker"])
async def test_on_sqlite_one_process_does_everything(environment: dict[str, str], role: str) -> None:
    async with bot(environment, "--role", role) as process:
        assert "SQLite is for one process that does everything" in await last_words(process)
        assert process.returncode == 1


async def test_on_sqlite_a_second_process_is_refused_with_what_to_do(environment: dict[str, str]) -> None:
    async with running() as sandbox, bot(environment, SLACK_API_URL=sandbox.api_url) as first:
        await until(first, "started")
        async with bot(environment, SLACK_API_URL=sandbox.api_url) as second:
            words = await last_words(second)
            assert "Another process of the bot already works on this SQLite file" in words
            assert "PostgreSQL" in words
            assert second.returncode == 1


async def test_a_worker_answers_nobody_and_a_web_process_does_not_work(shared: dict[str, str]) -> None:
    web, worker = unused_port(), unused_port()
    async with workspace([web]) as sandbox:
        api = {"SLACK_API_URL": sandbox.api_url}
        async with bot(shared, "--role", "web", PORT=str(web), **api) as answers:
            await until(answers, "started")
            await verify(sandbox)
            await sandbox.doings.command("U0ANNA", GROUP_CHANNEL, "/intervisie", "")
            await sandbox.doings.open_home("U0ANNA")
            # What follows from it waits for a worker.
            assert sandbox.workspace.homes == {}
            async with bot(shared, "--role", "worker", PORT=str(worker), **api) as works:
                assert (await until(works, "started"))["mode"] == "worker"
                assert await status(worker, "/slack/events", json={}) == 404
                assert await status(worker, "/readyz") == 200
                await eventually(lambda: "U0ANNA" in sandbox.workspace.homes)
                # And what another process writes from now on, it hears of too.
                await sandbox.doings.open_home("U0BRAM")
                await eventually(lambda: "U0BRAM" in sandbox.workspace.homes)


async def test_asked_to_stop_it_finishes_what_is_being_sent_and_ends(shared: dict[str, str]) -> None:
    port = unused_port()
    async with workspace([port]) as sandbox:
        async with bot(shared, PORT=str(port), SLACK_API_URL=sandbox.api_url) as process:
            await until(process, "started")
            await verify(sandbox)
            sandbox.workspace.faults.add(method="views.publish", kind="slow", seconds=2)
            await sandbox.doings.open_home("U0ANNA")
            await eventually(lambda: not sandbox.workspace.faults.waiting)
            process.send_signal(signal.SIGTERM)
            assert await status(port, "/readyz") == 503
            # Whoever still asks something while the load balancer has not noticed yet is answered.
            await sandbox.doings.command("U0ANNA", GROUP_CHANNEL, "/intervisie", "help")
            await last_words(process)
            assert process.returncode == 0
        assert "U0ANNA" in sandbox.workspace.homes
    store = open_store(shared["DATABASE_URL"])
    assert await store.read(lambda tx: tx.sql.execute(text("SELECT count(*) FROM outbox")).scalar()) == 0
    store.close()


@pytest.mark.long
async def test_processes_are_replaced_one_by_one_and_nobody_notices(shared: dict[str, str]) -> None:
    ports = [unused_port(), unused_port()]
    store = open_store(shared["DATABASE_URL"])
    assert store.notifier
    store.notifier.open()
    async with workspace(ports) as sandbox, contextlib.AsyncExitStack() as stack:
        processes = []
        for port in ports:
            made = bot(shared, PORT=str(port), SLACK_API_URL=sandbox.api_url)
            processes.append(await stack.enter_async_context(made))
        for process in processes:
            await until(process, "started")
        await store.transact(in_workspace(OURS, _plan_moments), 20)
        going = asyncio.Event()
        asking = asyncio.create_task(_ask_all_the_time(sandbox, going))
        for n, port in enumerate(ports):
            processes[n].send_signal(signal.SIGTERM)
            await last_words(processes[n])
            made = bot(shared, PORT=str(port), SLACK_API_URL=sandbox.api_url)
            await until(await stack.enter_async_context(made), "started")
        going.set()
        answered, failed = await asking
        # Both that are there now have replaced another one: what was planned before is done by them.
        async with asyncio.timeout(PATIENCE):
            while await store.read(_waiting):  # noqa: ASYNC110  # another process does it
                await asyncio.sleep(0.05)
    await store.notifier.close()
    store.close()
    assert answered > 0
    assert failed == 0


def _plan_moments(tx: Tx, seconds: int) -> None:
    for n in range(seconds * 2):
        queue.schedule(tx, "home.refresh", f"U{n}", tx.now + timedelta(seconds=n / 2))


async def _ask_all_the_time(sandbox: Sandbox, ended: asyncio.Event) -> tuple[int, int]:
    answered = failed = 0
    while not ended.is_set():
        try:
            await sandbox.doings.command("U0ANNA", GROUP_CHANNEL, "/intervisie", "help")
            answered += 1
        except NotAcknowledged:
            failed += 1
        await asyncio.sleep(0.02)
    return answered, failed


def _waiting(tx: Tx) -> int:
    """How many of the planned moments nobody has dealt with yet."""
    return tx.sql.query(JobRow.id).filter(JobRow.kind == "home.refresh").count()
