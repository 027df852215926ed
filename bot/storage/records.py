"""Tables of the store itself: the write probe, the canaries of the encryption keys, and which ciphertexts stand here."""

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, new_id
from bot.storage.columns import UtcDateTime
from bot.storage.encryption import CIPHER_STATES, CipherState
from bot.storage.states import StateOf


class ProbeRow(Base):
    """Scratch row of the write probe: inserted and deleted in one transaction, so the table is always empty."""

    __tablename__ = "probes"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    text: Mapped[str] = mapped_column(Text)


class Canary(Base):
    """Canary: a meaningless encrypted value. If it can't be decrypted, a key of older rows is missing."""

    __tablename__ = "canaries"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    # Plain Text column, encrypted by canary.py: the check runs before the keyring is set.
    text: Mapped[str] = mapped_column(Text)


class EncryptionRow(Base):
    """Which ciphertexts this database holds. There is one row in a database that an older version has used, else none."""

    __tablename__ = "encryption"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    state: Mapped[CipherState] = mapped_column(StateOf(CIPHER_STATES))
    # When a process first started that reads bound ciphertexts. None: on SQLite, whoever runs is older.
    read_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
