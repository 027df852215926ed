"""Key check at start-up: can the configured keys decrypt the database?

A canary is a meaningless encrypted value. There is one for each key that was ever first in the list, so no key is
missing while all canaries can be read. In a database without canaries every encrypted row is read once.
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
# A damaged disk spoils single rows. More than one unreadable row in this many means a missing key.
MISSING_KEY_RATIO = 100
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class CanaryResult:
    """Result of a scan: the number of rows with encrypted text, and the unreadable ones by table."""

    rows: int
    unreadable: dict[str, int]

    @property
    def is_key_missing(self) -> bool:
        """Whether the unreadable rows are too many for damage to single rows."""
        lost = sum(self.unreadable.values())
        return lost == self.rows > 0 or (lost > 1 and lost * MISSING_KEY_RATIO >= self.rows)


def check_canaries(engine: Engine, keyring: Keyring) -> bool:
    """Check that these keys can decrypt the database. If they can, store a canary for the first key."""
    with engine.begin() as connection:
        canaries = connection.execute(select(Canary.id, Canary.text)).all()
        lost = [one.id for one in canaries if not _can_read(keyring, one.text)]
        if not canaries and scan_encrypted_rows(connection, keyring).is_key_missing:
            return False
        if lost:
            # A key may be removed from the list once no row needs it.
            if scan_encrypted_rows(connection, keyring).unreadable:
                return False
            connection.execute(delete(Canary).where(Canary.id.in_(lost)))
        if not any(keyring.is_encrypted_with_first_key(one.text) for one in canaries):
            connection.execute(insert(Canary).values(id=new_id(), text=keyring.encrypt(PLAINTEXT)))
    return True


def lost_canaries(connection: Connection, keyring: Keyring) -> int:
    """The number of missing keys that were once first in the list."""
    return sum(not _can_read(keyring, text) for text in connection.scalars(select(Canary.text)))


def scan_encrypted_rows(connection: Connection, keyring: Keyring) -> CanaryResult:
    """Try to decrypt every encrypted text in the database, and keep none of it."""
    rows = 0
    unreadable: Counter[str] = Counter()
    for table in Base.metadata.sorted_tables:
        for texts in _ciphertexts(connection, table):
            rows += 1
            if not all(_can_read(keyring, text) for text in texts):
                unreadable[table.name] += 1
    return CanaryResult(rows, dict(unreadable))


def _ciphertexts(connection: Connection, table: Table) -> Iterator[list[str]]:
    """The encrypted texts of each row, as stored."""
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
