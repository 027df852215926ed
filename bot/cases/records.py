"""Table of cases."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.cases.rules import CASE_STATES, CaseKind, CaseState
from bot.storage import Base, EncryptedJson, EncryptedText, InWorkspace, StateOf, UtcDateTime, new_id


class Case(InWorkspace, Base):
    """A case: a real situation from somebody's work, with a question or with what went well. Every word is confidential."""

    __tablename__ = "cases"
    __table_args__ = (
        # For the backlog and the turns without years of treated cases, and for somebody's newest cases.
        Index("ix_cases_group_id_state_presenter", "group_id", "state", "presenter"),
        Index("ix_cases_group_id_presenter_created_at", "group_id", "presenter", "created_at"),
        # For somebody's cases in all their groups, on their Home tab.
        Index("ix_cases_presenter_created_at", "presenter", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    presenter: Mapped[str] = mapped_column(String(20))
    state: Mapped[CaseState] = mapped_column(StateOf(CASE_STATES))
    # A value of CaseKind.
    kind: Mapped[str] = mapped_column(
        String(12), default=CaseKind.QUESTION, server_default=CaseKind.QUESTION.value
    )
    title: Mapped[str] = mapped_column(EncryptedText)
    situation: Mapped[str] = mapped_column(EncryptedText)
    own_part: Mapped[str] = mapped_column(EncryptedText)
    question: Mapped[str] = mapped_column(EncryptedText)
    tried: Mapped[str] = mapped_column(EncryptedText, default="")
    # Some of "ideas", "questions", "experiences", "mirror".
    help: Mapped[list[str]] = mapped_column(JSON, default=list)
    hope: Mapped[str] = mapped_column(EncryptedText, default="")
    # "now", "month" or "can_wait".
    urgency: Mapped[str] = mapped_column(String(10), default="can_wait")
    theme: Mapped[str] = mapped_column(EncryptedText, default="")
    # Changes to a case that the group sees already, as far as they were typed and not sent: the fields of the first form.
    typed: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The last time that its words were kept; None for a case of before.
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    treated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When its writer was asked whether it stays, after it waited for long. None: not asked, or answered.
    stay_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When its writer said that it stays.
    stays_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Retention, or its presenter, has deleted its words. A treated case still counts as a turn.
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
