"""Private notes during a session. The writer gets them back in the form of a later phase."""

from bot.rounds import queries
from bot.rounds.records import Note
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.storage import Tx, belonging_to


def note_text(tx: Tx, session: Session, user: str) -> str:
    """The text of a user's note in a session; empty without a note."""
    found = queries.note_of(tx, session, user)
    return found.text if found else ""


def own_note(tx: Tx, session_id: str, user: str) -> str:
    """The text of a member's own note. Raises Refused for anyone who takes no part."""
    return note_text(tx, sessions.scene_for_participant(tx, session_id, user).session, user)


def write_note(tx: Tx, session_id: str, user: str, text: str) -> None:
    """Replace the text of a member's note."""
    session = sessions.scene_for_participant(tx, session_id, user).session
    found = queries.note_of(tx, session, user)
    if found is None:
        tx.sql.add(Note(session_id=session.id, user=user, text=text, **belonging_to(tx.workspace)))
    else:
        found.text = text


def add_to_note(tx: Tx, session: Session, user: str, text: str) -> None:
    """Append a line to a user's note, unless the note has it already."""
    found = queries.note_of(tx, session, user)
    if found is None:
        tx.sql.add(Note(session_id=session.id, user=user, text=text, **belonging_to(session.workspace)))
    elif text not in found.text:
        found.text = f"{found.text}\n{text}".strip()
