# ruff: noqa: ASYNC240  # the files are small, and nobody waits for the loop meanwhile
"""Trouble around `intervisie setup`: where nothing can be written, files of others; and the setup on a terminal."""

import asyncio
import errno
import os
import pty
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Config, Sandbox, running
from tests.cli.test_setup import APP, BOT, ROOT, file, sandbox, settings_in, setup

__all__ = ["file", "sandbox"]


def refusing(number: int) -> Callable[..., int]:
    opens = os.open

    def refuse(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if ".env." in str(path):
            raise OSError(number, os.strerror(number))
        return opens(path, flags, *more, **named)

    return refuse


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EROFS, "can't be written from this account. Name a folder of your own in INTERVISIE_FOLDER"),
        (errno.EACCES, "can't be written from this account. Name a folder of your own in INTERVISIE_FOLDER"),
        (errno.ENOSPC, "is full. Make room"),
    ],
)
async def test_where_nothing_can_be_written_it_says_so_before_it_asks(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, file: Path, number: int, sentence: str
) -> None:
    monkeypatch.setattr(os, "open", refusing(number))
    played = await setup("1", BOT, APP)
    assert played.exit_code == 1
    assert sentence in played.output
    assert "1 or 2" not in played.output
    assert not list(file.parent.glob(".env*"))


async def test_a_disk_that_is_full_in_mid_way_leaves_the_file_of_before(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    await setup("1", BOT, APP)
    before = file.read_text()
    sandbox.api._bot_token = "xoxb-new"
    monkeypatch.setattr(os, "open", refusing(errno.ENOSPC))
    played = await setup("1", "xoxb-new")
    assert played.exit_code == 1
    assert file.read_text() == before


async def test_settings_of_another_account_stay_theirs(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    theirs = tmp_path / ".env"
    theirs.write_text(f"SLACK_BOT_TOKEN={BOT}\n")
    monkeypatch.setattr(os, "geteuid", lambda: theirs.stat().st_uid + 1)
    played = await setup("1", BOT, APP)
    assert played.exit_code == 1
    assert "belongs to another account" in played.output
    assert theirs.read_text() == f"SLACK_BOT_TOKEN={BOT}\n"


async def test_settings_of_another_program_in_this_folder_stay_as_they_are(
    sandbox: Sandbox, tmp_path: Path, file: Path
) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=mysql://shop\n")
    played = await setup("1", BOT, APP)
    assert played.exit_code == 0, played.output
    assert (tmp_path / ".env").read_text() == "DATABASE_URL=mysql://shop\n"
    assert file.exists()


async def test_settings_that_everybody_could_read_are_closed(sandbox: Sandbox, tmp_path: Path) -> None:
    ours = tmp_path / ".env"
    ours.write_text(f"SLACK_BOT_TOKEN={BOT}\n")
    ours.chmod(0o644)
    played = await setup("1", APP)
    assert played.exit_code == 0, played.output
    assert ours.stat().st_mode & 0o777 == 0o600


async def test_a_workspace_that_gives_too_little_is_not_called_ready(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    async with running(Config(scopes="commands,users:read")) as poor:
        monkeypatch.setenv("SLACK_API_URL", poor.api_url)
        played = await setup("1", BOT, APP)
    assert played.exit_code == 1
    assert "problem  Scopes" in played.output
    assert "Not ready yet." in played.output


class Terminal:
    """The setup as a process on a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        self.seen = ""
        self._ours, theirs = pty.openpty()
        self._theirs = theirs
        self._folder = folder

    async def start(self) -> asyncio.subprocess.Process:
        environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "setup"),
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            cwd=self._folder,
            env=environment | {"PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )

    async def answer(self, question: str, answer: str) -> None:
        """Wait for a question, then type."""
        async with asyncio.timeout(60):
            while question not in self.seen:
                self.seen += (await asyncio.to_thread(os.read, self._ours, 4096)).decode()
        self.seen = self.seen.partition(question)[2]
        os.write(self._ours, f"{answer}\n".encode())

    async def until(self, words: str) -> str:
        async with asyncio.timeout(60):
            while words not in self.seen:
                self.seen += (await asyncio.to_thread(os.read, self._ours, 4096)).decode()
        return self.seen

    def close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)


async def test_on_a_terminal_what_is_typed_stays_unseen(sandbox: Sandbox, tmp_path: Path, file: Path) -> None:
    terminal = Terminal(tmp_path)
    process = await terminal.start()
    try:
        await terminal.answer("1 or 2", "1")
        await terminal.answer("Bot token (you will not see it)", BOT)
        await terminal.answer("App token (you will not see it)", APP)
        shown = await terminal.until("/invite @Intervisie")
        async with asyncio.timeout(60):
            assert await process.wait() == 0
    finally:
        terminal.close()
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert APP not in shown
    assert settings_in(file)["SLACK_APP_TOKEN"] == APP
