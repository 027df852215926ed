"""Column types: UTC times, and text that is encrypted at rest."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime as SqlDateTime
from sqlalchemy import Dialect, Text, TypeDecorator

from bot import metrics
from bot.storage.encryption import UnreadableText, keyring

# Shown instead of a text that can't be decrypted; the same in every language.
UNREADABLE = "[?]"


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


class EncryptedText(TypeDecorator[str]):
    """Confidential text. Equal texts have different ciphertexts, so it cannot be searched or indexed.

    An unreadable text is counted and shown as a placeholder: one damaged row must not break a list.
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
    """Confidential JSON value. An unreadable value is read as an empty list."""

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
    """Decrypt the stored text of an EncryptedJson column. Raises UnreadableText."""
    return json.loads(_decrypted(stored))


def _decrypted(stored: str) -> str:
    try:
        return keyring().decrypt(stored)
    except UnreadableText:
        metrics.count_unreadable()
        raise
