"""The question round: members write questions that stay hidden until all are revealed together."""

from datetime import timedelta
from typing import Any

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.jobs import queue
from bot.rounds import queries, rules
from bot.rounds.records import Question
from bot.rounds.service import notes, participation
from bot.rounds.views import thread
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef
from bot.sessions.views.prompt import Addition
from bot.storage import Tx, belonging_to
from bot.texts import Refused

# Slack takes 50 blocks in a message (https://docs.slack.dev/reference/block-kit/blocks), and nobody reads more
# questions than this at once.
MAX_QUESTIONS_PER_MESSAGE = 25
# The end of the writing within the phase: then all questions appear, and the presenter answers.
WRITING_OVER = "rounds.writing_over"
RETRY_WHILE_PAUSED = timedelta(minutes=1)
# The mark of that moment, kept as a contribution of the presenter.
WRITING_HAS_ENDED = "shown"


def prompt_addition(tx: Tx, scene: Scene) -> Addition:
    """How many members have written, with the button that reveals, while the questions are hidden."""
    return _addition(scene, queries.current_questions(tx, scene.session))


def _addition(scene: Scene, written: list[Question]) -> Addition:
    session = scene.session
    if any(question.place is not None for question in written):
        return Addition()
    ref = PhaseRef(session.id, session.phase_index, session.pass_no)
    return thread.question_count(scene.t, ref, *_count(scene, written))


def _schedule_writing_over(tx: Tx, scene: Scene) -> None:
    session = scene.session
    data = {"session": session.id, "number": session.phase_index, "round": session.pass_no}
    queue.schedule(tx, WRITING_OVER, session.id, rules.writing_ends_at(tx.now, scene.phase.minutes), data)


def cancel_writing_end(tx: Tx, session: Session, phase_index: int) -> None:
    """The phase was left. When it has begun again meanwhile, the new pass keeps its own end of the writing."""
    if not sessions.is_current_phase(session, phase_index):
        queue.cancel(tx, WRITING_OVER, session.id)


def end_writing(tx: Tx, scene: Scene, data: dict[str, Any]) -> None:
    """The time for writing is over: every question appears. Who writes later, joins them at once."""
    session = scene.session
    if not sessions.is_current_phase(session, data["number"], data["round"]):
        return
    if session.state == State.PAUSED:
        queue.schedule(tx, WRITING_OVER, session.id, tx.now + RETRY_WHILE_PAUSED, data)
        return
    participation.record_contribution(tx, session, session.presenter, WRITING_HAS_ENDED)
    reveal_questions(tx, scene, session.phase_index, session.pass_no)


def reveal_instead_of_going_on(tx: Tx, scene: Scene) -> bool:
    """Reveal hidden questions before the phase is left: in the next one the presenter is silent. False without any."""
    if all(question.place is not None for question in queries.current_questions(tx, scene.session)):
        return False
    reveal_questions(tx, scene, scene.session.phase_index, scene.session.pass_no)
    return True


sessions.extend_prompt("questions", prompt_addition, prepare=_schedule_writing_over)
sessions.hold_phase("questions", reveal_instead_of_going_on)


def repost_questions(tx: Tx, scene: Scene) -> None:
    """Post the revealed questions, as far as they do not stand there already."""
    session = scene.session
    everything = queries.current_questions(tx, session)
    for after in sorted({one.shown_after for one in everything if one.shown_after is not None}):
        some = [question for question in everything if question.shown_after == after]
        sessions.post_in_thread(
            tx, scene, _questions_message(scene, some), _where(session, f"questions/{after}"), discreet=True
        )


def remove_count(tx: Tx, session: Session, phase_index: int, pass_no: int) -> None:
    """Delete the message in which an older version counted: the prompt counts now."""
    outbox.delete(tx, sessions.thread_key(session, "phase", phase_index, pass_no, "written"))


def _where(session: Session, what: str) -> str:
    return f"phase/{session.phase_index}/{session.pass_no}/{what}"


def _count(scene: Scene, written: list[Question]) -> tuple[int, int]:
    """The number of members who have written, and the number who may."""
    writers = {question.user for question in written}
    return len(writers), max(len(participation.others_present(scene)), len(writers))


def _require_question_phase(scene: Scene, ref: PhaseRef, user: str) -> None:
    """Raises Refused unless the user may write a question now."""
    participation.check_phase(scene, ref, "questions")
    if user == scene.session.presenter:
        raise Refused(
            lambda t: t(
                "The others write their questions now; in a moment you answer them, here in the thread."
            )
        )


def hidden_questions_of(tx: Tx, ref: PhaseRef, user: str) -> list[str]:
    """A member's own questions that are still hidden. Raises Refused for the presenter and when the phase is over."""
    scene = sessions.scene_for_participant(tx, ref.session, user)
    _require_question_phase(scene, ref, user)
    return [
        question.text
        for question in queries.current_questions(tx, scene.session)
        if question.user == user and question.place is None
    ]


