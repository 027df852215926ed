"""Records of fit checks."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.fit_checks.rules import REASON, REASONS
from bot.storage import Base, EncryptedText, InWorkspace, UtcDateTime, new_id


class FitCheck(InWorkspace, Base):
    """The question to a member who missed two meetings in a row: what do they need? One row each time."""

    __tablename__ = "fits"
    __table_args__ = (UniqueConstraint("group_id", "user", "meeting_id"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(20), index=True)
    # The second of the two missed meetings.
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    # "fits", "stop" or "reason". Older rows: "time" or "rhythm".
    answer: Mapped[str | None] = mapped_column(String(10))
    # One of `rules.REASONS`. Private, unless `shared` or `unnamed`.
    reason: Mapped[str] = mapped_column(EncryptedText, default="", server_default="")
    line: Mapped[str] = mapped_column(EncryptedText, default="")
    # With the member's name, to the group contact.
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    # Without a name, to whoever leads next, once two members share the same; and whether that has been said.
    unnamed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    passed_on: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def reason_given(self) -> str:
        """Why the member stayed away; empty when they did not say."""
        if self.answer in (None, REASON):
            return self.reason
        return str(self.answer) if self.answer in REASONS else ""
