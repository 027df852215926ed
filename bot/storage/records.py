"""Tables of the health checks: the write probe, and the canaries of the encryption keys."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, new_id


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
