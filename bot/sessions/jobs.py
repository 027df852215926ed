"""Jobs of sessions: the phase timer, a session that stands still, and events from lower rooms."""

from datetime import timedelta

from bot import events
from bot.cases import service as cases
from bot.events import CaseChanged, ChannelLost, GroupResumed, MemberLeft, MessageLost, SessionChanged
from bot.groups import service as groups
from bot.jobs import queue
from bot.sessions import queries, rules
from bot.sessions.rules import State
from bot.sessions.service import emptying, opening, participants, prompts, reposting, time_offers, transitions
from bot.sessions.service.messages import post_in_thread, thread_key
from bot.sessions.service.scene import Scene, is_current_phase, scene_of, scene_or_none
from bot.sessions.service.transitions import (
    ANSWER_WITHIN,
    KINDS_OF_BEFORE,
    PHASE_END,
    ROUND_OFF,
    UNATTENDED,
    WARNING,
    kind_for,
)
from bot.sessions.views import private, prompt, thread
from bot.storage import Tx

# A warning this close to the end of a phase helps nobody.
MIN_WARNING_TIME = timedelta(seconds=20)


def on_warning_due(tx: Tx, job: queue.Job) -> None:
    """Warn shortly before the end of a phase, by an edit of its prompt: nobody is notified for it."""
    scene = _scene_of_running_phase(tx, job)
    if scene is None:
        return
    session = scene.session
    if session.ends_at is None or session.ends_at - tx.now < MIN_WARNING_TIME:
        return
    prompts.refresh_prompt(tx, scene)


def on_prompt_due(tx: Tx, job: queue.Job) -> None:
    """Draw the prompt anew for all who wrote meanwhile. A phase that is over has a last prompt already."""
    scene = scene_or_none(tx, str(job.data["session"]))
    if scene is not None and is_current_phase(scene.session, job.data["number"], job.data["round"]):
        prompts.refresh_prompt(tx, scene)


def on_welcome_due(tx: Tx, job: queue.Job) -> None:
    """Draw the welcome anew for all who came in or left meanwhile."""
    scene = scene_or_none(tx, str(job.data["session"]))
    if scene is not None:
        participants.refresh_welcome(tx, scene)


def on_phase_end(tx: Tx, job: queue.Job) -> None:
    """End a phase whose time is up. A late job ends it once, and the message gives the planned end."""
    scene = _scene_of_running_phase(tx, job)
    if scene is None or scene.session.ends_at is None or scene.session.ends_at > tx.now:
        return
    session, planned_end = scene.session, scene.session.ends_at
    scene.activity.time_up(tx, scene)
    timer = rules.phase_over(scene.timer, scene.plan, tx.now, auto_advance=session.auto_advance)
    if timer.state is State.WAITING and session.is_written:
        # Phases that follow by themselves need no word: the next prompt or the summary comes at once.
        message = prompt.time_up_notice(scene.t, scene.phase, scene.view(timer), planned_end)
        where = f"phase/{session.phase_index}/{session.pass_no}/over/{int(planned_end.timestamp())}"
        post_in_thread(tx, scene, message, where)
    if timer.state is State.ENDED:
        transitions.end_session(tx, scene, "finished")
        return
    transitions.change_session(tx, scene, timer)
    if timer.state is State.RUNNING:
        time_offers.offer_time(tx, scene)


def on_round_off(tx: Tx, job: queue.Job) -> None:
    """Only what is protected still fits before the end time: whoever leads is told, unless somebody must not be disturbed."""
    scene = scene_or_none(tx, str(job.data["session"]))
    if scene is not None and time_offers.must_round_off(tx, scene):
        time_offers.tell_to_round_off(tx, scene)


def on_unattended(tx: Tx, job: queue.Job) -> None:
    """Ask a session that stands still whether it goes on; close it when nobody answers."""
    scene = scene_or_none(tx, str(job.data["session"]))
    if scene is None or scene.session.version != job.data["version"]:
        return
    session = scene.session
    if session.state == State.ASKED:
        opening.close_unanswered_request(tx, scene)
    elif session.state not in (State.GATHERING, State.PAUSED, State.WAITING):
        return
    elif job.data["asked"]:
        transitions.end_session(tx, scene, "unattended")
    else:
        message = thread.still_there_question(scene.t, scene.view())
        post_in_thread(tx, scene, message, f"unattended/{session.version}")
        closes_at = tx.now + ANSWER_WITHIN
        queue.schedule(tx, kind_for(session, UNATTENDED), session.id, closes_at, {**job.data, "asked": 1})