def write_question(
    tx: Tx,
    ref: PhaseRef,
    user: str,
    texts: list[str],
    *,
    keep_advice: bool = False,
    form: str = "",
) -> None:
    """Store a member's questions, hidden until the round is revealed. They replace the member's hidden questions.

    With `keep_advice`, a question that looks like advice becomes the member's note for the advice round. `form`
    identifies the window that the questions were written in: sent again, it edits questions that are revealed.
    """
    kept = ([text for text in texts if rules.remark_on(text) == "advice"] or texts) if keep_advice else []
    texts = [text for text in texts if text not in kept]
    scene = sessions.scene_for_participant(tx, ref.session, user)
    session = scene.session
    changed = _edit_revealed(tx, scene, ref, user, texts, form)
    if changed and changed == len(texts):
        return
    texts = texts[changed:]
    _require_question_phase(scene, ref, user)
    before = queries.current_questions(tx, session)
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
                phase_index=session.phase_index,
                pass_no=session.pass_no,
                user=user,
                text=text,
                form=form,
                # Questions are ordered by this time; the first stays before the second.
                written_at=tx.now + timedelta(microseconds=order),
                **belonging_to(tx.workspace),
            )
        )
    tx.sql.flush()
    if texts:
        participation.record_contribution(tx, session, user, "question")
    written = queries.current_questions(tx, session)
    if not _reveal_when_ready(tx, scene, written) and _count(scene, written) != count_before:
        remove_count(tx, session, session.phase_index, session.pass_no)
        sessions.refresh_prompt(tx, scene, addition=_addition(scene, written))


def _edit_revealed(tx: Tx, scene: Scene, ref: PhaseRef, user: str, texts: list[str], form: str) -> int:
    """Edit revealed questions that came from the same window; return how many were edited."""
    session = scene.session
    if not form:
        return 0
    everything = queries.questions_of(tx, session, ref.number, ref.round)
    revealed = [
        question
        for question in everything
        if question.form == form and question.user == user and question.place is not None
    ]
    paired = list(zip(revealed, texts, strict=False))
    for question, text in paired:
        question.text = text
    tx.sql.flush()
    for after in {question.shown_after for question, _ in paired}:
        some = [question for question in everything if question.shown_after == after]
        where = sessions.thread_key(session, "phase", ref.number, ref.round, "questions", after or 0)
        outbox.update(tx, where, _questions_message(scene, some))
    return len(paired)


def reveal_when_ready(tx: Tx, scene: Scene) -> bool:
    """Reveal the questions once every member has written or is done; return whether any were revealed.

    After a first reveal, and after the time for writing, questions are revealed at once.
    """
    return _reveal_when_ready(tx, scene, queries.current_questions(tx, scene.session))


def _reveal_when_ready(tx: Tx, scene: Scene, written: list[Question]) -> bool:
    if all(question.place is not None for question in written):
        return False
    revealed_before = any(question.place is not None for question in written) or queries.has_contributed(
        tx, scene.session, scene.session.presenter, WRITING_HAS_ENDED
    )
    finished = {question.user for question in written} | queries.contributors(tx, scene.session, "done")
    if not revealed_before and not set(participation.others_present(scene)) <= finished:
        return False
    reveal_questions(tx, scene, scene.session.phase_index, scene.session.pass_no)
    return True


def reveal_now(tx: Tx, ref: PhaseRef, user: str) -> None:
    """Reveal the questions now, for the facilitator, before every member has written."""
    scene = participation.require_phase(tx, ref, user, "questions")
    session = scene.session
    if user != session.facilitator:
        raise Refused(
            lambda t: t("The facilitator shows the questions, or they appear when everyone has written.")
        )
    if not any(question.place is None for question in queries.current_questions(tx, session)):
        raise Refused(lambda t: t("There is no question to show yet."))
    reveal_questions(tx, scene, session.phase_index, session.pass_no)


def reveal_questions(tx: Tx, scene: Scene, phase_index: int, pass_no: int) -> None:
    """Reveal every hidden question of a phase, numbered."""
    session = scene.session
    everything = queries.questions_of(tx, session, phase_index, pass_no)
    remove_count(tx, session, phase_index, pass_no)
    hidden = [question for question in everything if question.place is None]
    if not hidden:
        return
    first = max((question.place or 0 for question in everything), default=0)
    for place, question in enumerate(hidden, start=first + 1):
        question.place = place
    tx.sql.flush()
    if sessions.is_current_phase(session, phase_index, pass_no):
        sessions.refresh_prompt(tx, scene, addition=Addition())
    where = f"phase/{phase_index}/{pass_no}"
    for begin_at in range(0, len(hidden), MAX_QUESTIONS_PER_MESSAGE):
        some, after = hidden[begin_at : begin_at + MAX_QUESTIONS_PER_MESSAGE], first + begin_at
        for question in some:
            question.shown_after = after
        message = _questions_message(scene, some)
        sessions.post_in_thread(tx, scene, message, f"{where}/questions/{after}", discreet=True)


def _questions_message(scene: Scene, some: list[Question]) -> Message:
    """The message with some of the revealed questions."""
    numbered = [(question.place or 0, question.user, question.text) for question in some]
    return (
        thread.more_questions(scene.t, numbered)
        if some[0].shown_after
        else thread.question_list(scene.t, scene.session.presenter, numbered)
    )
