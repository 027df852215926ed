"""Records of follow-up: takeaways with their steps, and reflections."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.followups.rules import REFLECTION_STATES, STEP_STATES, ReflectionState, StepState, What
from bot.storage import Base, EncryptedText, InWorkspace, StateOf, UtcDateTime, new_id


class Takeaway(InWorkspace, Base):
    """A user's takeaway and first step from one session, or a further step. Private, unless shared."""

    __tablename__ = "keepsakes"
    __table_args__ = (
        UniqueConstraint("session_id", "user", "what", "place"),
        Index("ix_keepsakes_user_state", "user", "state"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str] = mapped_column(String(16), index=True)
    user: Mapped[str] = mapped_column(String(20))
    # The presenter's response, or somebody's harvest; a process of an older version writes "harvest" for both.
    what: Mapped[str] = mapped_column(String(10), default=What.HARVEST, server_default=What.HARVEST)
    # Whether the next session looks back on it: what the presenter kept.
    is_presenter: Mapped[bool] = mapped_column(Boolean, default=False)
    # 0 holds the takeaway and the first step, 1 and 2 hold further steps.
    place: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # Whether anything is shared, and exactly which words: changed words are private until shared again.
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    shared_takeaway: Mapped[str | None] = mapped_column(EncryptedText)
    shared_step: Mapped[str | None] = mapped_column(EncryptedText)
    takeaway: Mapped[str] = mapped_column(EncryptedText, default="")
    step: Mapped[str] = mapped_column(EncryptedText, default="")
    # The local day on which the step is meant, as YYYY-MM-DD.
    by: Mapped[str] = mapped_column(String(10), default="")
    state: Mapped[StepState] = mapped_column(StateOf(STEP_STATES), default=StepState.OPEN)
    # How often the step was asked about from the chosen day on.
    asked: Mapped[int] = mapped_column(Integer, default=0)
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The presenter's words for the next look-back, and whether they skip it.
    look_back: Mapped[str] = mapped_column(EncryptedText, default="")
    look_back_skipped: Mapped[bool] = mapped_column(Boolean, default=False)
    # Whether a session has opened with this look-back.
    look_back_done: Mapped[bool] = mapped_column(
        "looked_back", Boolean, default=False, server_default=false()
    )


class Reflection(InWorkspace, Base):
    """A user's private report of a session: added empty for everyone present, written or not."""

    __tablename__ = "reflections"
    __table_args__ = (
        UniqueConstraint("session_id", "user"),
        Index("ix_reflections_user_held_at", "user", "held_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str] = mapped_column(String(16), index=True)
    user: Mapped[str] = mapped_column(String(20))
    is_presenter: Mapped[bool] = mapped_column(Boolean, default=False)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[ReflectionState] = mapped_column(StateOf(REFLECTION_STATES), default=ReflectionState.OPEN)
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    brought_in: Mapped[str] = mapped_column(EncryptedText, default="")
    seen: Mapped[str] = mapped_column(EncryptedText, default="")
    doing: Mapped[str] = mapped_column(EncryptedText, default="")
    needed: Mapped[str] = mapped_column(EncryptedText, default="")
    # Counts the changes. The outbox key of an exported text contains it.
    version: Mapped[int] = mapped_column(Integer, default=0)
