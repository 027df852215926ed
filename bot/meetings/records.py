"""The group's meetings."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedText, InWorkspace, Moment, new_id


class Meeting(InWorkspace, Base):
    """A date at which the group comes together. The local day and hour are what was agreed; the moment follows."""

    __tablename__ = "meetings"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    # "planned", "opened" (a session began) or "cancelled".
    state: Mapped[str] = mapped_column(String(10))
    day: Mapped[str] = mapped_column(String(10))
    hour: Mapped[str] = mapped_column(String(5))
    zone: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    place: Mapped[str] = mapped_column(EncryptedText, default="")
    planned_by: Mapped[str] = mapped_column(String(20))
    # Counts the moves, so that a reminder for an earlier date is not mistaken for one of this date.
    version: Mapped[int] = mapped_column(Integer, default=0)
    # Who leads it; None: nobody yet, or whoever starts the session.
    facilitator: Mapped[str | None] = mapped_column(String(20))
    # The key of the message in the channel that invites; None while there is none.
    invitation: Mapped[str | None] = mapped_column(String(60))
    # When too few come: "asked" (what to do), and then what was chosen, "as_planned" or "short".
    decided: Mapped[str | None] = mapped_column(String(10))
