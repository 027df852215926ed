"""`intervisie restore`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from bot.cli.audit import log
from bot.cli.database import engine_for
from bot.cli.migrate import alembic_config
from bot.cli.problems import settings_or_exit
from bot.cli.tables import load_every_table
from bot.storage import Base, Keyring, Tx, canary, use_keyring
from bot.storage.copying import CopyHeader, DamagedCopy, NewerCopy, copy_header, load_copy, rows_of_table
from bot.storage.notifications import running_processes
from bot.storage.private_files import BESIDE, create_private, database_file
from bot.storage.process_lock import AlreadyRunning, ProcessLock
from bot.storage.store import open_engine

if TYPE_CHECKING:
    from bot.privacy.service import ForgottenEntry

STOP_FIRST = "The bot still runs on this database. Stop every process of it first. Nothing was changed."
# Tables of versions before; the views that have their names now go with the tables that they show.
FORMER_TABLES = ("votes",)
NOT_WHOLE = "{} is damaged, or no backup of `intervisie backup`. Nothing was changed."


@dataclass(frozen=True, slots=True)
class _Copy:
    """The copy that is put back, with what the present database and a later backup know of who was forgotten."""

    file: Path
    header: CopyHeader
    forgotten: "Sequence[ForgottenEntry]"
    keyring: Keyring


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--forgotten",
    "later",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A later backup: whoever was forgotten by then is forgotten again. For when the present database is lost.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, later: Path | None, yes: bool) -> None:
    """Put the backup FILE in the place of the database. The bot must not run meanwhile."""
    settings = settings_or_exit()
    load_every_table()

    url, keyring = settings.database_url, Keyring(settings.secret_keys)
    header = _header_of(file)
    # The list of who was forgotten is keyed.
    use_keyring(keyring)
    forgotten = _forgotten_in(url)
    if forgotten is None and later is None:
        click.echo(
            "The present database can't tell who was forgotten since this backup. Name a later backup with --forgotten, "
            "or forget them again."
        )
    listed = [*(forgotten or ()), *(_forgotten_in_copy(later) if later else ())]
    if unreadable := _unreadable(listed, header):
        click.echo(
            f"Of {unreadable} that were forgotten since this backup, nobody can tell who they were with the keys in "
            "INTERVISIE_SECRET_KEYS. Put the keys of the present database in front, or forget them again."
        )
    if not yes:
        click.confirm(
            f"Everything in the database is replaced by the backup of {header.made_at:%Y-%m-%d %H:%M} UTC, and cannot be "
            "brought back. Go on?",
            abort=True,
        )
    copied = _Copy(file, header, listed, keyring)
    try:
        rows, again = _on_sqlite(url, copied) if database_file(url) else _on_postgresql(url, copied)
    except DamagedCopy:
        raise click.ClickException(NOT_WHOLE.format(file)) from None
    except DBAPIError as problem:
        # Only the kind of error: the database's message may quote a row.
        kind = type(problem.orig).__name__
        raise click.ClickException(f"The database refused the backup: {kind}. Nothing was changed.") from None
    except OSError as problem:
        raise click.ClickException(f"The database can't be written: {problem.strerror}.") from None
    click.echo(f"Restored: {rows} rows of {header.made_at:%Y-%m-%d %H:%M} UTC.")
    if again:
        click.echo(f"Forgotten again, because they were forgotten after that: {again}.")
    log.info("operator_restore", count=rows, forgotten=again)


def _header_of(file: Path) -> CopyHeader:
    try:
        header = copy_header(file)
        known = {
            one.revision for one in ScriptDirectory.from_config(alembic_config("sqlite://")).walk_revisions()
        }
        if header.revision not in known:
            raise NewerCopy
    except DamagedCopy:
        raise click.ClickException(NOT_WHOLE.format(file)) from None
    except NewerCopy:
        raise click.ClickException(
            f"{file} was made by a newer version of the bot. Install that version. Nothing was changed."
        ) from None
    return header


def _forgotten_in(url: str) -> "list[ForgottenEntry] | None":
    """Who was forgotten by the present database; None when there is none that says so."""
    from bot.privacy import service as privacy

    path = database_file(url)
    if path is not None and not path.exists():
        return None
    engine = engine_for(url)
    try:
        with engine.connect() as connection, Session(connection) as sql:
            if not inspect(connection).has_table("forgotten"):
                return None
            return privacy.forgotten_entries(Tx(sql, datetime.now(UTC), read_only=True))
    except DBAPIError:
        return None
    finally:
        engine.dispose()


def _unreadable(listed: "Sequence[ForgottenEntry]", header: CopyHeader) -> int:
    from bot.privacy import service as privacy

    return privacy.unreadable_entries(listed, header.made_at)


def _forgotten_in_copy(file: Path) -> "list[ForgottenEntry]":
    from bot.privacy import service as privacy

    try:
        rows = rows_of_table(file, "forgotten")
    except (DamagedCopy, NewerCopy):
        raise click.ClickException(NOT_WHOLE.format(file)) from None
    return [privacy.entry_of_copy(row) for row in rows]


def _on_sqlite(url: str, copied: _Copy) -> tuple[int, int]:
    """Fill a file beside the database, and put it in its place once it is whole."""
    path = database_file(url)
    assert path is not None
    try:
        lock = ProcessLock(url)
    except AlreadyRunning:
        raise click.ClickException(STOP_FIRST) from None
    part = path.with_name(f"{path.name}.restoring")
    try:
        _remove(part)
        create_private(part)
        engine = engine_for(f"sqlite:///{part}")
        with engine.begin() as connection:
            rows = _load(connection, copied)
        engine.dispose()
        # With the foreign keys that forgetting relies on.
        engine = open_engine(f"sqlite:///{part}")
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            again = _forget_again(connection, copied)
        engine.dispose()
        _empty_log(engine_for(url))
        part.replace(path)
    finally:
        _remove(part)
        lock.release()
    return rows, again


def _on_postgresql(url: str, copied: _Copy) -> tuple[int, int]:
    engine = engine_for(url)
    try:
        with engine.begin() as connection:
            if running_processes(connection):
                raise click.ClickException(STOP_FIRST)
            for name in [*Base.metadata.tables, *FORMER_TABLES, "alembic_version"]:
                connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
            return _load(connection, copied), _forget_again(connection, copied)
    finally:
        engine.dispose()


def _load(connection: Connection, copied: _Copy) -> int:
    """Make the tables of the copy's version, fill them, and migrate them to this one."""
    config = alembic_config("sqlite://")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, copied.header.revision)
        rows = load_copy(connection, copied.file)
        command.upgrade(config, "head")
    except CommandError as refusal:
        raise click.ClickException(f"{refusal} Nothing was changed.") from None
    return rows


