"""Databases that can be brought into trouble, and out of it again."""

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, event

from bot.storage import Base
from tests.empty import load_every_table
from tests.postgres import Server, a_server

# As many pages as a SQLite file may have. Page: PRAGMA max_page_count.
ALL_PAGES = 4294967294
FILLING = "INSERT INTO probes VALUES ('filling' || hex(randomblob(4)), zeroblob(?))"


class Database:
    """Somewhere to keep things. `attach` is told of the bot's own engine once there is one."""

    url: str

    def attach(self, engine: Engine) -> None:
        pass

    def begin(self) -> None:
        """The trouble begins."""
        raise NotImplementedError

    def end(self) -> None:
        """The trouble is over."""
        raise NotImplementedError


class Locked(Database):
    """Another program holds the SQLite file: a copy is being made, say."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._path = path

    def begin(self) -> None:
        self._locker = sqlite3.connect(self._path, isolation_level=None)
        self._locker.execute("BEGIN IMMEDIATE")

    def end(self) -> None:
        self._locker.close()


class Limited(Database):
    """A SQLite file that may not grow: SQLite itself says that the database or disk is full."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._path = path
        self._pages = ALL_PAGES

    def attach(self, engine: Engine) -> None:
        event.listen(engine, "begin", self._limit)

    def _limit(self, connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={self._pages}")

    def stop_growing(self) -> None:
        # As many as it has, when it has more than one. Page: PRAGMA max_page_count.
        self._pages = 1

    def begin(self) -> None:
        self.stop_growing()
        with contextlib.closing(sqlite3.connect(self._path)) as connection:
            connection.execute("PRAGMA max_page_count=1")
            # What was free within it is taken too.
            for size in (400_000, 100_000, 20_000, 4_000, 400, 40):
                with contextlib.suppress(sqlite3.OperationalError):
                    while True:
                        connection.execute(FILLING, (size,))
                        connection.commit()

    def end(self) -> None:
        self._pages = ALL_PAGES
        with contextlib.closing(sqlite3.connect(self._path)) as connection:
            connection.execute("DELETE FROM probes WHERE id LIKE 'filling%'")
            connection.commit()


class Disk(Database):
    """A SQLite file on a disk of its own, which somebody else fills to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'bot.db'}"
        self._filler = folder / "filler"

    def begin(self) -> None:
        with self._filler.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while filler.write(b"x" * 4096):
                pass

    def end(self) -> None:
        self._filler.unlink()


class Stopped(Database):
    """A PostgreSQL that is restarted."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self._server = server

    def begin(self) -> None:
        self._server.halt()

    def end(self) -> None:
        self._server.resume()


class Held(Database):
    """A PostgreSQL in which somebody else holds every table: a migration, say."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self._server = server

    def begin(self) -> None:
        self._holder: psycopg.Connection[Any] = self._server.connect()
        self._holder.autocommit = False
        names = ", ".join(table.name for table in Base.metadata.sorted_tables)
        self._holder.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")

    def end(self) -> None:
        self._holder.close()


class Slow(Database):
    """A PostgreSQL whose every statement takes longer than Slack waits."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self._is_slow = False

    def attach(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", self._dawdle)

    def _dawdle(self, _connection: Any, cursor: Any, *_: Any) -> None:
        if self._is_slow:
            cursor.execute("SELECT pg_sleep(30)")

    def begin(self) -> None:
        self._is_slow = True

    def end(self) -> None:
        self._is_slow = False


class Sluggish(Slow):
    """A PostgreSQL whose statements each stay within what a statement may take, and together take far too long."""

    def _dawdle(self, _connection: Any, cursor: Any, *_: Any) -> None:
        if self._is_slow:
            cursor.execute("SELECT pg_sleep(1.2)")


@contextlib.contextmanager
def _disk(folder: Path) -> Iterator[Database]:
    mounted = folder / "disk"
    mounted.mkdir()
    asked = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(mounted)]
    if os.geteuid() != 0 or subprocess.run(asked, capture_output=True).returncode:
        pytest.skip("a disk of one's own takes the rights to mount one")
    try:
        yield Disk(mounted)
    finally:
        subprocess.run(["umount", "--lazy", str(mounted)], check=True)


def _on_file(
    kind: Callable[[Path], Database],
) -> Callable[[Path], "contextlib.AbstractContextManager[Database]"]:
    return lambda folder: contextlib.nullcontext(kind(folder / "bot.db"))


def _on_server(
    kind: Callable[[Server], Database],
) -> Callable[[Path], "contextlib.AbstractContextManager[Database]"]:
    @contextlib.contextmanager
    def opened(folder: Path) -> Iterator[Database]:
        with a_server() as server:
            yield kind(server)

    return opened


TROUBLES: dict[str, Callable[[Path], "contextlib.AbstractContextManager[Database]"]] = {
    "a locked file": _on_file(Locked),
    "a file that may not grow": _on_file(Limited),
    "a full disk": _disk,
    "a server that restarts": _on_server(Stopped),
    "tables that somebody holds": _on_server(Held),
    "statements that take for ever": _on_server(Slow),
    "statements that add up": _on_server(Sluggish),
}


@contextlib.contextmanager
def database(name: str, folder: Path) -> Iterator[Database]:
    """An empty database with every table."""
    load_every_table()
    with TROUBLES[name](folder) as made:
        engine = create_engine(made.url)
        Base.metadata.create_all(engine)
        engine.dispose()
        yield made
