"""Encryption of a row's values before they are written: each ciphertext is bound to the place of its row.

The session does it when it flushes records; the ids of new records are given before. A Core statement gets its values from
`seal_values`. While they are written a record holds ciphertexts, and afterwards its texts again.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Column, Table, event, inspect, select
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction
from sqlalchemy.sql.schema import CallableColumnDefault

from bot.storage.columns import encrypt_value, is_encrypted, place_columns
from bot.storage.encryption import CipherState, keyring
from bot.storage.records import EncryptionRow

# Keys of Session.info.
_HELD, _FOLLOWED = "sealed", "cipher_state_of"


class _Layout:
    """The encrypted columns of a record, and the columns of its place, by the names of their attributes."""

    def __init__(self, record: type[Any]) -> None:
        mapper = inspect(record)
        table = mapper.local_table
        named = {column: mapper.get_property_by_column(column).key for column in table.columns}
        self.encrypted = {named[column]: column for column in table.columns if is_encrypted(column)}
        self.place = {named[column]: column for column in place_columns(table)}


_LAYOUTS: dict[type[Any], _Layout] = {}


def _layout(record: type[Any]) -> _Layout:
    found = _LAYOUTS.get(record)
    if found is None:
        found = _LAYOUTS[record] = _Layout(record)
    return found


def seal_values(sql: Session, table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one row for a Core INSERT or UPDATE, encrypted. They hold the row's workspace and id."""
    follow_state(sql)
    if not keyring().writes_bound:
        return dict(values)
    written = [
        column
        for column in table.columns
        if is_encrypted(column) and values.get(column.name) not in (None, "")
    ]
    if not written:
        return dict(values)
    parts = [values[part.name] for part in place_columns(table)]
    return {
        **values,
        **{column.name: encrypt_value(column, values[column.name], parts) for column in written},
    }


def follow_state(sql: Session) -> None:
    """Learn which ciphertexts this database holds, before something is written in this transaction.

    The lock keeps `intervisie rekey` from beginning before this transaction has ended.
    """
    ring = keyring()
    transaction = sql.get_transaction()
    if ring.state is CipherState.BOUND or (
        transaction is not None and sql.info.get(_FOLLOWED) is transaction
    ):
        return
    stored = sql.connection().scalar(_STATE)
    ring.state = CipherState.BOUND if stored is None else CipherState(stored)
    sql.info[_FOLLOWED] = sql.get_transaction()


_STATE = select(EncryptionRow.state).with_for_update(read=True)


@event.listens_for(Session, "before_flush")
def _seal(sql: Session, _context: UOWTransaction, _records: object) -> None:
    for record in (*sql.new, *sql.dirty):
        layout = _layout(type(record))
        if layout.encrypted:
            _seal_record(sql, record, layout)


def _seal_record(sql: Session, record: Any, layout: _Layout) -> None:
    held: dict[str, Any] = vars(record)
    attributes = inspect(record).attrs
    for name, column in layout.place.items():
        if attributes[name].history.deleted:
            raise RuntimeError(f"{column.table.name}: a row with encrypted texts keeps its place")
    follow_state(sql)
    written = [
        name
        for name in layout.encrypted
        # None and no text are the same in every place.
        if held.get(name) not in (None, "") and attributes[name].history.has_changes()
    ]
    if not written or not keyring().writes_bound:
        return
    for name, column in layout.place.items():
        if held.get(name) is None:
            setattr(record, name, _new_value(column))
    parts = [held[name] for name in layout.place]
    for name in written:
        sql.info.setdefault(_HELD, []).append((record, name, held[name]))
        held[name] = encrypt_value(layout.encrypted[name], held[name], parts)


def _new_value(column: Column[Any]) -> Any:
    """The id of a new row: a ciphertext is bound to it, so the database cannot be the one to give it."""
    if not isinstance(column.default, CallableColumnDefault):
        raise RuntimeError(f"{column.table.name}.{column.name} is given before the insert")
    return column.default.arg(cast(Any, None))


@event.listens_for(Session, "after_flush")
def _unseal(sql: Session, _context: UOWTransaction) -> None:
    _give_back(sql)


@event.listens_for(Session, "after_soft_rollback")
def _unseal_after_failure(sql: Session, _previous: SessionTransaction) -> None:
    _give_back(sql)


def _give_back(sql: Session) -> None:
    for record, name, value in sql.info.pop(_HELD, ()):
        # A rollback expires records that were stored before: they are read again.
        if name in vars(record):
            vars(record)[name] = value
