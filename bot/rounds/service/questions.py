"""The round of questions: written first, revealed together."""

from sqlalchemy import select

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.rounds.records import Question
from bot.rounds.service import heard, notes
from bot.rounds.views import thread
from bot.rounds.views.refs import PhaseRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused


def begin(tx: Tx, session: Session) -> None:
    """Opens the round: a message that counts how many have written."""
    sessions.say(tx, session, _counting(tx, session), _where(session, "written"))


def _where(session: Session, what: str) -> str:
    return f"phase/{session.number}/{session.round}/{what}"


def _counting(tx: Tx, session: Session) -> Message:
    t = groups.texts_in(sessions.group_of(tx, session))
    writers = {question.user for question in of_phase(tx, session)}
    ref = PhaseRef(session.id, session.number, session.round)
    return thread.written(t, ref, len(writers), max(len(heard.others(tx, session)), len(writers)))


def of_phase(
    tx: Tx, session: Session, number: int | None = None, round_: int | None = None
) -> list[Question]:
    """The questions of a phase, in the order in which they were written."""
    return list(
        tx.sql.scalars(
            select(Question)
            .where(
                Question.session_id == session.id,
                Question.number == (session.number if number is None else number),
                Question.round == (session.round if round_ is None else round_),
            )
            .order_by(Question.written_at, Question.id)
        )
    )


def mine(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> list[str]:
    """What somebody has written and may still change. Raises Refused for the presenter and when it is too late."""
    session = sessions.session_for(tx, workspace, ref.session, user)
    sessions.at_phase(session, ref.number, ref.round)
    if user == session.presenter:
        raise Refused(
            lambda t: t(
                "The others write their questions now; in a moment you answer them, here in the thread."
            )
        )
    return [
        question.text
        for question in of_phase(tx, session)
        if question.user == user and question.place is None
    ]


def write(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str, texts: list[str]) -> None:
    """Keeps somebody's questions until all appear together; what was written before and is still hidden is replaced."""
    session = sessions.session_for(tx, workspace, ref.session, user)
    sessions.at_phase(session, ref.number, ref.round)
    sessions.present(tx, session, user)
    hidden = [q for q in of_phase(tx, session) if q.user == user and q.place is None]
    shown_before = any(q.place is not None for q in of_phase(tx, session))
    for question in hidden:
        tx.sql.delete(question)
    for text in texts:
        tx.sql.add(
            Question(
                session_id=session.id,
                number=session.number,
                round=session.round,
                user=user,
                text=text,
                written_at=tx.now,
                **belonging_to(workspace),
            )
        )
    tx.sql.flush()
    heard.count(tx, session, user, "question")
    if shown_before:
        reveal(tx, session, session.number, session.round)
        return
    writers = {question.user for question in of_phase(tx, session)}
    if set(heard.others(tx, session)) <= writers:
        reveal(tx, session, session.number, session.round)
    else:
        outbox.update(
            tx, workspace, sessions.key(session, _where(session, "written")), _counting(tx, session)
        )


def keep_as_note(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str, text: str) -> None:
    """What looked like advice is kept for the advice round."""
    session = sessions.session_for(tx, workspace, ref.session, user)
    sessions.present(tx, session, user)
    notes.add(tx, session, user, text)


def reveal_now(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> None:
    """The facilitator does not wait for the last ones."""
    session = sessions.session_for(tx, workspace, ref.session, user)
    sessions.at_phase(session, ref.number, ref.round)
    if user != session.facilitator:
        raise Refused(
            lambda t: t("The facilitator shows the questions, or they appear when everyone has written.")
        )
    if not any(question.place is None for question in of_phase(tx, session)):
        raise Refused(lambda t: t("There is no question to show yet."))
    reveal(tx, session, session.number, session.round)


def reveal(tx: Tx, session: Session, number: int, round_: int) -> None:
    """Shows every hidden question, numbered."""
    everything = of_phase(tx, session, number, round_)
    hidden = [question for question in everything if question.place is None]
    first = max((question.place or 0 for question in everything), default=0)
    for place, question in enumerate(hidden, start=first + 1):
        question.place = place
    tx.sql.flush()
    t = groups.texts_in(sessions.group_of(tx, session))
    counting = thread.all_written(t) if everything else thread.nothing_written(t)
    where = f"phase/{number}/{round_}"
    outbox.update(tx, session.workspace, sessions.key(session, where, "written"), counting)
    if not hidden:
        return
    shown = [(question.place or 0, question.user, question.text) for question in hidden]
    message = thread.one_more(t, shown) if first else thread.revealed(t, session.presenter, shown)
    sessions.say(tx, session, message, f"{where}/questions/{first}")
