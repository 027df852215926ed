"""`intervisie migrate`."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from bot.cli import problems
from bot.settings import SettingsProblem, load_database_url

ROOT = Path(__file__).resolve().parents[2]


def alembic_config(url: str) -> Config:
    """Alembic's configuration for a database."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    # A per cent sign in a password would be read as an interpolation.
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def pending(url: str) -> list[str]:
    """The migrations that this database has not had yet, oldest first. Raises OperationalError."""
    script = ScriptDirectory.from_config(alembic_config(url))
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_heads()
    finally:
        engine.dispose()
    steps = list(script.iterate_revisions("heads", present or "base"))
    return [f"{step.revision} {step.doc}" for step in reversed(steps)]


@click.command()
def migrate() -> None:
    """Bring the database up to date."""
    try:
        url = load_database_url()
    except SettingsProblem as found:
        problems.tell(found)
    try:
        steps = pending(url)
        if not steps:
            click.echo("The database is up to date.")
            return
        for step in steps:
            click.echo(f"Migrating: {step}")
        command.upgrade(alembic_config(url), "head")
    except OperationalError as problem:
        raise click.ClickException(
            "The database can't be reached. Check DATABASE_URL, and that the server runs."
        ) from problem
    click.echo("Done.")
