"""The end of a session: its summary."""

import random
from collections.abc import Sequence

from bot.followups import service as followups
from bot.followups.records import Takeaway
from bot.groups import service as groups
from bot.meetings import service as meetings
from bot.rounds import queries, rules
from bot.rounds.service import evaluation, rewording
from bot.rounds.views import takeaways as takeaway_views
from bot.rounds.views import thread
from bot.sessions import service as sessions
from bot.sessions.service import Scene
from bot.sessions.views import SessionRef
from bot.sessions.views.thread import closing_message
from bot.storage import Tx


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
    for user in present:
        if user not in members and user not in by_user:
            # Only members are offered to write a takeaway down.
            continue
        theirs = scene.texts_of(user)
        mine = [(one, followups.step_question_day(tx, one)) for one in by_user.get(user, [])]
        own = takeaway_views.own_summary(theirs, group.channel, mine, SessionRef(session.id))
        groups.post_dm(
            tx,
            user,
            groups.discreet_in(theirs, group, own),
            key=sessions.thread_key(session, "own", user),
        )
    evaluation.forget_who_marked(tx, session)


def _summary_of(
    tx: Tx, scene: Scene, present: Sequence[str], kept: Sequence[Takeaway]
) -> thread.SessionSummary:
    session = scene.session
    found = queries.evaluations_of(tx, session)
    given = [rules.Marks(*one.marks) for one in found if one.marks]
    marks = rules.averages(given)
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
