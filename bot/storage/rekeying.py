"""Rekeying: every stored ciphertext is written again, bound to its place and under the first key, while the bot runs.

What is to do is seen from the ciphertexts themselves, so it can be killed at any moment and goes on where it stopped.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    Text,
    and_,
    delete,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.exc import OperationalError

from bot.storage.canary import add_canary, change_state, cipher_state, encrypted_columns, encrypted_tables
from bot.storage.columns import place_columns, place_of
from bot.storage.encryption import CipherState, Ciphertext, Keyring, UnreadableText
from bot.storage.notifications import older_processes
from bot.storage.process_lock import AlreadyRunning, ProcessLock
from bot.storage.records import Canary, EncryptionRow

T = TypeVar("T")
# Rows in one transaction. On SQLite the bot waits meanwhile: a batch takes some ten milliseconds.
BATCH = 100
# A process that starts or ends holds one of its two locks for a moment.
SECOND_LOOK_SECONDS = 1.0
MAX_ATTEMPTS = 20
MAX_PASSES = 10


class OlderProcess(Exception):
    """A running process is of a version that cannot read bound ciphertexts."""


@dataclass
class Rekeyed:
    """The result: the values that were written anew, those that no key reads, and those that are still to do."""

    written: int = 0
    unreadable: int = 0
    left: int = 0


class _Pass:
    """One walk through all rows whose ciphertexts are not current."""

    def __init__(self, engine: Engine, keyring: Keyring, batch: int) -> None:
        self._engine = engine
        self._keyring = keyring
        self._batch = batch
        self.written = 0
        self.unreadable = 0

    def batches(self) -> Iterator[None]:
        """Write one batch after the other; yields after each commit."""
        for table in encrypted_tables():
            after: Sequence[Any] = ()
            while True:
                begun = time.monotonic()
                rows = _retried(partial(self._one_batch, table, after))
                yield
                if len(rows) < self._batch:
                    break
                after = rows[-1]
                # The bot gets as much of the time.
                time.sleep(time.monotonic() - begun)

    def _one_batch(self, table: Table, after: Sequence[Any]) -> list[Sequence[Any]]:
        """Write the next rows of a table; returns their primary keys."""
        keys, places, columns = list(table.primary_key), place_columns(table), encrypted_columns(table)
        stored = [type_coerce(column, Text).label(f"stored_{column.name}") for column in columns]
        wanted = (
            select(*keys, *places, *stored)
            .where(_is_outdated(columns, self._keyring))
            .order_by(*keys)
            .limit(self._batch)
            # A row that the bot is changing is seen again in the next pass.
            .with_for_update(skip_locked=True)
        )
        if after:
            wanted = wanted.where(tuple_(*keys) > tuple_(*after))
        written = unreadable = 0
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            rows = connection.execute(wanted).all()
            for row in rows:
                key = row[: len(keys)]
                parts = row[len(keys) : len(keys) + len(places)]
                texts = row[len(keys) + len(places) :]
                values: dict[str, Ciphertext] = {}
                for column, text in zip(columns, texts, strict=True):
                    if text and not self._keyring.is_current(text):
                        anew = self._anew(column, text, parts)
                        if anew is None:
                            unreadable += 1
                        else:
                            values[column.name] = anew
                if values:
                    here = [part == value for part, value in zip(keys, key, strict=True)]
                    connection.execute(update(table).where(*here).values(values))
                    written += len(values)
        self.written += written
        self.unreadable += unreadable
        return [row[: len(keys)] for row in rows]

    def _anew(self, column: Column[Any], text: str, parts: Sequence[object]) -> Ciphertext | None:
        place = place_of(column, parts)
        try:
            return Ciphertext(self._keyring.encrypt(self._keyring.decrypt(text, place), place))
        except UnreadableText:
            return None


def rekey(
    engine: Engine, keyring: Keyring, told: Callable[[int], None] = lambda written: None, batch: int = BATCH
) -> Rekeyed:
    """Write every value under the first key. `told` hears after each batch how many were written so far.

    Raises OlderProcess, also in the middle: what was written until then stays.
    """
    refuse_beside_older(engine)
    keyring.state = _retried(partial(_begin, engine))
    done = Rekeyed()
    for _ in range(MAX_PASSES):
        walk = _Pass(engine, keyring, batch)
        for _one in walk.batches():
            refuse_beside_older(engine)
            told(done.written + walk.written)
        done.written += walk.written
        done.unreadable = walk.unreadable
        with engine.connect() as connection:
            done.left = outdated_values(connection, keyring) - walk.unreadable
        if done.left <= 0:
            done.left = 0
            _retried(partial(_finish, engine, keyring))
            break
    return done


def outdated_values(connection: Connection, keyring: Keyring) -> int:
    """The number of values that are not written as they are now. None of them is decrypted."""
    found = 0
    for table in encrypted_tables():
        counts = [func.count().filter(_is_outdated([column], keyring)) for column in encrypted_columns(table)]
        found += sum(connection.execute(select(*counts).select_from(table)).one())
    return found


def _is_outdated(columns: Sequence[Column[Any]], keyring: Keyring) -> ColumnElement[bool]:
    """Condition: one of the ciphertexts is not bound, or of another key than the first."""
    texts = [type_coerce(column, Text) for column in columns]
    prefix = keyring.current_prefix
    return or_(*(and_(text != "", func.substr(text, 1, len(prefix)) != prefix) for text in texts))


def refuse_beside_older(engine: Engine) -> None:
    """Raise OlderProcess while a process of an older version is alive."""
    if engine.dialect.name == "sqlite":
        if _is_older_on_file(engine):
            raise OlderProcess
        return
    suspected = _older(engine)
    if suspected:
        time.sleep(SECOND_LOOK_SECONDS)
        if suspected & _older(engine):
            raise OlderProcess


def _older(engine: Engine) -> set[int]:
    with engine.connect() as connection:
        return older_processes(connection)


def _is_older_on_file(engine: Engine) -> bool:
    """Whether somebody works on this file, and no process of this version has ever started on it.

    Since the migration that brought the row, no older version starts on it any more.
    """
    with engine.connect() as connection:
        if (
            connection.execute(select(EncryptionRow).where(EncryptionRow.read_since.is_(None))).first()
            is None
        ):
            return False
    try:
        ProcessLock(engine.url.render_as_string(hide_password=False)).release()
    except AlreadyRunning:
        return True
    return False


def _begin(engine: Engine) -> CipherState:
    """From this commit on every process writes bound ciphertexts: each transaction that writes looks here first."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if cipher_state(connection) is CipherState.UNBOUND:
            change_state(connection, CipherState.MIXED)
        return cipher_state(connection)


def _finish(engine: Engine, keyring: Keyring) -> None:
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        change_state(connection, CipherState.BOUND)
        connection.execute(delete(Canary))
        add_canary(connection, keyring)
    if engine.dialect.name == "sqlite":
        # The write-ahead log still holds the ciphertexts of before. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
        driver = engine.raw_connection()
        driver.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        driver.close()


def _retried(work: Callable[[], T]) -> T:
    """Try a transaction again while the database is busy."""
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            return work()
        except OperationalError:
            if attempt == MAX_ATTEMPTS:
                raise
            time.sleep(0.05 * attempt)
    raise AssertionError
