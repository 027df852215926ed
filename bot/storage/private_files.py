"""File modes of a SQLite database: only the account of the bot reads it, and what lies beside it."""

import contextlib
import os
from pathlib import Path

from sqlalchemy import URL, make_url

PRIVATE = 0o600
# What SQLite and the process lock keep beside the file. SQLite gives a new one the mode of the file.
# https://www.sqlite.org/tempfiles.html
BESIDE = ("", "-wal", "-shm", "-journal", ".running")


def database_file(url: str | URL) -> Path | None:
    """The file of a SQLite database; None in memory, and on PostgreSQL."""
    made = make_url(url)
    if not made.drivername.startswith("sqlite") or not made.database or made.database == ":memory:":
        return None
    return None if made.database.startswith("file:") else Path(made.database)


def create_private(path: Path) -> None:
    """Create a file that only this account reads, unless there is one.

    An existing file is not opened: closing it again would end the locks of SQLite in this process.
    https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    """
    # A folder that is not there, or not ours, is told by whoever opens the database.
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))


def make_private(url: str | URL) -> None:
    """Take the reading of a SQLite database from everybody else. The file is made if there is none."""
    path = database_file(url)
    if path is None:
        return
    create_private(path)
    for end in BESIDE:
        with contextlib.suppress(OSError):
            beside = path.with_name(path.name + end)
            if beside.stat().st_mode & 0o077:
                beside.chmod(PRIVATE)
