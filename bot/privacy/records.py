"""Table of who was forgotten, for copies of the database from before."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedText, UtcDateTime, new_id
from bot.storage.columns import UNREADABLE


class Forgotten(Base):
    """Somebody, a group or a workspace that was forgotten, as a keyed hash: without its key no id can be tried."""

    __tablename__ = "forgotten"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    # A `rules.Subject`.
    kind: Mapped[str] = mapped_column(String(10))
    # `rules.digest_of` the workspace and the id.
    digest: Mapped[str] = mapped_column(String(64), index=True)
    # The key of the hash, encrypted like people's words, so rekeying keeps it. None: a hash without a key, of before.
    secret: Mapped[str | None] = mapped_column(EncryptedText)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def is_readable(self) -> bool:
        """Whether the key of the hash is known. Otherwise its encryption key is gone."""
        return self.secret != UNREADABLE
