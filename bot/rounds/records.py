"""What people bring in the phases. Of what they write in the thread itself only who, when and how often is kept."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedJson, EncryptedText, InWorkspace, UtcDateTime, new_id


class OfSession:
    """Columns of everything that belongs to a phase of a session."""

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(Integer)
    user: Mapped[str] = mapped_column(String(20))


class Contribution(OfSession, InWorkspace, Base):
    """Someone was heard. `what`: "message" (with its ts), "question", "advice", "pass" or "done"."""

    __tablename__ = "contributions"
    __table_args__ = (UniqueConstraint("session_id", "number", "round", "user", "what", "ts"),)

    what: Mapped[str] = mapped_column(String(10))
    # Makes a redelivered event count once; empty for what comes from a form.
    ts: Mapped[str] = mapped_column(String(20), default="")
    # The window it was sent from: the same one sent again changes what is there.
    form: Mapped[str] = mapped_column(String(20), default="", server_default="")


class Question(OfSession, InWorkspace, Base):
    """A question that was written before it is shown. `place` is its number once it is."""

    __tablename__ = "questions"

    text: Mapped[str] = mapped_column(EncryptedText)
    place: Mapped[int | None] = mapped_column(Integer)
    # After how many other questions the message begins that it is shown in; that number is in the message's key.
    shown_after: Mapped[int | None] = mapped_column(Integer)
    # The window it was sent from: the same one sent again changes what is there.
    form: Mapped[str] = mapped_column(String(20), default="", server_default="")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AdviceRound(InWorkspace, Base):
    """Whose turn it is to advise."""

    __tablename__ = "advice_rounds"
    __table_args__ = (UniqueConstraint("session_id", "number", "round"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(Integer)
    turns: Mapped[list[str]] = mapped_column(JSON)
    # How many have had their turn.
    had: Mapped[int] = mapped_column(Integer, default=0)


class Note(InWorkspace, Base):
    """Somebody's private note in a session."""

    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("session_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(EncryptedText)


class ReminderSent(OfSession, InWorkspace, Base):
    """Somebody was reminded of something in a phase: once is enough. `what`: "unheard" or "silent"."""

    __tablename__ = "reminded"
    __table_args__ = (UniqueConstraint("session_id", "number", "round", "user", "what"),)

    what: Mapped[str] = mapped_column(String(10))


class Evaluation(InWorkspace, Base):
    """Somebody's marks and a line. The group sees averages only."""

    __tablename__ = "evaluations"
    __table_args__ = (UniqueConstraint("session_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20))
    # Use, safety and method, from 1 to 5.
    marks: Mapped[list[int]] = mapped_column(EncryptedJson)
    line: Mapped[str] = mapped_column(EncryptedText, default="")
