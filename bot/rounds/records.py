"""Tables of the rounds. Of messages in the thread only writer, time and number are stored, never the text."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import Base, EncryptedJson, EncryptedText, InWorkspace, UtcDateTime, new_id


class OfSession:
    """Columns of a record that belongs to a phase of a session."""

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    phase_index: Mapped[int] = mapped_column("number", Integer)
    pass_no: Mapped[int] = mapped_column("round", Integer)
    user: Mapped[str] = mapped_column(String(20))


class Contribution(OfSession, InWorkspace, Base):
    """A contribution to a phase.

    `what`: "message" (with its ts), "question", "advice", "pass", "done", "response", "harvest", "marks", "note", "rating",
    "rewording", "ready" (with the writing), or "aloud": harvest or marks were said, and whoever leads ticked that.
    Of the presenter also "shown": the time for writing questions was over.
    """

    __tablename__ = "contributions"
    __table_args__ = (UniqueConstraint("session_id", "number", "round", "user", "what", "ts"),)

    what: Mapped[str] = mapped_column(String(10))
    # The message's ts, so that a redelivered event counts once; empty for a form or a button.
    ts: Mapped[str] = mapped_column(String(20), default="")
    # The window of the form, so that the same form sent twice edits the first.
    form: Mapped[str] = mapped_column(String(20), default="", server_default="")


class Question(OfSession, InWorkspace, Base):
    """A question, or a piece of advice, hidden until it is revealed. `place` is its number from then on."""

    __tablename__ = "questions"

    # What it is: `Phase.item`.
    item: Mapped[str] = mapped_column(String(10), default="question", server_default="question")
    text: Mapped[str] = mapped_column(EncryptedText)
    place: Mapped[int | None] = mapped_column(Integer)
    # The number of questions before the first one in its message; part of the message's key.
    shown_after: Mapped[int | None] = mapped_column(Integer)
    # The window of the form, so that the same form sent twice edits the first.
    form: Mapped[str] = mapped_column(String(20), default="", server_default="")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The presenter's word for it, as a number: 0 cold, 1 lukewarm, 2 warm. None without one.
    rating: Mapped[int | None] = mapped_column(Integer)
    discussed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class AdviceRound(InWorkspace, Base):
    """The turns of an advice phase."""

    __tablename__ = "advice_rounds"
    __table_args__ = (UniqueConstraint("session_id", "number", "round"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    phase_index: Mapped[int] = mapped_column("number", Integer)
    pass_no: Mapped[int] = mapped_column("round", Integer)
    turns: Mapped[list[str]] = mapped_column(JSON)
    # The number of turns that are over.
    had: Mapped[int] = mapped_column(Integer, default=0)


class Rewording(InWorkspace, Base):
    """The presenter's question as it became in the session. The case keeps the old one."""

    __tablename__ = "rewordings"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    # Empty when it is still the question of the case.
    text: Mapped[str] = mapped_column(EncryptedText)
    # The help that is wanted, as in `cases.rules.HELP`.
    help: Mapped[list[str]] = mapped_column(JSON)
    # Whether the summary may repeat it.
    returns: Mapped[bool] = mapped_column(Boolean)


class Note(InWorkspace, Base):
    """A user's private note in a session."""

    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("session_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(EncryptedText)


class ReminderSent(OfSession, InWorkspace, Base):
    """A reminder that a user got in a phase, so that it is sent once. `what`: "unheard" or "silent"."""

    __tablename__ = "reminded"
    __table_args__ = (UniqueConstraint("session_id", "number", "round", "user", "what"),)

    what: Mapped[str] = mapped_column(String(10))


class Evaluation(InWorkspace, Base):
    """A participant's marks and line. The group sees averages only."""

    __tablename__ = "evaluations"
    __table_args__ = (UniqueConstraint("session_id", "user"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    user: Mapped[str] = mapped_column(String(20))
    # Use, safety and method, from 1 to 5.
    marks: Mapped[list[int]] = mapped_column(EncryptedJson)
    line: Mapped[str] = mapped_column(EncryptedText, default="")


class ShownAverages(InWorkspace, Base):
    """The averages that a group has seen: from then on they do not change."""

    __tablename__ = "shown_averages"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    # `rules.Averages`, by the names of its fields.
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)


class SafetyNote(InWorkspace, Base):
    """A low mark for safety, without whose it is. Its writer is asked whether whoever leads next may know of it."""

    __tablename__ = "safety_notes"

    # The button of the question carries it: nothing else leads back to a person.
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    # Whether it may be told; False until its writer has said yes.
    told: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
