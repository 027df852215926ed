"""The end of a session: its summary."""

import random
from collections.abc import Sequence
from dataclasses import replace

from bot.delivery.message import Message
from bot.followups import service as followups
from bot.followups.records import Takeaway
from bot.groups import service as groups
from bot.meetings import service as meetings
from bot.rounds import queries, rules
from bot.rounds.service import evaluation, rewording, safety
from bot.rounds.views import asked, thread
from bot.rounds.views import takeaways as takeaway_views
from bot.rounds.views.refs import SafetyRef
from bot.sessions import queries as session_queries
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.service import Scene
from bot.sessions.views import SessionRef
from bot.sessions.views.thread import closing_message
from bot.storage import Tx
from bot.texts import Refused


def summarise_session(tx: Tx, scene: Scene) -> None:
    """Post the summary in the thread, and send each participant what they wrote down."""
    session, group = scene.session, scene.group
    kept = followups.takeaways_of_session(tx, session.id)
    present = [one.user for one in scene.everyone if one.user not in group.leaders]
    summary = thread.summary(scene.t, _summary_of(tx, scene, present, kept))
    sessions.post_in_thread(tx, scene, summary, "summary", discreet=True)
    by_user = {user: [one for one in kept if one.user == user] for user in {one.user for one in kept}}
    members = {one.user for one in groups.participants_of(tx, group)}
    followups.open_reflections(
        tx, group, session.id, session.presenter, sorted(members & {*present, session.presenter})
    )
    unsafe = safety.note_low_marks(tx, session)
    for user in dict.fromkeys([*present, *unsafe]):
        mine = by_user.get(user, [])
        own = own_summary(tx, scene, user, mine, is_member=user in members)
        if user in unsafe:
            # One thing is asked at a time: an insight can wait until this is answered.
            own = asked.safety_question(scene.texts_of(user), unsafe[user], own if mine else None)
        if own is not None:
            # Words may come into it later, by an edit.
            own = (
                groups.discreet_in(scene.texts_of(user), group, own)
                if mine
                else replace(own, holds_words=True)
            )
            groups.post_dm(tx, user, own, key=_own_key(session, user))
    evaluation.forget_who_marked(tx, session)


def own_summary(
    tx: Tx, scene: Scene, user: str, kept: Sequence[Takeaway], *, is_member: bool
) -> Message | None:
    """What one participant wrote down. Only members are offered to write a takeaway down afterwards."""
    if not kept and not is_member:
        return None
    mine = [(one, followups.step_question_day(tx, one)) for one in kept]
    ref = SessionRef(scene.session.id)
    return takeaway_views.own_summary(scene.texts_of(user), scene.group.channel, mine, ref)


def answer_safety_question(tx: Tx, ref: SafetyRef, user: str) -> None:
    """Store whether whoever leads next may know that it was not safe, without whose answer it is.

    Raises Refused when it is answered already: a no leaves nothing behind.
    """
    note = queries.safety_note(tx, ref.note)
    if note is None or note.told:
        raise Refused(lambda t: t("That is settled already."))
    scene = sessions.scene_by_id(tx, note.session_id)
    # The row has no writer, so it cannot be compared; but whoever was not there was not asked.
    if user not in {one.user for one in session_queries.participants(tx, scene.session)}:
        raise Refused(lambda t: t("That is settled already."))
    told = ref.told == safety.YES
    if told:
        note.told = True
    else:
        tx.sql.delete(note)
    tx.sql.flush()
    kept = [one for one in followups.takeaways_of_session(tx, scene.session.id) if one.user == user]
    member = groups.member(tx, scene.group, user)
    is_member = member is not None and member.left_at is None
    own = own_summary(tx, scene, user, kept, is_member=is_member)
    message = asked.safety_answered(scene.texts_of(user), own, told=told)
    groups.update_dm(tx, user, _own_key(scene.session, user), message)


def _own_key(session: Session, user: str) -> str:
    return sessions.thread_key(session, "own", user)


def _summary_of(
    tx: Tx, scene: Scene, present: Sequence[str], kept: Sequence[Takeaway]
) -> thread.SessionSummary:
    session = scene.session
    found = queries.evaluations_of(tx, session)
    given = [rules.Marks(*one.marks) for one in found if one.marks]
    marks = queries.shown_averages(tx, session) or rules.averages(given)
    lines = [one.line for one in found if one.line] if marks else []
    # In the order of the answers, a line could be traced to a person.
    random.SystemRandom().shuffle(lines)
    return thread.SessionSummary(
        closing=closing_message(scene.t, scene.view(), None).text,
        presenter=session.presenter,
        others=[user for user in present if user != session.presenter],
        shared=[(one.user, words) for one in kept if (words := followups.shared_takeaway(one))],
        marks=marks,
        answers=sum(one.counts for one in given),
        lines=lines,
        question=rewording.question_that_returns(tx, scene),
        meeting=meetings.next_meeting(tx, scene.group),
        group=scene.group.id,
    )
