"""Table of table pages."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedText, InWorkspace, UtcDateTime


class SelectionPage(InWorkspace, Base):
    """The address of a table page that was made while the group chose. It goes on with the session that follows."""

    __tablename__ = "selection_pages"

    selection_id: Mapped[str] = mapped_column(
        ForeignKey("selections.id", ondelete="CASCADE"), primary_key=True
    )
    # As in `TablePage`.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token: Mapped[str] = mapped_column(EncryptedText)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TablePage(InWorkspace, Base):
    """The address of a session's table page. A new token ends the old address, and so does the end of the session."""

    __tablename__ = "table_pages"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    # Requests are looked up by the hash. The token is kept encrypted, to be shown again.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token: Mapped[str] = mapped_column(EncryptedText)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
