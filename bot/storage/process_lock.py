"""Process lock: only one bot process may work on a SQLite file."""

import sqlite3

from bot.storage.private_files import create_private, database_file, make_private


class AlreadyRunning(Exception):
    """Another process already holds the lock of this SQLite file."""


class ProcessLock:
    """Process lock on a SQLite file; on PostgreSQL it does nothing. Raises AlreadyRunning.

    The lock is an empty SQLite database beside the file, held in an exclusive transaction. That works on every operating
    system, and the lock is released when the process ends, also after a crash.
    """

    def __init__(self, database_url: str) -> None:
        self._held: sqlite3.Connection | None = None
        path = database_file(database_url)
        if path is None:
            return
        lock = path.with_name(path.name + ".running")
        create_private(lock)
        make_private(database_url)
        held = sqlite3.connect(lock, timeout=0, isolation_level=None)
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as problem:
            held.close()
            raise AlreadyRunning from problem
        self._held = held

    def release(self) -> None:
        if self._held:
            self._held.close()
            self._held = None
