"""`intervisie migrate`."""

from collections.abc import Callable

import click
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from bot.cli import problems
from bot.cli.database import MIGRATIONS, DatabaseProblem, database_problem, engine_for
from bot.settings import SettingsProblem, load_database_url

# Errors of a migration that waited too long for a table in use (LOCK_TIMEOUT_MS in migrations/env.py).
BUSY = ("LockNotAvailable", "DeadlockDetected")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for a database."""
    # Not from alembic.ini, which is for `make migration` in a checkout: a wheel has none.
    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(MIGRATIONS))
    # ConfigParser would read a per cent sign as an interpolation.
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def pending(url: str) -> list[str]:
    """The pending migrations of this database, oldest first. Raises DatabaseProblem."""
    script = ScriptDirectory.from_config(alembic_config(url))
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_heads()
        steps = list(script.iterate_revisions("heads", present or "base"))
    except DBAPIError as problem:
        raise database_problem(url, problem) from None
    except RevisionError:
        raise DatabaseProblem(
            "The database was migrated by a newer version of the bot. Install that version."
        ) from None
    finally:
        engine.dispose()
    return [f"{step.revision} {step.doc}" for step in reversed(steps)]


@click.command()
def migrate() -> None:
    """Bring the database up to date."""
    try:
        url = load_database_url()
    except SettingsProblem as found:
        problems.tell(found)
    bring_up_to_date(url, click.echo)


def bring_up_to_date(url: str, say: Callable[[str], None]) -> None:
    """Run the pending migrations. Raises ClickException with what to do."""
    try:
        steps = pending(url)
    except DatabaseProblem as problem:
        raise click.ClickException(str(problem)) from None
    if not steps:
        say("The database is up to date.")
        return
    for step in steps:
        say(f"Migrating: {step}")
    try:
        command.upgrade(alembic_config(url), "head")
    except CommandError as refusal:
        raise click.ClickException(str(refusal)) from None
    except DBAPIError as problem:
        # Only the kind of error: the database's message may quote a row.
        kind = type(problem.orig).__name__
        if kind in BUSY:
            raise click.ClickException(
                "The database is too busy just now. Nothing was changed; run `intervisie migrate` again."
            ) from None
        if kind == "DiskFull" or getattr(problem.orig, "sqlite_errorname", "") == "SQLITE_FULL":
            raise click.ClickException(
                "The disk is full. Make room, then run `intervisie migrate` again."
            ) from None
        raise click.ClickException(f"The database refused the migration: {kind}.") from None
    say("Done.")
