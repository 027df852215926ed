"""One process on a SQLite file, and no second one."""

import sqlite3
from pathlib import Path

from sqlalchemy import make_url


class AlreadyRunning(Exception):
    """Another process already works on this file."""


class ProcessLock:
    """Held for as long as this process works on a SQLite file. On another database it does nothing.

    The lock is an empty database beside the file, kept locked by SQLite itself: that works on every system, and the
    system lets go of it when the process ends, however it ends. Raises AnotherProcess.
    """

    def __init__(self, database_url: str) -> None:
        url = make_url(database_url)
        self._held: sqlite3.Connection | None = None
        if not url.drivername.startswith("sqlite") or not url.database:
            return
        path = Path(url.database)
        held = sqlite3.connect(path.with_name(path.name + ".running"), timeout=0, isolation_level=None)
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
