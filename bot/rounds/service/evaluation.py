"""The evaluation: marks in private, which lose their names when the session ends."""

import dataclasses
from collections.abc import Collection

from sqlalchemy import select, update

from bot import events
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.events import SessionChanged
from bot.groups import service as groups
from bot.rounds import queries, rules
from bot.rounds.records import Evaluation, ShownAverages
from bot.rounds.service import participation
from bot.rounds.views import asked, thread
from bot.rounds.views.refs import MarkRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef, SessionRef
from bot.sessions.views.prompt import Addition
from bot.storage import BATCH, Tx, belonging_to, new_id
from bot.texts import Refused


def evaluate_session(
    tx: Tx, ref: SessionRef, user: str, marks: tuple[int, int, int], line: str, form: str = ""
) -> None:
    """Store a member's marks and line. Sent again, they replace the earlier ones. `form`: the window."""
    scene = sessions.scene_for_participant(tx, ref.session, user)
    session = scene.session
    if session.state == State.ENDED:
        if queries.has_marked_with(tx, session, user, form):
            # The same form was sent twice. The first time ended the session, because everyone was done.
            return
        raise _closed()
    if not all(1 <= mark <= 5 for mark in marks):
        raise Refused(lambda t: t("Choose a mark from 1 to 5."), "use")
    sessions.mark_present(tx, scene, user)
    found = _ensure_evaluation(tx, session, user)
    found.marks, found.line = list(marks), line
    tx.sql.flush()
    _record(tx, scene, user, form)


def give_mark(tx: Tx, ref: MarkRef, user: str) -> bool:
    """Store one mark, from a row of buttons in a private message; return False when it was this mark already.

    It may change until the session ends. Raises Refused afterwards.
    """
    scene = sessions.scene_for_participant(tx, ref.session, user)
    session = scene.session
    if session.state == State.ENDED:
        raise _closed()
    if ref.what not in rules.MARKED or not 1 <= ref.mark <= 5:
        raise Refused(lambda t: t("Choose a mark from 1 to 5."))
    sessions.mark_present(tx, scene, user)
    found = _ensure_evaluation(tx, session, user)
    place = rules.MARKED.index(ref.what)
    if found.marks[place] == ref.mark:
        return False
    found.marks = [ref.mark if number == place else mark for number, mark in enumerate(found.marks)]
    tx.sql.flush()
    if rules.Marks(*found.marks).counts:
        _record(tx, scene, user, "")
    _show(tx, scene, user, marks_question(tx, scene, user))
    return True


def ask_in_private(tx: Tx, scene: Scene) -> None:
    """Where people speak, each gets the question of this phase in private, in one message for all such phases.

    The console has that of whoever leads, and is drawn for the new phase anyway.
    """
    for user in scene.present:
        if _stands_in_console(tx, scene, user):
            continue
        message = scene.activity.private_question(tx, scene, user)
        if message is not None:
            _show(tx, scene, user, message)


def harvest_question(tx: Tx, scene: Scene, user: str) -> Message:
    session = scene.session
    t = scene.texts_of(user)
    return asked.harvest_question(t, _phase_ref(session), may_leave=user != session.facilitator)


def marks_question(tx: Tx, scene: Scene, user: str) -> Message:
    """The rows of marks, with those that this person has given."""
    session, found = scene.session, queries.evaluation_of(tx, scene.session, user)
    marks = rules.Marks(*found.marks) if found is not None and found.marks else rules.Marks()
    is_new = not sessions.has_finished_with(tx, scene.group, session.method)
    t, shown = scene.texts_of(user), queries.shown_averages(tx, session)
    return asked.marks_question(
        t,
        _phase_ref(session),
        marks,
        with_method=is_new,
        averages=thread.averages_line(t, shown) if shown else "",
        may_leave=user != session.facilitator,
    )


def ask_newcomers(tx: Tx, scene: Scene, users: Collection[str]) -> None:
    """The same for those who came, or were ticked, after the phase began."""
    for user in users:
        message = scene.activity.private_question(tx, scene, user)
        if message is not None:
            _show(tx, scene, user, message)


def show_averages_when_complete(tx: Tx, scene: Scene) -> None:
    """Show the averages as soon as all who are present have answered."""
    if _is_on(scene) and participation.has_everyone_answered(tx, scene):
        show_averages(tx, scene)


def _is_on(scene: Scene) -> bool:
    """Whether marks are given now."""
    return scene.session.state in sessions.BEGUN_STATES and scene.activity.counts(scene.phase, "marks")


def show_averages(tx: Tx, scene: Scene) -> None:
    """Show the averages, once: from then on they stay as they are. Too few answers show nothing."""
    session = scene.session
    found = rules.averages(
        [rules.Marks(*one.marks) for one in queries.evaluations_of(tx, session) if one.marks]
    )
    if found is None or queries.shown_averages(tx, session) is not None:
        return
    figures = dataclasses.asdict(found)
    tx.sql.add(ShownAverages(session_id=session.id, figures=figures, **belonging_to(tx.workspace)))
    tx.sql.flush()
    if not _is_on(scene):
        return
    sessions.refresh_prompt(tx, scene)
    for user in scene.present:
        if outbox.is_live(tx, _question_key(session, user)):
            _show(tx, scene, user, marks_question(tx, scene, user))
    events.publish(tx, SessionChanged(session.id))


