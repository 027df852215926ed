"""The round of questions: written first, revealed together."""

from datetime import timedelta

from sqlalchemy import select

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.rounds import rules
from bot.rounds.records import Question
from bot.rounds.service import heard, notes, place
from bot.rounds.views import thread
from bot.rounds.views.refs import PhaseRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused

# Slack takes 50 blocks in a message, and 25 questions are as much as anyone reads at once.
PER_MESSAGE = 25


def begin(tx: Tx, session: Session) -> None:
    """Opens the round: a message that counts how many have written."""
    sessions.say(tx, session, _counting(tx, session), _where(session, "written"))


def say(tx: Tx, session: Session) -> None:
    """How many have written, or the questions once they are shown. What stands there already stays."""
    everything = of_phase(tx, session)
    if all(question.place is None for question in everything):
        begin(tx, session)
    for after in sorted({one.shown_after for one in everything if one.shown_after is not None}):
        some = [question for question in everything if question.shown_after == after]
        sessions.say(tx, session, _showing(tx, session, some), _where(session, f"questions/{after}"))


def settle_count(tx: Tx, session: Session, number: int, round_: int) -> None:
    """The message that counts says what holds, also when Slack refused that at the time."""
    everything = of_phase(tx, session, number, round_)
    is_on = (number, round_) == (session.number, session.round) and session.state != State.ENDED
    if is_on and all(question.place is None for question in everything):
        _count_again(tx, session)
        return
    t = groups.texts_in(sessions.group_of(tx, session))
    message = thread.all_written(t) if everything else thread.nothing_written(t)
    where = sessions.key(session, "phase", number, round_, "written")
    outbox.update(tx, session.workspace, where, message)


def _where(session: Session, what: str) -> str:
    return f"phase/{session.number}/{session.round}/{what}"


def _counting(tx: Tx, session: Session) -> Message:
    t = groups.texts_in(sessions.group_of(tx, session))
    ref = PhaseRef(session.id, session.number, session.round)
    return thread.written(t, ref, *_count(tx, session))


def _count(tx: Tx, session: Session) -> tuple[int, int]:
    """How many have written, and of how many."""
    writers = {question.user for question in of_phase(tx, session)}
    return len(writers), max(len(heard.others(tx, session)), len(writers))


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


def _enter(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> Session:
    """The session, for somebody who may ask now. Raises Refused."""
    session = place.enter(tx, workspace, ref, user, "questions")
    if user == session.presenter:
        raise Refused(
            lambda t: t(
                "The others write their questions now; in a moment you answer them, here in the thread."
            )
        )
    return session


def mine(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> list[str]:
    """What somebody has written and may still change. Raises Refused for the presenter and when it is too late."""
    session = _enter(tx, workspace, ref, user)
    return [
        question.text
        for question in of_phase(tx, session)
        if question.user == user and question.place is None
    ]


def write(
    tx: Tx,
    workspace: Workspace,
    ref: PhaseRef,
    user: str,
    texts: list[str],
    *,
    keep_advice: bool = False,
    form: str = "",
) -> None:
    """Keeps somebody's questions until all appear together; what was written before and is still hidden is replaced.

    With `keep_advice`, what looks like advice becomes their note for the advice round instead. `form` is the window
    that they were typed in: sent again, it changes the words of what is shown already.
    """
    kept = ([text for text in texts if rules.remark_on(text) == "advice"] or texts) if keep_advice else []
    texts = [text for text in texts if text not in kept]
    changed = _change_shown(tx, workspace, ref, user, texts, form)
    if changed and changed == len(texts):
        return
    texts = texts[changed:]
    session = _enter(tx, workspace, ref, user)
    count_before = _count(tx, session)
    sessions.present(tx, session, user)
    for text in kept:
        notes.add(tx, session, user, text)
    for question in of_phase(tx, session):
        if question.user == user and question.place is None:
            tx.sql.delete(question)
    for order, text in enumerate(texts):
        tx.sql.add(
            Question(
                session_id=session.id,
                number=session.number,
                round=session.round,
                user=user,
                text=text,
                form=form,
                # Somebody's first question stays before the second.
                written_at=tx.now + timedelta(microseconds=order),
                **belonging_to(workspace),
            )
        )
    tx.sql.flush()
    if texts:
        heard.count(tx, session, user, "question")
    if not reveal_when_ready(tx, session) and _count(tx, session) != count_before:
        _count_again(tx, session)


def _change_shown(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str, texts: list[str], form: str) -> int:
    """Puts texts in the place of those that came from the same window and are shown; returns for how many."""
    session = sessions.session_for(tx, workspace, ref.session, user)
    everything = of_phase(tx, session, ref.number, ref.round)
    shown = [
        question
        for question in everything
        if form and question.form == form and question.user == user and question.place is not None
    ]
    paired = list(zip(shown, texts, strict=False))
    for question, text in paired:
        question.text = text
    tx.sql.flush()
    for after in {question.shown_after for question, _ in paired}:
        some = [question for question in everything if question.shown_after == after]
        where = sessions.key(session, "phase", ref.number, ref.round, "questions", after or 0)
        outbox.update(tx, workspace, where, _showing(tx, session, some))
    return len(paired)


def _count_again(tx: Tx, session: Session) -> None:
    if all(question.place is None for question in of_phase(tx, session)):
        where = sessions.key(session, _where(session, "written"))
        outbox.update(tx, session.workspace, where, _counting(tx, session))


def reveal_when_ready(tx: Tx, session: Session) -> bool:
    """Shows the questions once nobody writes any more, or once others have appeared; True when some were shown."""
    written = of_phase(tx, session)
    if all(question.place is not None for question in written):
        return False
    shown_before = any(question.place is not None for question in written)
    settled = {question.user for question in written} | heard.heard(tx, session, "done")
    if not shown_before and not set(heard.others(tx, session)) <= settled:
        return False
    reveal(tx, session, session.number, session.round)
    return True


def reveal_now(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> None:
    """The facilitator does not wait for the last ones."""
    session = place.enter(tx, workspace, ref, user, "questions")
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
    if everything and not hidden:
        # The message said so when they appeared.
        return
    first = max((question.place or 0 for question in everything), default=0)
    for number_shown, question in enumerate(hidden, start=first + 1):
        question.place = number_shown
    tx.sql.flush()
    t = groups.texts_in(sessions.group_of(tx, session))
    counting = thread.all_written(t) if everything else thread.nothing_written(t)
    where = f"phase/{number}/{round_}"
    outbox.update(tx, session.workspace, sessions.key(session, where, "written"), counting)
    for begin_at in range(0, len(hidden), PER_MESSAGE):
        some, after = hidden[begin_at : begin_at + PER_MESSAGE], first + begin_at
        for question in some:
            question.shown_after = after
        sessions.say(tx, session, _showing(tx, session, some), f"{where}/questions/{after}")


def _showing(tx: Tx, session: Session, some: list[Question]) -> Message:
    """The message that shows some questions."""
    t = groups.texts_in(sessions.group_of(tx, session))
    numbered = [(question.place or 0, question.user, question.text) for question in some]
    return (
        thread.one_more(t, numbered)
        if some[0].shown_after
        else thread.revealed(t, session.presenter, numbered)
    )
