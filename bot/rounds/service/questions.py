"""The round of questions: written first, revealed together."""

from datetime import timedelta

from sqlalchemy import select

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.rounds import rules
from bot.rounds.records import Question
from bot.rounds.service import notes, participation
from bot.rounds.views import thread
from bot.rounds.views.refs import PhaseRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.service import Scene
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused

# Slack takes 50 blocks in a message, and 25 questions are as much as anyone reads at once.
PER_MESSAGE = 25


def begin_questions(tx: Tx, scene: Scene) -> None:
    """Opens the round: a message that counts how many have written."""
    message = _counting(scene, of_phase(tx, scene.session))
    sessions.post_in_thread(tx, scene, message, _where(scene.session, "written"))


def show_questions(tx: Tx, scene: Scene) -> None:
    """How many have written, or the questions once they are shown. What stands there already stays."""
    session = scene.session
    everything = of_phase(tx, session)
    if all(question.place is None for question in everything):
        sessions.post_in_thread(tx, scene, _counting(scene, everything), _where(session, "written"))
    for after in sorted({one.shown_after for one in everything if one.shown_after is not None}):
        some = [question for question in everything if question.shown_after == after]
        sessions.post_in_thread(tx, scene, _showing(scene, some), _where(session, f"questions/{after}"))


def settle_count(tx: Tx, scene: Scene, number: int, round_: int) -> None:
    """The message that counts says what holds, also when Slack refused that at the time."""
    session, t = scene.session, scene.t
    everything = of_phase(tx, session, number, round_)
    if sessions.is_on(session, number, round_) and all(question.place is None for question in everything):
        _count_again(tx, scene, everything)
        return
    message = thread.all_written(t) if everything else thread.nothing_written(t)
    where = sessions.thread_key(session, "phase", number, round_, "written")
    outbox.update(tx, session.workspace, where, message)


def _where(session: Session, what: str) -> str:
    return f"phase/{session.phase_index}/{session.pass_no}/{what}"


def _counting(scene: Scene, written: list[Question]) -> Message:
    session = scene.session
    ref = PhaseRef(session.id, session.phase_index, session.pass_no)
    return thread.written(scene.t, ref, *_count(scene, written))


def _count(scene: Scene, written: list[Question]) -> tuple[int, int]:
    """How many have written, and of how many."""
    writers = {question.user for question in written}
    return len(writers), max(len(participation.others_present(scene)), len(writers))


def of_phase(
    tx: Tx, session: Session, number: int | None = None, round_: int | None = None
) -> list[Question]:
    """The questions of a phase, in the order in which they were written."""
    return list(
        tx.sql.scalars(
            select(Question)
            .where(
                Question.session_id == session.id,
                Question.number == (session.phase_index if number is None else number),
                Question.round == (session.pass_no if round_ is None else round_),
            )
            .order_by(Question.written_at, Question.id)
        )
    )


def _check(scene: Scene, ref: PhaseRef, user: str) -> None:
    """Raises Refused unless somebody may ask now."""
    participation.check_phase(scene, ref, "questions")
    if user == scene.session.presenter:
        raise Refused(
            lambda t: t(
                "The others write their questions now; in a moment you answer them, here in the thread."
            )
        )


