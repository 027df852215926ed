"""The last phases: the presenter's response, the harvest, the evaluation and the summary."""

import random
from collections.abc import Sequence
from datetime import date

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.followups import rules as followup_rules
from bot.followups import service as followups
from bot.followups.records import Takeaway
from bot.groups import service as groups
from bot.meetings import service as meetings
from bot.rounds import queries, rules
from bot.rounds.records import Evaluation
from bot.rounds.service import participation
from bot.rounds.views import thread
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef, SessionRef
from bot.sessions.views.thread import closing_message
from bot.storage import Tx, belonging_to
from bot.texts import Refused


def takeaway_of(tx: Tx, session: Session, user: str) -> Takeaway | None:
    """The takeaway that a user wrote down in this session."""
    return next((kept for kept in followups.takeaways_of_session(tx, session.id) if kept.user == user), None)


def default_step_day(tx: Tx, user: str) -> date:
    """The default day of a step: tomorrow, or the next working day."""
    return followup_rules.next_working_day(groups.today_of(tx, user))


def _day(tx: Tx, user: str, by: str | None) -> date:
    day = date.fromisoformat(by) if by else default_step_day(tx, user)
    if day < groups.today_of(tx, user):
        raise Refused(lambda t: t("Choose a day that is still to come."), "by")
    return day


def require_presenter_to_respond(tx: Tx, ref: PhaseRef, user: str) -> Scene:
    """The scene, for its presenter, during the response phase. Raises Refused otherwise."""
    scene = sessions.scene_for(tx, ref.session, user)
    _require_response_phase(scene, ref, user)
    return scene


def _require_response_phase(scene: Scene, ref: PhaseRef, user: str) -> None:
    participation.check_phase(scene, ref, "response")
    if user != scene.session.presenter:
        raise Refused(lambda t: t("The presenter has the floor now. At the harvest it is everyone's turn."))


def give_response(
    tx: Tx,
    ref: PhaseRef,
    user: str,
    takeaway: str,
    step: str,
    by: str | None,
    *,
    shared: bool,
    form: str = "",
) -> None:
    """Store the presenter's takeaway and step, and post in the thread what the presenter shares.

    `form` identifies the window that they were written in: sent again, it edits them, also in a later phase.
    """
    scene = sessions.scene_for(tx, ref.session, user)
    session = scene.session
    again = queries.has_sent_form(tx, session, ref.number, ref.round, user, "response", form)
    if not again:
        _require_response_phase(scene, ref, user)
    if not takeaway:
        raise Refused(lambda t: t("Write in a sentence what you take from it."), "takeaway")
    if not step:
        raise Refused(lambda t: t("Write a first step, however small."), "step")
    day = _day(tx, user, by)
    followups.keep_takeaway(
        tx,
        scene.group,
        session.id,
        user,
        takeaway=takeaway,
        step=step,
        by=day,
        is_presenter=True,
        shared=shared,
    )
    message = thread.response_post(scene.t, user, takeaway, step, day.isoformat(), shared=shared)
    _post_or_update(tx, scene, message, f"phase/{ref.number}/{ref.round}/response")
    if not again and participation.record_contribution(tx, session, user, "response", form=form):
        sessions.advance_when_everyone_done(tx, scene, session.phase_index)


def _post_or_update(tx: Tx, scene: Scene, message: Message, where: str) -> None:
    sessions.post_in_thread(tx, scene, message, where, discreet=True)
    outbox.update(tx, sessions.thread_key(scene.session, where), message)


