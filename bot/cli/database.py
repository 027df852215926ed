"""The database as a command opens it, and whether it has the tables of this version."""

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.folders import make_folder_of
from bot.storage.error_details import hide_details
from bot.storage.private_files import make_private

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "migrations"
CONNECT_SECONDS = 8


class DatabaseProblem(Exception):
    """The database can't be used. The message says what to do, and quotes nothing of the address."""


def engine_for(url: str) -> Engine:
    """An engine for the command line; it does not wait minutes for an unreachable server."""
    if url.startswith("sqlite"):
        make_folder_of(url)
        make_private(url)
        return create_engine(url, hide_parameters=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"connect_timeout": CONNECT_SECONDS})
    hide_details(engine)
    return engine


def newest_migration() -> str:
    """The number of the newest migration: their files are named by it, in the order in which they run."""
    return max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def is_up_to_date(url: str) -> bool:
    """Whether the newest migration is the last one that ran here. False also where that can't be read.

    Each start asks this, without Alembic: that takes longer to load than everything else that a start does with the
    database. `migrate.pending` says which migrations wait. Raises DatabaseProblem if nothing answers.
    """
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            return _revisions(connection) == [newest_migration()]
    except DBAPIError as problem:
        raise database_problem(url, problem) from None
    finally:
        engine.dispose()


def _revisions(connection: Connection) -> list[str]:
    """The revisions that Alembic noted in this database. Empty where it never ran."""
    try:
        return list(connection.scalars(text("SELECT version_num FROM alembic_version")))
    except DBAPIError:
        return []


def database_problem(url: str, problem: DBAPIError) -> DatabaseProblem:
    """The problem of a database that can't be used, with advice."""
    if not url.startswith("sqlite"):
        return DatabaseProblem("The database can't be reached. Check DATABASE_URL, and that the server runs.")
    if isinstance(problem, OperationalError):
        return DatabaseProblem(
            "The database's file can't be opened. Check DATABASE_URL, and that you may write in its folder."
        )
    return DatabaseProblem(
        "DATABASE_URL names a file that is not a database. Name another, or move that file away."
    )
