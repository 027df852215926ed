"""One process on a SQLite file, and no second one."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.storage.process_lock import AlreadyRunning, ProcessLock

HOLD = "import sys; from bot.storage.process_lock import ProcessLock; s = ProcessLock(sys.argv[1]); print('held', flush=True); input()"


def test_a_second_one_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    first = ProcessLock(url)
    with pytest.raises(AlreadyRunning):
        ProcessLock(url)
    first.release()
    ProcessLock(url).release()


def test_a_process_that_was_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning):
            ProcessLock(url)
        process.kill()
        process.wait()
    ProcessLock(url).release()


def test_on_postgresql_there_may_be_many() -> None:
    url = "postgresql+psycopg://bot@localhost/bot"
    assert ProcessLock(url)
    assert ProcessLock(url)