def own_question(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> list[str]:
    """What somebody has written and may still change. Raises Refused for the presenter and when it is too late."""
    scene = sessions.scene_for(tx, workspace, ref.session, user)
    _check(scene, ref, user)
    return [
        question.text
        for question in of_phase(tx, scene.session)
        if question.user == user and question.place is None
    ]


def write_question(
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
    scene = sessions.scene_for(tx, workspace, ref.session, user)
    session = scene.session
    changed = _change_shown(tx, scene, ref, user, texts, form)
    if changed and changed == len(texts):
        return
    texts = texts[changed:]
    _check(scene, ref, user)
    before = of_phase(tx, session)
    count_before = _count(scene, before)
    sessions.mark_present(tx, scene, user)
    for text in kept:
        notes.add_to_note(tx, session, user, text)
    for question in before:
        if question.user == user and question.place is None:
            tx.sql.delete(question)
    for order, text in enumerate(texts):
        tx.sql.add(
            Question(
                session_id=session.id,
                number=session.phase_index,
                round=session.pass_no,
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
        participation.record(tx, session, user, "question")
    written = of_phase(tx, session)
    if not _reveal_when_ready(tx, scene, written) and _count(scene, written) != count_before:
        _count_again(tx, scene, written)


def _change_shown(tx: Tx, scene: Scene, ref: PhaseRef, user: str, texts: list[str], form: str) -> int:
    """Puts texts in the place of those that came from the same window and are shown; returns for how many."""
    session = scene.session
    if not form:
        return 0
    everything = of_phase(tx, session, ref.number, ref.round)
    shown = [
        question
        for question in everything
        if question.form == form and question.user == user and question.place is not None
    ]
    paired = list(zip(shown, texts, strict=False))
    for question, text in paired:
        question.text = text
    tx.sql.flush()
    for after in {question.shown_after for question, _ in paired}:
        some = [question for question in everything if question.shown_after == after]
        where = sessions.thread_key(session, "phase", ref.number, ref.round, "questions", after or 0)
        outbox.update(tx, session.workspace, where, _showing(scene, some))
    return len(paired)


def _count_again(tx: Tx, scene: Scene, written: list[Question]) -> None:
    session = scene.session
    if all(question.place is None for question in written):
        where = sessions.thread_key(session, _where(session, "written"))
        outbox.update(tx, session.workspace, where, _counting(scene, written))


def reveal_when_ready(tx: Tx, scene: Scene) -> bool:
    """Shows the questions once nobody writes any more, or once others have appeared; True when some were shown."""
    return _reveal_when_ready(tx, scene, of_phase(tx, scene.session))


def _reveal_when_ready(tx: Tx, scene: Scene, written: list[Question]) -> bool:
    if all(question.place is not None for question in written):
        return False
    shown_before = any(question.place is not None for question in written)
    settled = {question.user for question in written} | participation.participants_in(
        tx, scene.session, "done"
    )
    if not shown_before and not set(participation.others_present(scene)) <= settled:
        return False
    reveal_questions(tx, scene, scene.session.phase_index, scene.session.pass_no)
    return True


def reveal_now(tx: Tx, workspace: Workspace, ref: PhaseRef, user: str) -> None:
    """The facilitator does not wait for the last ones."""
    scene = participation.require_phase(tx, workspace, ref, user, "questions")
    session = scene.session
    if user != session.facilitator:
        raise Refused(
            lambda t: t("The facilitator shows the questions, or they appear when everyone has written.")
        )
    if not any(question.place is None for question in of_phase(tx, session)):
        raise Refused(lambda t: t("There is no question to show yet."))
    reveal_questions(tx, scene, session.phase_index, session.pass_no)


def reveal_questions(tx: Tx, scene: Scene, number: int, round_: int) -> None:
    """Shows every hidden question, numbered."""
    session, t = scene.session, scene.t
    everything = of_phase(tx, session, number, round_)
    hidden = [question for question in everything if question.place is None]
    if everything and not hidden:
        # The message said so when they appeared.
        return
    first = max((question.place or 0 for question in everything), default=0)
    for number_shown, question in enumerate(hidden, start=first + 1):
        question.place = number_shown
    tx.sql.flush()
    counting = thread.all_written(t) if everything else thread.nothing_written(t)
    where = f"phase/{number}/{round_}"
    outbox.update(tx, session.workspace, sessions.thread_key(session, where, "written"), counting)
    for begin_at in range(0, len(hidden), PER_MESSAGE):
        some, after = hidden[begin_at : begin_at + PER_MESSAGE], first + begin_at
        for question in some:
            question.shown_after = after
        sessions.post_in_thread(tx, scene, _showing(scene, some), f"{where}/questions/{after}")


def _showing(scene: Scene, some: list[Question]) -> Message:
    """The message that shows some questions."""
    numbered = [(question.place or 0, question.user, question.text) for question in some]
    return (
        thread.one_more(scene.t, numbered)
        if some[0].shown_after
        else thread.revealed(scene.t, scene.session.presenter, numbered)
    )