def keep_harvest(
    tx: Tx,
    ref: SessionRef,
    user: str,
    takeaway: str,
    step: str,
    by: str | None,
    *,
    shared: bool,
) -> None:
    """Store a member's takeaway and step. They are posted in the thread only when the member shares them."""
    scene = sessions.scene_for(tx, ref.session, user)
    session = scene.session
    if not takeaway:
        raise Refused(lambda t: t("Write one insight, in a sentence."), "takeaway")
    day = _day(tx, user, by)
    presenting = user == session.presenter
    before = takeaway_of(tx, session, user)
    # A takeaway that the presenter shared as response stays shared while its words are the same.
    unchanged = (
        presenting
        and before is not None
        and before.shared
        and takeaway == before.shared_takeaway
        and step in ("", before.shared_step)
    )
    followups.keep_takeaway(
        tx,
        scene.group,
        session.id,
        user,
        takeaway=takeaway,
        step=step,
        by=day if step else None,
        is_presenter=presenting,
        shared=shared or unchanged,
    )
    if shared:
        _post_or_update(tx, scene, thread.harvest_post(scene.t, user, takeaway, step), f"harvest/{user}")
    else:
        where = sessions.thread_key(session, "harvest", user)
        outbox.update(tx, where, thread.harvest_retracted(scene.t, user))
    if session.state == State.ENDED:
        return
    sessions.mark_present(tx, scene, user)
    if scene.phase.kind == "harvest" and participation.record_contribution(tx, session, user, "harvest"):
        participation.advance_when_all_contributed(tx, scene, "harvest")


def evaluate_session(tx: Tx, ref: SessionRef, user: str, marks: tuple[int, int, int], line: str) -> None:
    """Store a member's marks and line. Sent again, they replace the earlier ones."""
    scene = sessions.scene_for(tx, ref.session, user)
    session = scene.session
    found = queries.evaluation_of(tx, session, user)
    if session.state == State.ENDED:
        if found is not None and (found.marks, found.line) == (list(marks), line):
            # The same form was sent twice. The first time ended the session, because everyone was done.
            return
        raise Refused(
            lambda t: t("This session is closed, so marks can't be added any more. Thank you all the same.")
        )
    if not all(1 <= mark <= 5 for mark in marks):
        raise Refused(lambda t: t("Choose a mark from 1 to 5."), "use")
    sessions.mark_present(tx, scene, user)
    if found is None:
        found = Evaluation(session_id=session.id, user=user, **belonging_to(tx.workspace))
        tx.sql.add(found)
    found.marks = list(marks)
    found.line = line
    tx.sql.flush()
    if scene.phase.kind == "evaluation" and participation.record_contribution(tx, session, user, "marks"):
        participation.advance_when_all_contributed(tx, scene, "marks")


def summarise_session(tx: Tx, scene: Scene) -> None:
    """Post the summary in the thread, and send each participant what they wrote down."""
    session, group = scene.session, scene.group
    kept = followups.takeaways_of_session(tx, session.id)
    present = [one.user for one in scene.everyone]
    summary = thread.summary(scene.t, _summary_of(tx, scene, present, kept))
    sessions.post_in_thread(tx, scene, summary, "summary", discreet=True)
    by_user = {one.user: one for one in kept}
    members = {one.user for one in groups.members(tx, group)}
    followups.open_reflections(
        tx, group, session.id, session.presenter, sorted(members & {*present, session.presenter})
    )
    for user in present:
        if user not in members and user not in by_user:
            # Only members are offered to write a takeaway down.
            continue
        theirs = scene.texts_of(user)
        mine = by_user.get(user)
        day = followups.step_question_day(tx, mine) if mine is not None else None
        own = thread.own_summary(
            theirs, group.channel, mine, SessionRef(session.id), day.isoformat() if day else None
        )
        groups.post_dm(
            tx,
            user,
            groups.discreet_in(theirs, group, own),
            key=sessions.thread_key(session, "own", user),
        )


def _summary_of(
    tx: Tx, scene: Scene, present: Sequence[str], kept: Sequence[Takeaway]
) -> thread.SessionSummary:
    session = scene.session
    found = queries.evaluations_of(tx, session)
    marks = rules.averages([(one.marks[0], one.marks[1], one.marks[2]) for one in found if one.marks])
    lines = [one.line for one in found if one.line] if marks else []
    # In the order of the answers, a line could be traced to a person.
    random.SystemRandom().shuffle(lines)
    return thread.SessionSummary(
        closing=closing_message(scene.t, scene.view(), None).text,
        presenter=session.presenter,
        others=[user for user in present if user != session.presenter],
        shared=[(one.user, words) for one in kept if (words := followups.shared_takeaway(one))],
        marks=marks,
        answers=len(found),
        lines=lines,
        meeting=meetings.next_meeting(tx, scene.group),
        group=scene.group.id,
    )
