"""The tables that show whether something can be stored, and whether what is stored can be read."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, new_id


class ProbeRow(Base):
    """Never there for longer than a transaction."""

    __tablename__ = "probes"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    text: Mapped[str] = mapped_column(Text)


class Canary(Base):
    """A value that says nothing: whoever can't read it lacks a key with which something else was written."""

    __tablename__ = "canaries"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    # Encrypted by hand: it is tried before the keys are in use.
    text: Mapped[str] = mapped_column(Text)
