"""Safety: a low mark is told to whoever leads next, without a name, once its writer has said yes."""

from bot.groups.records import Group
from bot.rounds import queries, rules
from bot.rounds.records import SafetyNote
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.storage import Tx, belonging_to, new_id

YES, NO = "yes", "no"
SAFETY_ANSWERS = (YES, NO)


def note_low_marks(tx: Tx, session: Session) -> dict[str, str]:
    """Note every low mark for safety, without its writer. Returns the ids of the notes by writer, for their questions.

    It is done while the marks still have names. Afterwards only the button in the writer's own message leads to the note.
    """
    notes = {}
    for one in queries.evaluations_of(tx, session):
        is_named = not one.user.startswith(rules.NOBODY)
        if is_named and one.marks and rules.Marks(*one.marks).is_unsafe:
            notes[one.user] = new_id()
    for note in notes.values():
        tx.sql.add(SafetyNote(id=note, session_id=session.id, **belonging_to(tx.workspace)))
    tx.sql.flush()
    return notes


def last_session_was_unsafe(tx: Tx, group: Group) -> bool:
    """Whether whoever leads next may know that the last session was not safe for everybody."""
    session = sessions.last_session(tx, group)
    return session is not None and queries.has_told_unsafe(tx, session)
