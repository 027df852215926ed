"""Whether the keys of this start are those with which the database was written.

A canary is a value that says nothing, encrypted like everything else. There is one for each key that was ever the
first: while all of them can be read no key is missing. A database from before them is tried as a whole, once.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Table, Text, delete, insert, select, type_coerce

from bot.storage.base import Base, new_id
from bot.storage.columns import EncryptedJson, EncryptedText
from bot.storage.encryption import Keyring, UnreadableText
from bot.storage.records import Canary

PLAINTEXT = "intervisie"
# Damage strikes a row here and there; a key that is not there leaves more behind than one in so many.
MISSING_KEY_RATIO = 100
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class CanaryResult:
    """Rows with encrypted text: how many there are, and how many of each table can't be read."""

    rows: int
    unreadable: dict[str, int]

    @property
    def is_key_missing(self) -> bool:
        """Whether so much can't be read that it is no single damaged row."""
        lost = sum(self.unreadable.values())
        return lost == self.rows > 0 or (lost > 1 and lost * MISSING_KEY_RATIO >= self.rows)


def check_canaries(engine: Engine, keyring: Keyring) -> bool:
    """Whether these keys read what is stored. If so, a canary is left for the first of them."""
    with engine.begin() as connection:
        canaries = connection.execute(select(Canary.id, Canary.text)).all()
        lost = [one.id for one in canaries if not _can_read(keyring, one.text)]
        if not canaries and scan_encrypted_rows(connection, keyring).is_key_missing:
            return False
        if lost:
            # A key may go once nothing needs it any more.
            if scan_encrypted_rows(connection, keyring).unreadable:
                return False
            connection.execute(delete(Canary).where(Canary.id.in_(lost)))
        if not any(keyring.is_encrypted_with_first_key(one.text) for one in canaries):
            connection.execute(insert(Canary).values(id=new_id(), text=keyring.encrypt(PLAINTEXT)))
    return True


def lost_canaries(connection: Connection, keyring: Keyring) -> int:
    """How many keys are missing that were the first ones once."""
    return sum(not _can_read(keyring, text) for text in connection.scalars(select(Canary.text)))


def scan_encrypted_rows(connection: Connection, keyring: Keyring) -> CanaryResult:
    """Reads every encrypted text there is, and keeps none of it."""
    rows = 0
    unreadable: Counter[str] = Counter()
    for table in Base.metadata.sorted_tables:
        for texts in _ciphertexts(connection, table):
            rows += 1
            if not all(_can_read(keyring, text) for text in texts):
                unreadable[table.name] += 1
    return CanaryResult(rows, dict(unreadable))


def _ciphertexts(connection: Connection, table: Table) -> Iterator[list[str]]:
    """Of each row what is encrypted in it, as it is stored."""
    encrypted = [one for one in table.columns if isinstance(one.type, EncryptedText | EncryptedJson)]
    if not encrypted:
        return
    stored = select(*(type_coerce(column, Text) for column in encrypted))
    for row in connection.execute(stored, execution_options={"yield_per": ROWS_AT_ONCE}):
        texts = [text for text in row if text is not None]
        if texts:
            yield texts


def _can_read(keyring: Keyring, text: str) -> bool:
    try:
        keyring.decrypt(text)
    except UnreadableText:
        return False
    return True
