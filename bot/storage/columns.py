"""Column types: moments in UTC, and text that is encrypted at rest."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime as SqlDateTime
from sqlalchemy import Dialect, Text, TypeDecorator

from bot import metrics
from bot.storage.encryption import UnreadableText, keyring

# In the place of a text that can't be read; it is the same in every language.
UNREADABLE = "[?]"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in time: aware, in UTC on both databases (SQLite forgets zones)."""

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


class EncryptedText(TypeDecorator[str]):
    """Confidential text. Equal texts have different ciphertexts, so it cannot be searched or indexed.

    One that can't be read is counted, and shows as such: a list is not to fail because of one row in it.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return _decrypted(value)
        except UnreadableText:
            return UNREADABLE


class EncryptedJson(TypeDecorator[Any]):
    """A confidential value that JSON can hold; an empty list in the place of one that can't be read."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else keyring().encrypt(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        try:
            return read_json(value)
        except UnreadableText:
            return []


def read_json(stored: str) -> Any:
    """The value of an EncryptedJson column as it is stored. Raises UnreadableText."""
    return json.loads(_decrypted(stored))


def _decrypted(stored: str) -> str:
    try:
        return keyring().decrypt(stored)
    except UnreadableText:
        metrics.count_unreadable()
        raise
