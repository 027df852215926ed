"""An empty database with every table, made once in each process of the tests and copied from then on.

To make the tables anew took a third of the time of all tests.
"""

import atexit
import importlib
import shutil
import tempfile
from functools import cache
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine, text

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
    path = _folder() / "migrated.db"
    command.upgrade(alembic_config(f"sqlite:///{path}"), "head")
    return path


def sqlite() -> str:
    """A new file in the place where the one of the test before was, so that an engine can be kept."""
    return sqlite_file(_folder() / "test.db")


def postgresql(url: str) -> str:
    """The database of a server that other tests have used before; returns the same address."""
    _make_tables(url)
    # Next to nothing stands in it: each table emptied by TRUNCATE costs files, and together a fifth of a second.
    emptying = "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(Base.metadata.sorted_tables))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(emptying))
    engine.dispose()
    return url


@cache
def _make_tables(url: str) -> None:
    load_every_table()
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
