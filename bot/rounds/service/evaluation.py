"""The evaluation: marks in private, which lose their names when the session ends."""

from sqlalchemy import update

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.rounds import queries, rules
from bot.rounds.records import Evaluation
from bot.rounds.service import participation
from bot.rounds.views import asked
from bot.rounds.views.refs import MarkRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef, SessionRef
from bot.storage import Tx, belonging_to, new_id
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
    """Where people speak, each gets the question of this phase in private, in one message for all such phases."""
    for user in scene.present:
        message = scene.activity.private_question(tx, scene, user)
        if message is not None:
            _show(tx, scene, user, message)


def harvest_question(tx: Tx, scene: Scene, user: str) -> Message:
    return asked.harvest_question(scene.texts_of(user), _phase_ref(scene.session))


def marks_question(tx: Tx, scene: Scene, user: str) -> Message:
    """The rows of marks, with those that this person has given."""
    session, found = scene.session, queries.evaluation_of(tx, scene.session, user)
    marks = rules.Marks(*found.marks) if found is not None and found.marks else rules.Marks()
    is_new = not sessions.has_finished_with(tx, scene.group, session.method)
    t = scene.texts_of(user)
    return asked.marks_question(t, session.id, _phase_ref(session), marks, with_method=is_new)


def _show(tx: Tx, scene: Scene, user: str, message: Message) -> None:
    key = sessions.thread_key(scene.session, "mine", user)
    if outbox.is_live(tx, key):
        groups.update_dm(tx, user, key, message)
    else:
        groups.post_dm(tx, user, message, key=key)


def close_private_questions(tx: Tx, scene: Scene) -> None:
    """Take the buttons from the private questions of a session that is over."""
    for one in scene.everyone:
        message = asked.question_closed(scene.texts_of(one.user))
        groups.update_dm(tx, one.user, sessions.thread_key(scene.session, "mine", one.user), message)


def forget_who_marked(tx: Tx, session: Session) -> None:
    """Forget whose marks are whose: the session is over, and what is left are averages."""
    for one in queries.evaluations_of(tx, session):
        if not one.user.startswith(rules.NOBODY):
            one.user = rules.NOBODY + new_id()


def forget_who_marked_before(tx: Tx) -> None:
    """The same for every session that is over, also those that a process of an older version ended."""
    tx.sql.execute(
        update(Evaluation)
        .where(Evaluation.session_id.in_(sessions.ids_of_ended()), ~Evaluation.user.startswith(rules.NOBODY))
        .values(user=rules.NOBODY + Evaluation.id)
        .execution_options(synchronize_session=False)
    )


def _record(tx: Tx, scene: Scene, user: str, form: str) -> None:
    session = scene.session
    is_on = scene.activity.counts(scene.phase, "marks")
    if is_on and participation.record_contribution(tx, session, user, "marks", form=form):
        participation.advance_when_everyone_done(tx, scene)


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
