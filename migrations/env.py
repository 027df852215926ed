"""Alembic environment: runs migrations on the database of DATABASE_URL."""

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Any, Literal

from alembic import context
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

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

url = context.config.get_main_option("sqlalchemy.url") or load_database_url()
waiting = {} if url.startswith("sqlite") else {"options": f"-c lock_timeout={LOCK_TIMEOUT_MS}"}


def run_on(connection: Connection) -> None:
    # SQLite can't alter most things in place, so batch mode rebuilds the table.
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
        process_revision_directives=number,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    # Whoever gives a connection has a transaction on it, and decides about that.
    run_on(given)
else:
    make_private(url)
    engine = create_engine(url, hide_parameters=True, connect_args=waiting)
    try:
        with engine.connect() as connection:
            run_on(connection)
    finally:
        engine.dispose()
