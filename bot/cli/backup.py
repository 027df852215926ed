"""`intervisie backup`."""

import errno
from datetime import UTC, datetime
from pathlib import Path

import click
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot.cli.audit import log
from bot.cli.database import DatabaseProblem, engine_for
from bot.cli.migrate import pending
from bot.cli.problems import settings_or_exit
from bot.cli.tables import load_every_table
from bot.storage import Keyring
from bot.storage.copying import CopyHeader, write_copy
from bot.storage.store import open_engine


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database to FILE, while the bot runs or not. Keep the keys apart from it."""
    settings = settings_or_exit()
    load_every_table()

    url = settings.database_url
    try:
        if pending(url):
            raise click.ClickException("The database is not up to date. Run `intervisie migrate` first.")
    except DatabaseProblem as problem:
        raise click.ClickException(str(problem)) from None
    if file.exists():
        raise click.ClickException(f"{file} exists already. Name another file.")
    keys = Keyring(settings.secret_keys).key_ids
    # On PostgreSQL without the limits of the bot: a copy takes longer than a use case may.
    engine = open_engine(url) if url.startswith("sqlite") else engine_for(url)
    try:
        rows = _write(engine, file, keys)
    except OSError as problem:
        reason = (
            "the disk is full"
            if problem.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
            else problem.strerror
        )
        raise click.ClickException(f"{file} can't be written: {reason}. No backup was made.") from None
    except DBAPIError:
        raise click.ClickException(
            "The database can't be read just now. No backup was made; try again."
        ) from None
    finally:
        engine.dispose()
    click.echo(
        f"Written to {file}: {rows} rows. Texts in it are encrypted, names and times are not. To read it back you need the "
        f"keys of INTERVISIE_SECRET_KEYS, which are not in it: {', '.join(keys)}."
    )
    log.info("operator_backup", count=rows)


def _write(engine: Engine, file: Path, keys: list[str]) -> int:
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(**options)
        with connection.begin():
            revision = str(MigrationContext.configure(connection).get_current_revision())
            return write_copy(connection, file, CopyHeader(datetime.now(UTC), revision, keys))