def on_member_left(tx: Tx, event: MemberLeft) -> None:
    """A member has left the group. Without its facilitator a session asks who takes over; without its presenter it
    pauses."""
    user = event.user
    scene = _scene_of_group(tx, event.group_id)
    if scene is None:
        return
    session = scene.session
    if session.state == State.ASKED:
        if user == session.presenter:
            opening.close_unanswered_request(tx, scene)
        return
    if user == session.facilitator:
        participants.mark_present(tx, scene, user)
        events.publish(tx, SessionChanged(session.id, user))
        session.facilitator = None
        transitions.close_open_questions(tx, scene)
        session.version += 1
        view = scene.view()
        message = thread.facilitator_left_question(scene.t, view, user)
        post_in_thread(tx, scene, message, f"facilitator_left/{user}")
        transitions.schedule_jobs(tx, scene)
        transitions.refresh_card(tx, scene, view)
    participants.mark_left(tx, scene, user)
    if user == session.presenter:
        message = thread.presenter_left_notice(scene.t, scene.view())
        if session.state == State.RUNNING:
            transitions.change_session(tx, scene, rules.pause(scene.timer, tx.now))
        post_in_thread(tx, scene, message, f"presenter_left/{session.version}")


def on_case_text_changed(tx: Tx, event: CaseChanged) -> None:
    """The words of a case have changed, or are gone: the card of a session about it has its title."""
    case = cases.case_or_none(tx, event.case_id)
    scene = None if case is None else _scene_of_group(tx, case.group_id)
    if scene is not None and scene.session.case_id == event.case_id and scene.session.state != State.ASKED:
        transitions.refresh_card(tx, scene)


def on_channel_lost(tx: Tx, event: ChannelLost) -> None:
    """The channel cannot be reached: pause the session, and tell the facilitator in private.

    A deleted channel does not come back, so its session ends.
    """
    scene = _scene_of_group(tx, event.group_id)
    if scene is None or scene.session.state == State.ASKED:
        return
    session = scene.session
    if event.reason == "deleted":
        view = transitions.end_session(tx, scene, "stopped")
    elif session.state == State.RUNNING:
        view = transitions.change_session(tx, scene, rules.pause(scene.timer, tx.now))
    else:
        view = scene.view()
    user = session.facilitator or session.started_by
    message = private.channel_lost_notice(scene.texts_of(user), view, scene.group.channel, event.reason)
    key = thread_key(session, "channel_gone", session.version)
    groups.post_dm(tx, user, message, key=key)


def _scene_of_running_phase(tx: Tx, job: queue.Job) -> Scene | None:
    """The scene, if the phase of this job is still running."""
    scene = scene_or_none(tx, str(job.data["session"]))
    if scene is None or scene.session.state != State.RUNNING:
        return None
    return scene if is_current_phase(scene.session, job.data["number"], job.data["round"]) else None


def _scene_of_group(tx: Tx, group_id: str) -> Scene | None:
    found = queries.locked_running_session(tx, group_id)
    return None if found is None else scene_of(tx, found)


_TIMED: dict[str, queue.Handler] = {
    WARNING: on_warning_due,
    PHASE_END: on_phase_end,
    UNATTENDED: on_unattended,
}
JOBS: dict[str, queue.Handler] = {
    **_TIMED,
    ROUND_OFF: on_round_off,
    prompts.PROMPT: on_prompt_due,
    participants.WELCOME: on_welcome_due,
    emptying.EMPTY_THREAD: emptying.on_empty_thread,
    **{KINDS_OF_BEFORE[kind]: handle for kind, handle in _TIMED.items()},
    **events.on(MemberLeft, on_member_left),
    **events.on(CaseChanged, on_case_text_changed),
    **events.on(ChannelLost, on_channel_lost),
    **events.on(GroupResumed, reposting.on_group_resumed),
    **events.on(MessageLost, reposting.on_message_lost),
}
