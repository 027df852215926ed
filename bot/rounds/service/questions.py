"""The questions: members write them first, the presenter gives them a word and answers, the warm ones first."""

from dataclasses import dataclass

from bot.rounds import queries, rules
from bot.rounds.records import Question
from bot.rounds.service import notes, participation, progress, written
from bot.rounds.service.written import Place
from bot.rounds.views.refs import DiscussedRef
from bot.sessions import service as sessions
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef
from bot.storage import Tx
from bot.texts import Refused


def place_of_questions(tx: Tx, scene: Scene) -> Place | None:
    """Where the questions that this phase is about were written; None where the method has none by now."""
    session, index = scene.session, _phase_of_questions(scene)
    if index is None or index == session.phase_index:
        return None if index is None else Place(index, session.pass_no)
    found = queries.latest_questions(tx, session, index)
    return Place(index, found[0].pass_no if found else session.pass_no)


def questions_now(tx: Tx, scene: Scene) -> list[Question]:
    """The questions that this phase is about, in the order in which they were written."""
    session, index = scene.session, _phase_of_questions(scene)
    if index is None:
        return []
    if index == session.phase_index:
        return queries.current_questions(tx, session)
    return queries.latest_questions(tx, session, index)


def _phase_of_questions(scene: Scene) -> int | None:
    phases = scene.phases[: scene.session.phase_index + 1]
    return next((index for index, one in reversed([*enumerate(phases)]) if one.item == "question"), None)


def _require_place(tx: Tx, scene: Scene, ref: PhaseRef, user: str) -> Place:
    """Where a question that is sent now belongs. Raises Refused unless the user may write one."""
    place = place_of_questions(tx, scene)
    is_late = scene.activity.takes_late and place is not None and (ref.number, ref.round) == place
    if not is_late:
        participation.check_phase(scene, ref, "question")
    if user == scene.session.presenter:
        raise Refused(
            lambda t: t(
                "The others write their questions now; in a moment you answer them, here in the thread."
            )
        )
    assert place is not None
    return place


def hidden_questions_of(tx: Tx, ref: PhaseRef, user: str) -> list[str]:
    """A member's own questions that are still hidden. Raises Refused for the presenter and when the phase is over."""
    scene = sessions.scene_for_participant(tx, ref.session, user)
    return written.hidden_of(tx, scene.session, _require_place(tx, scene, ref, user), user)


def write_question(
    tx: Tx,
    ref: PhaseRef,
    user: str,
    texts: list[str],
    *,
    keep_advice: bool = False,
    form: str = "",
) -> None:
    """Store a member's questions, hidden until all appear. They replace the member's hidden questions.

    With `keep_advice`, a question that looks like advice becomes the member's note for the advice round. `form`
    identifies the window that the questions were written in: sent again, it edits questions that are revealed.
    """
    kept = ([text for text in texts if rules.remark_on(text) == "advice"] or texts) if keep_advice else []
    texts = [text for text in texts if text not in kept]
    scene = sessions.scene_for_participant(tx, ref.session, user)
    session = scene.session
    where = Place(ref.number, ref.round)
    before = queries.questions_of(tx, session, *where)
    changed = written.edit_revealed(tx, scene, where, before, user, texts, form)
    if changed and changed == len(texts):
        return
    texts = texts[changed:]
    place = _require_place(tx, scene, ref, user)
    if place != where:
        before = queries.questions_of(tx, session, *place)
    count_before = written.count(scene, before)
    sessions.mark_present(tx, scene, user)
    for text in kept:
        notes.add_to_note(tx, session, user, text)
    everything = written.store(tx, scene, place, before, user, texts, form)
    if texts:
        participation.record_contribution(tx, session, user, "question")
    if kept:
        # A note counts too: they thought along.
        participation.record_contribution(tx, session, user, "note")
    if written.shows_at_once(tx, scene, everything):
        written.reveal(tx, scene, place)
    elif not end_when_all_wrote(tx, scene, everything) and written.count(scene, everything) != count_before:
        written.remove_count(tx, session, place)
        sessions.redraw_prompt_soon(tx, session)
        participation.show_progress(tx, session)


