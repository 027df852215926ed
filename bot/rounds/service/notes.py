"""Private notes during a session, given back when it is one's turn."""

from sqlalchemy import Select, select

from bot.rounds.records import Note
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.storage import Tx, Workspace, belonging_to, statement


def notes_of(tx: Tx, session: Session, user: str) -> str:
    """Somebody's note in a session; empty when there is none."""
    found = _find(tx, session, user)
    return found.text if found else ""


def note_of(tx: Tx, workspace: Workspace, session_id: str, user: str) -> str:
    return notes_of(tx, sessions.session_for(tx, workspace, session_id, user), user)


def write_note(tx: Tx, workspace: Workspace, session_id: str, user: str, text: str) -> None:
    """Puts a new text in the place of the note."""
    session = sessions.session_for(tx, workspace, session_id, user)
    found = _find(tx, session, user)
    if found is None:
        tx.sql.add(Note(session_id=session.id, user=user, text=text, **belonging_to(workspace)))
    else:
        found.text = text


def add_to_note(tx: Tx, session: Session, user: str, text: str) -> None:
    """Adds a line to the note."""
    found = _find(tx, session, user)
    if found is None:
        tx.sql.add(Note(session_id=session.id, user=user, text=text, **belonging_to(session.workspace)))
    elif text not in found.text:
        found.text = f"{found.text}\n{text}".strip()


def _find(tx: Tx, session: Session, user: str) -> Note | None:
    return tx.scalars(_note(session.id, user)).one_or_none()


@statement
def _note(session_id: str, user: str) -> Select[Note]:
    return select(Note).where(Note.session_id == session_id, Note.user == user)
