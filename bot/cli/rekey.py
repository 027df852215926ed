"""`intervisie rekey`."""

import sys

import click
from sqlalchemy.exc import DBAPIError

from bot.cli.audit import log
from bot.cli.database import DatabaseProblem, engine_for
from bot.cli.migrate import pending
from bot.cli.problems import settings_or_exit
from bot.cli.tables import load_every_table
from bot.settings import Settings
from bot.storage import Keyring, canary
from bot.storage.rekeying import OlderProcess, Rekeyed
from bot.storage.rekeying import rekey as rekey_all
from bot.storage.store import open_engine


@click.command()
def rekey() -> None:
    """Write every stored text anew under the first key of INTERVISIE_SECRET_KEYS, while the bot runs."""
    settings = settings_or_exit()
    load_every_table()

    try:
        missing = pending(settings.database_url)
    except DatabaseProblem as problem:
        raise click.ClickException(str(problem)) from None
    if missing:
        raise click.ClickException("The database is not up to date. Run `intervisie migrate` first.")
    try:
        done = _rekey(settings)
    except OlderProcess:
        raise click.ClickException(
            "A process of an older version still runs on this database, and could not read what is written now. Stop "
            "it, then run `intervisie rekey` again."
        ) from None
    except DBAPIError:
        raise click.ClickException(
            "The database can't be read and written just now. Run `intervisie rekey` again; it goes on where it stopped."
        ) from None
    _tell(done, len(settings.secret_keys))


def _rekey(settings: Settings) -> Rekeyed:
    keyring = Keyring(settings.secret_keys)
    url = settings.database_url
    # On PostgreSQL without the limits of the bot: to count all values takes longer than a use case may.
    engine = open_engine(url) if url.startswith("sqlite") else engine_for(url)
    try:
        with engine.connect() as connection:
            keyring.state = canary.cipher_state(connection)
            scanned = canary.scan_encrypted_rows(connection, keyring)
            is_canary_lost = canary.lost_canaries(connection, keyring) > 0
            if scanned.is_key_missing or (scanned.unreadable and is_canary_lost):
                raise click.ClickException(
                    "What is stored can't be read with the keys in INTERVISIE_SECRET_KEYS. Put the key that was used "
                    "before behind the new one. Nothing was changed."
                )
        return rekey_all(engine, keyring)
    finally:
        engine.dispose()


def _tell(done: Rekeyed, keys: int) -> None:
    log.info("operator_rekey", count=done.written, outcome="unfinished" if done.left else "done")
    click.echo(f"Written anew: {done.written}.")
    if done.unreadable:
        click.echo(
            f"Left as they are, because no key reads them: {done.unreadable}. See `intervisie doctor`."
        )
    if done.left:
        click.echo(
            f"Still to do: {done.left}. A process writes with other keys: start every process with the same "
            "INTERVISIE_SECRET_KEYS, then run `intervisie rekey` again."
        )
        sys.exit(1)
    if keys > 1:
        click.echo(
            "Nothing needs the keys behind the first one any more: take them out of INTERVISIE_SECRET_KEYS."
        )
