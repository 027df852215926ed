"""Use cases of any phase: a member writes in the thread, or says that they are done."""

from bot.delivery import outbox
from bot.groups import service as groups
from bot.rounds.service import participation
from bot.rounds.views import thread
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.views import PhaseRef, SessionRef
from bot.storage import Tx
from bot.texts import Refused


def record_thread_message(
    tx: Tx, channel: str, thread_ts: str, user: str, ts: str, *, counts: bool = True
) -> None:
    """Record that a member wrote in a session's thread. The text is never read.

    Without `counts` the member is only marked present: a file, or a reply that was also sent to the channel, is no
    contribution.
    """
    scene = sessions.observe_thread_message(tx, channel, thread_ts, user)
    if scene is None or not counts or scene.session.state == State.GATHERING:
        return
    if not scene.session.is_written:
        # People speak: what is typed is an aside, and no turn of anybody.
        return
    session, phase = scene.session, scene.phase
    if not participation.record_contribution(tx, session, user, "message", ts):
        return
    if session.state == State.PAUSED:
        # During a pause everyone may speak, and nobody's turn is used up.
        return
    prompt = sessions.prompt_key(session, session.phase_index, session.pass_no)
    prompted_at = outbox.ts_of(tx, prompt)
    if prompted_at is not None and float(ts) < float(prompted_at):
        # Written in the phase before; Slack delivered the event late.
        return
    if user == session.presenter:
        if phase.presenter == "silent" and participation.claim_reminder(tx, session, user, "silent"):
            reminder = thread.listening_reminder(scene.texts_of(user), SessionRef(session.id))
            sessions.post_private(tx, scene, user, reminder)
    else:
        scene.activity.take_message(tx, scene, user)


def mark_done(tx: Tx, ref: PhaseRef, user: str) -> None:
    """Record that a member is done with the phase. When everyone is, the phase may end early."""
    scene = participation.require_phase(tx, ref, user, "done")
    if user in scene.group.leaders:
        raise groups.brings_nothing_in()
    activity, session = scene.activity, scene.session
    if activity.is_presenters and user != session.presenter:
        raise Refused(lambda t: t("Only the presenter can say that here."))
    sessions.mark_present(tx, scene, user)
    if not participation.record_contribution(tx, session, user, activity.done_as(scene)):
        return
    if not activity.take_done(tx, scene, user):
        participation.advance_when_everyone_done(tx, scene)
    if activity.is_hidden:
        # The leader's console names those who still write.
        participation.show_progress(tx, session, user)
