"""Rows as they stand in a database, encrypted with a key of one's choice."""

from datetime import UTC, datetime

from cryptography.fernet import Fernet
from sqlalchemy import Engine, Table, Text, insert, type_coerce

from bot.delivery.records import OutboxRow
from bot.storage import CipherState
from bot.storage.records import EncryptionRow
from tests.conftest import OURS

LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAMAGED = "gAAAAAdamaged"


def put(engine: Engine, *stored: str) -> None:
    """A message that waits for each of these texts, as they are."""
    table = OutboxRow.__table__
    assert isinstance(table, Table)
    with engine.begin() as connection:
        for text in stored:
            connection.execute(
                insert(table).values(
                    kind="post",
                    lane="T0OURS/C0OOST",
                    channel="C0OOST",
                    state="pending",
                    at_worst="twice",
                    created_at=LONG_AGO,
                    not_before=LONG_AGO,
                    tries=0,
                    token=0,
                    team_id=OURS.team_id,
                    enterprise_id="",
                    payload=type_coerce(text, Text),
                )
            )


def as_before(engine: Engine) -> None:
    """The database is one that an older version has used: its ciphertexts are not bound to their place."""
    with engine.begin() as connection:
        connection.execute(insert(EncryptionRow).values(id=1, state=CipherState.UNBOUND))


def words(key: str) -> str:
    return Fernet(key).encrypt(b'{"text": "Vertrouwelijk"}').decode()


def new_key() -> str:
    return Fernet.generate_key().decode()
