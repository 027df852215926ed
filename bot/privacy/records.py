"""Table of who was forgotten, for copies of the database from before."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, UtcDateTime, new_id


class Forgotten(Base):
    """Somebody, a group or a workspace that was forgotten, as a hash: it says nothing of whoever it does not ask about."""

    __tablename__ = "forgotten"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    # A `rules.Subject`.
    kind: Mapped[str] = mapped_column(String(10))
    # `rules.digest_of` the workspace and the id.
    digest: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
