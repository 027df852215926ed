"""The database that setup finds: whose it is, and whether a key reads it. Changes nothing."""

from dataclasses import dataclass

from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.cli.database import engine_for
from bot.cli.tables import load_every_table
from bot.slack.records import Installation
from bot.storage import Keyring, canary
from bot.storage.private_files import database_file


@dataclass(frozen=True)
class Stored:
    """Contents of a database before this setup; all empty where there is none."""

    team_ids: frozenset[str] = frozenset()
    has_texts: bool = False


def stored_in(url: str) -> Stored:
    """Look into a database; one that can't be read counts as empty, and the doctor tells what is wrong with it."""
    file = database_file(url)
    if file is not None and not file.exists():
        return Stored()
    load_every_table()
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            teams = connection.scalars(select(Installation.team_id)).all()
            # No key is needed to count, and with any other key nothing can be read.
            rows = canary.scan_encrypted_rows(connection, Keyring((Fernet.generate_key().decode(),))).rows
    except SQLAlchemyError:
        return Stored()
    finally:
        engine.dispose()
    return Stored(frozenset(teams), rows > 0)


def reads_what_is_stored(url: str, keys: str) -> bool:
    """Whether these keys, separated by commas, read what stands in the database."""
    given = tuple(key.strip() for key in keys.split(",") if key.strip())
    try:
        for key in given:
            Fernet(key)
    except ValueError:
        return False
    if not given:
        return False
    keyring = Keyring(given)
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            keyring.state = canary.cipher_state(connection)
            lost = canary.lost_canaries(connection, keyring)
            return not lost or not canary.scan_encrypted_rows(connection, keyring).unreadable
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
