"""Empty databases for the benchmarks, with every table; gone afterwards."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from sqlalchemy import text

from bot.cli.migrate import alembic_config
from bot.storage import Tx
from tests.postgres import Server, programs

KINDS = ("sqlite", "postgresql")
# Unlike the tests' server, this one writes as a real one does: a commit is on disk before it is answered.
REAL = ("fsync=on", "synchronous_commit=on", "shared_buffers=128MB")


@contextlib.contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """The SQLAlchemy address of an empty database: a file in the folder, or a PostgreSQL server of our own."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'bench.db'}"
        _lay_out(url)
        yield url
        return
    server = Server(programs(), REAL)
    try:
        server.start()
        _lay_out(server.url)
        yield server.url
    finally:
        server.stop()


def count_rows(tx: Tx) -> None:
    """ANALYZE, as PostgreSQL's autovacuum does in time; SQLite is never told to, and plans without figures."""
    if tx.dialect == "postgresql":
        # With a large workspace it takes longer than a statement of the bot may.
        tx.sql.execute(text("SET LOCAL statement_timeout = 0"))
        tx.sql.execute(text("ANALYZE"))


def _lay_out(url: str) -> None:
    command.upgrade(alembic_config(url), "head")
