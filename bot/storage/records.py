"""The table that shows whether something can be stored."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, new_id


class Filling(Base):
    """Never there for longer than a transaction."""

    __tablename__ = "probes"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    text: Mapped[str] = mapped_column(Text)
