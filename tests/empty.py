"""An empty database with every table, made once in each process of the tests, and copied or emptied from then on.

To make the tables anew took a third of the time of all tests. To connect anew took a tenth: a new connection reads
the whole schema first, and PostgreSQL starts a process for it. So a database that is emptied keeps its connections.
"""

import atexit
import importlib
import shutil
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, create_engine, make_url, text

from bot.cli.migrate import alembic_config
from bot.storage import Base


@cache
def load_every_table() -> None:
    """Imports each room's records, so that the metadata is whole."""
    for records in sorted(Path("bot").glob("*/records.py")):
        importlib.import_module(f"bot.{records.parent.name}.records")


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _pattern() -> Path:
    path = _folder() / "empty.db"
    _make_tables(f"sqlite:///{path}")
    return path


def sqlite_file(path: Path) -> str:
    """A new file; returns its SQLAlchemy address."""
    # Not written over: somebody may still have the one from before open.
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    shutil.copyfile(_pattern(), path)
    return f"sqlite:///{path}"


def migrated_file(path: Path) -> str:
    """A new file as `intervisie migrate` leaves it; returns its SQLAlchemy address."""
    shutil.copyfile(_migrated_pattern(), path)
    return f"sqlite:///{path}"


@cache
def _migrated_pattern() -> Path:
    [head] = ScriptDirectory.from_config(alembic_config("sqlite:///unused.db")).get_heads()
    return _pattern_at(head)


def bring_to(url: str, revision: str) -> None:
    """Migrates a database without a table, as `alembic upgrade` does; but each migration runs once in a process."""
    if url.startswith("sqlite:///"):
        shutil.copyfile(_pattern_at(revision), url.removeprefix("sqlite:///"))
    else:
        given = make_url(url)
        _copy_database(given, _database_at(given.set(database="postgres"), revision))


@cache
def _pattern_at(revision: str) -> Path:
    path = _folder() / f"{revision}.db"
    config = alembic_config(f"sqlite:///{path}")
    step = ScriptDirectory.from_config(config).get_revision(revision)
    if isinstance(step.down_revision, str):
        shutil.copyfile(_pattern_at(step.down_revision), path)
    command.upgrade(config, revision)
    return path


@cache
def _database_at(server: URL, revision: str) -> str:
    """The name of a database of this server that is at a revision."""
    made = server.set(database=f"at_{revision}")
    config = alembic_config(made.render_as_string(hide_password=False))
    step = ScriptDirectory.from_config(config).get_revision(revision)
    before = _database_at(server, step.down_revision) if isinstance(step.down_revision, str) else "template0"
    _copy_database(made, before)
    command.upgrade(config, revision)
    return f"at_{revision}"


def _copy_database(made: URL, pattern: str) -> None:
    """A database as the pattern is, in the place of one of that name."""
    engine = create_engine(made.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {made.database} WITH (FORCE)"))
        # Copies files. The other strategy, which writes each page to the log, takes three times as long.
        connection.execute(text(f"CREATE DATABASE {made.database} TEMPLATE {pattern} STRATEGY FILE_COPY"))
    engine.dispose()


def sqlite() -> str:
    """The file that the tests before have used, emptied, so that an engine can be kept; returns its address."""
    connection = _sqlite_beside()
    connection.execute("BEGIN IMMEDIATE")
    for emptying in (*_emptying(), "DELETE FROM sqlite_sequence"):
        connection.execute(emptying)
    connection.execute("COMMIT")
    return f"sqlite:///{_folder() / 'test.db'}"


@cache
def _sqlite_beside() -> sqlite3.Connection:
    """A connection beside those of the tests. The process's end closes it."""
    path = _folder() / "test.db"
    sqlite_file(path)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous=OFF")
    atexit.register(connection.close)
    return connection


def postgresql(url: str) -> str:
    """The database of a server that other tests have used before; returns the same address."""
    _make_tables(url)
    # Next to nothing stands in it: each table emptied by TRUNCATE costs files, and together a fifth of a second.
    with _postgresql_beside(url).begin() as connection:
        connection.exec_driver_sql("; ".join(_emptying()))
    return url


@cache
def _postgresql_beside(url: str) -> Engine:
    return create_engine(url, pool_size=1)


@cache
def _emptying() -> tuple[str, ...]:
    load_every_table()
    return tuple(f'DELETE FROM "{table.name}"' for table in reversed(Base.metadata.sorted_tables))


@cache
def _make_tables(url: str) -> None:
    load_every_table()
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
