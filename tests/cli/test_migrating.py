"""Trouble while a database is migrated: killed half-way, two at once, a full disk; and a bot that migrates by itself."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import Engine, create_engine, event, inspect

from bot.cli import main
from bot.cli.migrate import pending
from sandbox.server import running
from tests.cli.test_run import bot, until

ROOT = Path(__file__).resolve().parents[2]
# Migrates, and is killed by this machine behind a number of statements.
KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
seen = 0
@event.listens_for(Engine, "after_cursor_execute")
def count(*_):
    global seen
    seen += 1
    if seen == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
from bot.cli import main
main(["migrate"])
"""


def environment(url: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize("statements", [8, 90])
def test_killed_half_way_it_leaves_the_database_of_before_and_the_next_one_ends(
    empty: str, statements: int
) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(statements)], env=environment(empty))
    assert killed.returncode == -signal.SIGKILL
    engine = create_engine(empty)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    again = subprocess.run([sys.executable, "-m", "bot", "migrate"], env=environment(empty))
    assert again.returncode == 0
    assert pending(empty) == []


async def test_two_at_once_wait_for_each_other(empty: str) -> None:
    both = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "migrate"), env=environment(empty), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    await asyncio.gather(*(process.communicate() for process in both))
    assert [process.returncode for process in both] == [0, 0]
    assert pending(empty) == []


@pytest.fixture
def small_disk() -> Iterator[None]:
    """SQLite says the same of a database that may not grow as of a disk that is full."""

    def limit(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count=30")

    event.listen(Engine, "connect", limit)
    yield
    event.remove(Engine, "connect", limit)


@pytest.mark.usefixtures("small_disk")
def test_a_data_folder_that_is_full_is_told_and_nothing_is_half_done(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    before = pending(url)
    result = CliRunner().invoke(main, ["migrate"])
    assert result.exit_code == 1
    assert "The disk is full. Make room" in result.output
    assert pending(url) == before


async def test_a_bot_may_migrate_by_itself_before_it_starts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": "xapp-sandbox",
        "INTERVISIE_SECRET_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": url,
    }
    async with running() as sandbox:
        settings["SLACK_API_URL"] = sandbox.api_url
        async with bot(settings) as process:
            assert process.stderr
            assert b"not up to date" in await process.stderr.read()
        async with bot(settings, "--migrate") as process:
            await until(process, "started")
    assert pending(url) == []
