"""Table of the console: the lines that whoever leads has parked."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedText, InWorkspace, UtcDateTime, new_id


class ParkedLine(InWorkspace, Base):
    """A line that somebody parked during a session: theirs alone, and sent to them afterwards."""

    __tablename__ = "parked_lines"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(EncryptedText)
    # The window of the form, so that the same form sent twice edits the first.
    form: Mapped[str] = mapped_column(String(20))
    parked_at: Mapped[datetime] = mapped_column(UtcDateTime)