def end_when_all_wrote(tx: Tx, scene: Scene, some: list[Question] | None = None) -> bool:
    """End the writing once every member has written or is done; return whether it ended. `some`: all that is written."""
    session = scene.session
    some = queries.current_questions(tx, session) if some is None else some
    if not scene.activity.is_hidden or not some or written.still_writing(tx, scene, some):
        return False
    if all(one.place is not None for one in some):
        return False
    if progress.end_activity(tx, scene):
        return True
    written.reveal(tx, scene, Place(session.phase_index, session.pass_no))
    sessions.advance_when_everyone_done(tx, scene, session.phase_index)
    return True


def reveal_now(tx: Tx, ref: PhaseRef, user: str) -> None:
    """Reveal what is written now, for the facilitator, before every member has written."""
    scene = participation.require_phase(tx, ref, user, "question", "advice")
    session = scene.session
    if user != session.facilitator:
        raise Refused(
            lambda t: t("The facilitator shows the questions, or they appear when everyone has written.")
        )
    if progress.end_activity(tx, scene):
        return
    if not written.reveal(tx, scene, Place(session.phase_index, session.pass_no)):
        raise Refused(lambda t: t("There is no question to show yet."))


@dataclass(frozen=True, slots=True)
class Discussed:
    """How far the presenter is with the questions. `now`: the one that is on; `warm`: the warm ones still open."""

    done: int
    of: int
    now: Question | None
    warm: list[int]


def discussed(tx: Tx, scene: Scene) -> Discussed:
    """How far the presenter is with the questions, the warm ones first."""
    some = [one for one in questions_now(tx, scene) if one.place is not None]
    order = rules.warmest_first([(one.place or 0, one.rating) for one in some])
    some.sort(key=lambda one: order.index(one.place or 0))
    left = [one for one in some if not one.discussed]
    warm = [one.place or 0 for one in left if one.rating == rules.WARM]
    return Discussed(len(some) - len(left), len(some), left[0] if left else None, warm)


def next_question(tx: Tx, ref: DiscussedRef, user: str) -> None:
    """The present question has been discussed: on to the next. For the presenter and the facilitator."""
    scene = sessions.scene_for(tx, ref.session, user)
    session = scene.session
    sessions.require_current_phase(session, ref.number, ref.round)
    if user not in (session.presenter, session.facilitator):
        raise Refused(lambda t: t("The presenter or the facilitator takes you to the next question."))
    now = discussed(tx, scene).now
    if now is None or now.place != ref.place:
        raise Refused(lambda t: t("You are at the next question already."))
    now.discussed = True
    tx.sql.flush()
    sessions.refresh_prompt(tx, scene)
    participation.show_progress(tx, session, user)


def questions_to_rate(tx: Tx, ref: PhaseRef, user: str) -> list[Question]:
    """The questions for the presenter's form. Raises Refused for anybody else."""
    scene = participation.require_phase(tx, ref, user, "rating")
    if user != scene.session.presenter:
        raise Refused(lambda t: t("The presenter gives each question a word."))
    found = [one for one in questions_now(tx, scene) if one.place is not None]
    if not found:
        raise Refused(lambda t: t("There is no question to show yet."))
    return found


def rate_questions(tx: Tx, ref: PhaseRef, user: str, words: dict[int, int]) -> None:
    """Keep the presenter's word for each question, as a number; the list puts the warm ones first.

    `words`: by the number of the question. Sent again while the answers are on, they replace the first ones.
    """
    scene = sessions.scene_for_participant(tx, ref.session, user)
    session = scene.session
    if not queries.has_contributed(tx, session, user, "rating"):
        questions_to_rate(tx, ref, user)
    sessions.require_current_phase(session, ref.number, ref.round)
    for one in questions_now(tx, scene):
        if one.place in words:
            one.rating = words[one.place]
    tx.sql.flush()
    place = place_of_questions(tx, scene)
    assert place is not None
    written.show_in_order(tx, scene, place)
    if participation.record_contribution(tx, session, user, "rating"):
        progress.end_activity(tx, scene)
    else:
        sessions.refresh_prompt(tx, scene)
