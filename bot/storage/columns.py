"""Column types: UTC times, and text that is encrypted at rest."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    FromClause,
    Label,
    String,
    Text,
    TypeDecorator,
    cast,
    literal_column,
    type_coerce,
)
from sqlalchemy import DateTime as SqlDateTime

from bot import metrics
from bot.storage.encryption import Ciphertext, UnreadableText, keyring

# Shown instead of a text that can't be decrypted; the same in every language.
UNREADABLE = "[?]"
# Between the parts of a place. It stands in no ciphertext.
SEPARATOR = " "
_SEPARATOR = literal_column(f"'{SEPARATOR}'", Text())


class UtcDateTime(TypeDecorator[datetime]):
    """UTC time: aware on both databases (SQLite drops time zones)."""

    impl = SqlDateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlaceUnknown(Exception):
    """An encrypted column is read or written without its row. The message names no value."""


class _Encrypted(TypeDecorator[Any]):
    """Encrypted column: each ciphertext is bound to its table, column, workspace and row.

    Every SELECT fetches the place together with the ciphertext. Values are encrypted before they are bound: by the session
    when it flushes, and by `seal_values` for a Core statement (sealing.py).
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if isinstance(value, Ciphertext):
            return str(value)
        if not keyring().writes_bound:
            return keyring().encrypt(self.dump(value), "")
        if value == "":
            # No text is the same in every place, so a statement may empty many rows at once.
            return ""
        raise PlaceUnknown("encrypt the values of a Core statement with seal_values")

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The ciphertext behind its place, as the database finds it."""
        of, place = _with_place(column)
        stored: ColumnElement[Any] = column
        for part in reversed(place):
            text = part if isinstance(part.type, String) else cast(part, Text)
            stored = text.concat(_SEPARATOR).concat(stored)
        return type_coerce(stored, _Opened(self, name_of(of), len(place)))

    def dump(self, value: Any) -> str:
        """The text that is encrypted for a value."""
        raise NotImplementedError

    def load(self, text: str) -> Any:
        """The value of a decrypted text."""
        raise NotImplementedError

    def unreadable(self) -> Any:
        """What is read instead of a ciphertext that cannot be decrypted."""
        raise NotImplementedError


class EncryptedText(_Encrypted):
    """Confidential text. Equal texts have different ciphertexts, so it cannot be searched or indexed.

    An unreadable text is counted and shown as a placeholder: one damaged row must not break a list.
    """

    cache_ok = True

    def dump(self, value: Any) -> str:
        return str(value)

    def load(self, text: str) -> str:
        return text

    def unreadable(self) -> str:
        return UNREADABLE


class EncryptedJson(_Encrypted):
    """Confidential JSON value. An unreadable value is read as an empty list."""

    cache_ok = True

    def dump(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def load(self, text: str) -> Any:
        return json.loads(text) if text else []

    def unreadable(self) -> Any:
        return []


class _Opened(TypeDecorator[Any]):
    """The result of selecting an encrypted column: the place, and the ciphertext that stood there."""

    impl = Text
    cache_ok = True

    def __init__(self, encrypted: _Encrypted, name: str, parts: int) -> None:
        super().__init__()
        self.encrypted = encrypted
        self.name = name
        self.parts = parts

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        place, _, stored = value.rpartition(SEPARATOR)
        try:
            # A separator within an id would make one place look like another.
            if place.count(SEPARATOR) != self.parts - 1:
                raise UnreadableText
            return self.encrypted.load(_decrypted(stored, f"{self.name}{SEPARATOR}{place}"))
        except UnreadableText:
            metrics.count_unreadable()
            return self.encrypted.unreadable()


def _with_place(selected: ColumnElement[Any]) -> tuple[Column[Any], list[ColumnElement[Any]]]:
    """The column that is selected, perhaps through an alias or a subquery, and its place there. Raises PlaceUnknown."""
    if isinstance(selected, Label):
        selected = selected.element
    beside: FromClause | None = getattr(selected, "table", None)
    bases = selected.base_columns
    of = next(iter(bases)) if len(bases) == 1 else None
    if beside is not None and isinstance(of, Column):
        found = [beside.corresponding_column(part) for part in place_columns(of.table)]
        place: list[ColumnElement[Any]] = [part for part in found if part is not None]
        if len(place) == len(found):
            return of, place
    raise PlaceUnknown(
        "select an encrypted column itself, in a subquery together with the workspace and id of its row"
    )


def is_encrypted(column: ColumnElement[Any]) -> bool:
    """Whether the values of a column are encrypted."""
    return isinstance(column.type, _Encrypted)


def place_columns(table: FromClause) -> list[Column[Any]]:
    """The columns that say to which workspace and row a ciphertext belongs."""
    key = {column.name for column in table.primary_key}
    names = [*(("team_id",) if "team_id" in table.c else ()), *sorted(key - {"team_id"})]
    return [column for name in names if isinstance(column := table.c[name], Column)]


def name_of(column: Column[Any]) -> str:
    """The name of a column with its table, as it stands in a place."""
    return f"{column.table.name}.{column.name}"


def place_of(column: Column[Any], parts: Sequence[object]) -> str:
    """The place of a value: its column, workspace and row. `parts` are the values of `place_columns`."""
    return SEPARATOR.join((name_of(column), *map(str, parts)))


def encrypt_value(column: Column[Any], value: Any, parts: Sequence[object]) -> Any:
    """The ciphertext of a value for one place. None, and no text, need none."""
    if value is None or value == "" or isinstance(value, Ciphertext):
        return value
    assert isinstance(column.type, _Encrypted)
    return Ciphertext(keyring().encrypt(column.type.dump(value), place_of(column, parts)))


def decrypt_value(column: Column[Any], stored: str, parts: Sequence[object]) -> Any:
    """The value of a ciphertext that stood in one place. Raises UnreadableText."""
    assert isinstance(column.type, _Encrypted)
    try:
        return column.type.load(_decrypted(stored, place_of(column, parts)))
    except UnreadableText:
        metrics.count_unreadable()
        raise


def _decrypted(stored: str, place: str) -> str:
    return keyring().decrypt(stored, place) if stored else ""
