"""Alembic environment: runs migrations on the database of DATABASE_URL."""

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Any, Literal

from alembic import context
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event

import bot
from bot.settings import load_database_url
from bot.storage import Base, EncryptedJson, EncryptedText, UtcDateTime
from bot.storage.private_files import make_private

for module in pkgutil.walk_packages(bot.__path__, "bot."):
    if module.name.endswith(".records"):
        importlib.import_module(module.name)


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Render our column types as plain SQLAlchemy types, because migrations outlive our classes."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, (EncryptedText, EncryptedJson)):
        return "sa.Text()"
    return False


def number(_context: MigrationContext, _revision: Any, made: Iterable[MigrationScript]) -> None:
    """Number a new migration, so that the files are sorted in the order in which they run."""
    head = ScriptDirectory.from_config(context.config).get_current_head()
    for script in made:
        script.rev_id = f"{int(head or 0) + 1:04d}"


# PostgreSQL: while a migration waits for a table lock, all other queries wait behind it. Fail soon, and retry later.
LOCK_TIMEOUT_MS = 3000
# Two processes that migrate at once: the second waits for the first, and then finds nothing to do.
WAIT_SECONDS = 120
ADVISORY_LOCK = 7_234_001


def prepare_sqlite(engine: Engine) -> None:
    """Make one transaction of the whole migration: whoever is killed in it leaves the database of before.

    The driver begins none for a CREATE or ALTER. https://docs.python.org/3/library/sqlite3.html#transaction-control
    """

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def wait_for_others(connection: Connection) -> None:
    """Wait until no other process migrates this database; on SQLite BEGIN has done so."""
    if connection.dialect.name != "postgresql":
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")


url = context.config.get_main_option("sqlalchemy.url") or load_database_url()
is_sqlite = url.startswith("sqlite")
waiting: dict[str, Any] = (
    {"timeout": WAIT_SECONDS} if is_sqlite else {"options": f"-c lock_timeout={LOCK_TIMEOUT_MS}"}
)


def run_on(connection: Connection, *, wait: bool) -> None:
    # SQLite can't alter most things in place, so batch mode rebuilds the table.
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
        process_revision_directives=number,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if wait:
            wait_for_others(connection)
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    # Whoever gives a connection has a transaction on it, and decides about that.
    run_on(given, wait=False)
else:
    make_private(url)
    engine = create_engine(url, hide_parameters=True, connect_args=waiting)
    if is_sqlite:
        prepare_sqlite(engine)
    try:
        with engine.connect() as connection:
            run_on(connection, wait=True)
    finally:
        engine.dispose()
