"""Key check at start-up: can the configured keys decrypt the database?

A canary is a meaningless encrypted value. There is one for each key that was ever first in the list, so no key is
missing while all canaries can be read. In a database without canaries every encrypted row is read once.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    Text,
    delete,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from bot.storage.base import Base, new_id
from bot.storage.columns import is_encrypted, place_columns, place_of
from bot.storage.encryption import BOUND_FORMAT, CipherState, Keyring, Purpose, UnreadableText
from bot.storage.records import Canary, EncryptionRow

PLAINTEXT = "intervisie"
# A damaged disk spoils single rows. More than one unreadable row in this many means a missing key.
MISSING_KEY_RATIO = 100
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class CanaryResult:
    """Result of a scan: the number of rows with encrypted text, the unreadable ones by table, and values of before."""

    rows: int
    unreadable: dict[str, int]
    # Readable values that are not as they are written now: of another key than the first, or not bound to their place.
    outdated: int = 0
    # Readable values that are bound to their place.
    bound: int = 0

    @property
    def is_key_missing(self) -> bool:
        """Whether the unreadable rows are too many for damage to single rows."""
        lost = sum(self.unreadable.values())
        return lost == self.rows > 0 or (lost > 1 and lost * MISSING_KEY_RATIO >= self.rows)


def check_canaries(engine: Engine, keyring: Keyring) -> bool:
    """Check that these keys can decrypt the database. If they can, store a canary for the first key."""
    with engine.begin() as connection:
        keyring.state = cipher_state(connection)
        canaries = connection.execute(select(Canary.id, Canary.text)).all()
        lost = [one.id for one in canaries if not _can_read_canary(keyring, one)]
        has_bound = any(one.text.startswith(BOUND_FORMAT) for one in canaries)
        if lost or not canaries:
            scanned = scan_encrypted_rows(connection, keyring)
            # A key may be removed from the list once no row needs it.
            if scanned.is_key_missing if not canaries else scanned.unreadable:
                return False
            connection.execute(delete(Canary).where(Canary.id.in_(lost)))
            has_bound = has_bound or scanned.bound > 0
        if has_bound and keyring.state is CipherState.UNBOUND:
            # The row says less than what stands here: whoever put it back wants texts that can be moved.
            keyring.state = CipherState.MIXED
            change_state(connection, keyring.state)
        if not any(keyring.is_current(one.text) for one in canaries):
            add_canary(connection, keyring)
        first = update(EncryptionRow).where(EncryptionRow.read_since.is_(None))
        connection.execute(first.values(read_since=datetime.now(UTC)))
    return True


def cipher_state(connection: Connection) -> CipherState:
    """Which ciphertexts this database holds."""
    stored = connection.scalar(select(EncryptionRow.state))
    return CipherState.BOUND if stored is None else CipherState(stored)


def change_state(connection: Connection, state: CipherState) -> None:
    """Change which ciphertexts this database holds. One that began with bound ones has no row, and no other state."""
    with Session(connection) as sql:
        row = sql.get(EncryptionRow, 1, with_for_update=True)
        if row is not None:
            row.state = state
            sql.flush()


def add_canary(connection: Connection, keyring: Keyring) -> None:
    """Store a canary for the first key."""
    id = new_id()
    text = keyring.encrypt(PLAINTEXT, id, Purpose.CANARIES)
    connection.execute(insert(Canary).values(id=id, text=text))


def lost_canaries(connection: Connection, keyring: Keyring) -> int:
    """The number of missing keys that were once first in the list."""
    canaries = connection.execute(select(Canary.id, Canary.text)).all()
    return sum(not _can_read_canary(keyring, one) for one in canaries)


def _can_read_canary(keyring: Keyring, canary: Row[str, str]) -> bool:
    return _can_read(keyring, canary.text, canary.id, Purpose.CANARIES)


def scan_encrypted_rows(connection: Connection, keyring: Keyring) -> CanaryResult:
    """Try to decrypt every encrypted text in the database, and keep none of it."""
    rows = outdated = bound = 0
    unreadable: Counter[str] = Counter()
    for table in encrypted_tables():
        for texts in _ciphertexts(connection, table):
            rows += 1
            readable = [text for text, place in texts if not text or _can_read(keyring, text, place)]
            outdated += sum(bool(text) and not keyring.is_current(text) for text in readable)
            bound += sum(text.startswith(BOUND_FORMAT) for text in readable)
            if len(readable) < len(texts):
                unreadable[table.name] += 1
    return CanaryResult(rows, dict(unreadable), outdated, bound)


def encrypted_tables() -> Iterator[Table]:
    """The tables with encrypted columns."""
    return (table for table in Base.metadata.sorted_tables if encrypted_columns(table))


def encrypted_columns(table: Table) -> list[Column[str | None]]:
    """The encrypted columns of a table."""
    return [column for column in table.columns if is_encrypted(column)]


def stored_values(table: Table) -> Select[str]:
    """The place of each row of a table, and its encrypted values as they are stored, in the order of the columns."""
    return select(*place_columns(table), *(type_coerce(column, Text) for column in encrypted_columns(table)))


def _ciphertexts(connection: Connection, table: Table) -> Iterator[list[tuple[str, str]]]:
    """The encrypted texts of each row as stored, each with its place."""
    columns, length = encrypted_columns(table), len(place_columns(table))
    stored = connection.execute(stored_values(table), execution_options={"yield_per": ROWS_AT_ONCE})
    with closing(stored):
        for row in stored:
            parts, texts = row[:length], row[length:]
            found = [
                (text, place_of(column, parts))
                for column, text in zip(columns, texts, strict=True)
                if text is not None
            ]
            if found:
                yield found


def _can_read(keyring: Keyring, text: str, place: str, purpose: Purpose = Purpose.ROWS) -> bool:
    try:
        keyring.decrypt(text, place, purpose)
    except UnreadableText:
        return False
    return True