def _forget_again(connection: Connection, copied: _Copy) -> int:
    from bot.privacy import service as privacy

    keyring = copied.keyring
    keyring.state = canary.cipher_state(connection)
    scanned = canary.scan_encrypted_rows(connection, keyring)
    if scanned.is_key_missing or (scanned.unreadable and canary.lost_canaries(connection, keyring)):
        raise click.ClickException(
            f"What stands in {copied.file} can't be read with the keys in INTERVISIE_SECRET_KEYS. It was made with the keys "
            f"{', '.join(copied.header.keys)}; put those behind the new one. Nothing was changed."
        )
    with Session(connection, join_transaction_mode="create_savepoint") as sql:
        again = privacy.forget_again(Tx(sql, datetime.now(UTC)), copied.forgotten, copied.header.made_at)
        sql.commit()
    return again


def _empty_log(engine: Engine) -> None:
    """Bring what stands in the log of the present file into it: SQLite would take that log for the new file's.

    https://www.sqlite.org/wal.html#the_wal_file
    """
    try:
        with engine.connect() as connection:
            connection.execute(text("PRAGMA journal_mode=DELETE"))
    except OperationalError:
        raise
    except DBAPIError:
        # The present file is no database any more: nothing of it is of use.
        path = database_file(engine.url)
        assert path is not None
        _remove(path)
    finally:
        engine.dispose()


def _remove(path: Path) -> None:
    for end in BESIDE:
        if end != ".running":
            path.with_name(path.name + end).unlink(missing_ok=True)