def averages_shown(tx: Tx, scene: Scene) -> str:
    """The averages in the words of whoever leads; empty before they are shown."""
    found = queries.shown_averages(tx, scene.session)
    return thread.averages_line(scene.texts_of(scene.session.facilitator or ""), found) if found else ""


def averages_in_prompt(tx: Tx, scene: Scene) -> Addition:
    """In the prompt: the averages, once they are shown."""
    found = queries.shown_averages(tx, scene.session)
    return Addition(result=thread.averages_line(scene.t, found) if found else "")


def leave_out(tx: Tx, ref: SessionRef, user: str) -> bool:
    """Somebody who was ticked says that they are not there: they count for nothing. Returns False when they had said so.

    Raises Refused for whoever leads.
    """
    scene = sessions.scene_for(tx, ref.session, user)
    session = scene.session
    if session.state == State.ENDED:
        raise Refused(lambda t: t("This session is closed."))
    if user == session.facilitator:
        raise Refused(lambda t: t("You lead the session. Ask somebody else to take over, on the card."))
    if user not in scene.present:
        return False
    sessions.mark_absent(tx, scene, user)
    found = queries.evaluation_of(tx, session, user)
    if found is not None:
        tx.sql.delete(found)
        tx.sql.flush()
    groups.update_dm(tx, user, _question_key(session, user), asked.left_out(scene.texts_of(user)))
    show_averages_when_complete(tx, scene)
    participation.show_progress(tx, session)
    return True


def _question_key(session: Session, user: str) -> str:
    return sessions.thread_key(session, "mine", user)


def question_in_console(tx: Tx, scene: Scene) -> Message | None:
    """The facilitator's own question, for their console. A message of its own would push the console out of sight."""
    leader = scene.session.facilitator
    if scene.session.is_written or leader is None or leader not in scene.present:
        return None
    if not _stands_in_console(tx, scene, leader):
        return None
    return scene.activity.private_question(tx, scene, leader)


def _stands_in_console(tx: Tx, scene: Scene, user: str) -> bool:
    """Whether the console asks this person. Whoever took over later was asked in a message, which stays."""
    session = scene.session
    return user == session.facilitator and not outbox.is_live(tx, _question_key(session, user))


def _show(tx: Tx, scene: Scene, user: str, message: Message) -> None:
    if _stands_in_console(tx, scene, user):
        events.publish(tx, SessionChanged(scene.session.id))
        return
    key = _question_key(scene.session, user)
    if outbox.is_live(tx, key):
        groups.update_dm(tx, user, key, message)
    else:
        groups.post_dm(tx, user, message, key=key)


def close_private_questions(tx: Tx, scene: Scene) -> None:
    """Take the buttons from the private questions of a session that is over."""
    for one in scene.everyone:
        message = asked.question_closed(scene.texts_of(one.user))
        groups.update_dm(tx, one.user, _question_key(scene.session, one.user), message)


def forget_who_marked(tx: Tx, session: Session) -> None:
    """Forget whose marks are whose: the session is over, and what is left are averages."""
    for one in queries.evaluations_of(tx, session):
        if not one.user.startswith(rules.NOBODY):
            one.user = rules.NOBODY + new_id()


def forget_who_marked_before(tx: Tx) -> bool:
    """The same for some of every session that is over, also those that a process of an older version ended.

    Returns whether there may be more.
    """
    named = (~Evaluation.user.startswith(rules.NOBODY), sessions.has_ended(Evaluation.session_id))
    some = select(Evaluation.id).where(*named).limit(BATCH)
    forget = update(Evaluation).where(Evaluation.id.in_(some)).values(user=rules.NOBODY + Evaluation.id)
    return int(getattr(tx.change((forget, {})), "rowcount", 0)) == BATCH


def _record(tx: Tx, scene: Scene, user: str, form: str) -> None:
    session = scene.session
    is_on = scene.activity.counts(scene.phase, "marks")
    if is_on and participation.record_contribution(tx, session, user, "marks", form=form):
        show_averages_when_complete(tx, scene)
        participation.advance_when_everyone_done(tx, scene)
        participation.show_progress(tx, session)


def _ensure_evaluation(tx: Tx, session: Session, user: str) -> Evaluation:
    found = queries.evaluation_of(tx, session, user)
    if found is None:
        found = Evaluation(
            session_id=session.id, user=user, marks=list(rules.Marks()), **belonging_to(tx.workspace)
        )
        tx.sql.add(found)
    return found


def _phase_ref(session: Session) -> PhaseRef:
    return PhaseRef(session.id, session.phase_index, session.pass_no)


def _closed() -> Refused:
    return Refused(
        lambda t: t("This session is closed, so marks can't be added any more. Thank you all the same.")
    )
