"""Transitions: every change of the session timer, with the messages, jobs and events that follow from it."""

from datetime import datetime, timedelta
from typing import Any

from bot import events
from bot.cases import service as cases
from bot.cases import views as case_views
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.events import PhaseBegan, PhaseEnded, SessionChanged, SessionEnded
from bot.followups import service as followups
from bot.groups import service as groups
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.sessions import balance, rules
from bot.sessions.records import Absence, Session
from bot.sessions.rules import State, Timer
from bot.sessions.service import emptying, messages, participants, prompts, proofs
from bot.sessions.service.activities import activities_of
from bot.sessions.service.scene import Scene
from bot.sessions.views import SessionView, absence, card, private, thread
from bot.storage import Tx

WARNING = "session.phase.warning"
PHASE_END = "session.phase.end"
UNATTENDED = "session.stands_still"
ROUND_OFF = "session.round_off"
# The same jobs of a session that a version without snapshots began, and goes on with beside this one. That version would
# fail at the jobs of other sessions: it does not know their method.
KINDS_OF_BEFORE = {
    WARNING: "session.warning",
    PHASE_END: "session.phase_end",
    UNATTENDED: "session.unattended",
}
# Events of one transition are handled in the order of their times, so their times differ.
EVENT_GAP = timedelta(microseconds=1)
# A message about an automatic transition is outdated after this time.
TRANSITION_MESSAGE_LIFETIME = timedelta(minutes=1)
# A session that stands still for this long is asked whether it goes on.
STANDSTILL = {
    State.GATHERING: timedelta(minutes=60),
    State.PAUSED: timedelta(minutes=60),
    State.WAITING: timedelta(minutes=30),
}
# A session that does not answer that question within this time is closed.
ANSWER_WITHIN = timedelta(minutes=30)


def change_session(tx: Tx, scene: Scene, timer: Timer, *, has_new_plan: bool = False) -> SessionView:
    """Store a new timer, and carry out everything that follows from it. Returns the new view.

    `has_new_plan`: the minutes of its phases have changed just before.
    """
    session, before = scene.session, scene.timer
    card_before = card.session_card(scene.t, scene.view())
    close_open_questions(tx, scene)
    _retract_outdated(tx, session, before, timer)
    session.state, session.phase_index, session.pass_no = timer.state, timer.phase_index, timer.pass_no
    session.ends_at, session.remaining, session.timer_set_at = timer.ends_at, timer.remaining, tx.now
    session.version += 1
    moved = (before.phase_index, before.pass_no) != (timer.phase_index, timer.pass_no)
    if moved or before.state is State.GATHERING:
        session.activity_index, session.phase_extensions = scene.activity_after(-1) or 0, 0
    view = scene.view()
    if timer.state is not State.PAUSED:
        _close_absence_question(tx, scene, view)
    # The card first: its controls must not lag behind the prompts. Slack takes about one post per second in
    # a channel: https://docs.slack.dev/apis/web-api/rate-limits
    opens = timer.state is State.RUNNING and (moved or before.state is State.GATHERING)
    # From phase to phase the card stays as it is.
    with_card = has_new_plan or card.session_card(scene.t, view) != card_before
    refresh_card(tx, scene, view, with_card=with_card, with_prompt=not opens)
    if before.state is not State.GATHERING and (moved or timer.state is State.ENDED):
        _take_calls_away(tx, session, before)
        _close_phase(tx, scene, before)
    if opens:
        _open_phase(tx, scene, view, begins=before.state is State.GATHERING)
    schedule_jobs(tx, scene)
    return view


def end_session(tx: Tx, scene: Scene, how: str) -> SessionView:
    """End the session: "finished", "stopped", "unattended" or "away". Returns the new view."""
    session, group = scene.session, scene.group
    begun = session.state != State.GATHERING
    if session.cut_at is not None and how == "finished":
        # It was stopped, and evaluated.
        how = "stopped"
    session.ended_how, session.ended_at = how, tx.now
    view = change_session(tx, scene, rules.stop(scene.timer))
    case = scene.case
    held = how == "finished" or (begun and not card.is_case_returned(view))
    if not held:
        cases.return_to_backlog(tx, case)
    else:
        # A case that was withdrawn during the session stays withdrawn.
        if case.state in (CaseState.CHOSEN, CaseState.IN_SESSION):
            cases.mark_treated(tx, case)
        if session.facilitator is not None:
            groups.record_facilitation(tx, group, session.facilitator)
    if begun:
        for activity in (one for phase in scene.method.phases for one in activities_of(phase)):
            activity.finish(tx, scene)
    if not begun:
        # Otherwise the summary begins with these words.
        meeting = meetings.next_meeting(tx, group)
        at = meeting.starts_at if meeting is not None else None
        messages.post_in_thread(tx, scene, thread.closing_message(scene.t, view, at), "closing")
    proofs.keep_attendances(tx, scene)
    emptying.schedule_emptying(tx, group, session)
    participants.refresh_welcome(tx, scene)
    refresh_departures(tx, scene, view)
    event = SessionEnded(session.id, group.id, session.phase_index, session.pass_no, how, held)
    events.publish(tx, event, as_before=session.is_of_before)
    return view


def refresh_card(
    tx: Tx,
    scene: Scene,
    view: SessionView | None = None,
    *,
    with_card: bool = True,
    with_prompt: bool = True,
) -> None:
    """Edit the card, the current prompt and the open absence question. The leader's console follows the event."""
    session, t = scene.session, scene.t
    events.publish(tx, SessionChanged(session.id))
    view = view or scene.view()
    if with_card:
        outbox.update(tx, messages.thread_key(session, "card"), card.session_card(t, view))
    if with_prompt:
        prompts.refresh_prompt(tx, scene, view)
    if view.was_away and (open_question := scene.absence):
        asked = absence.absence_question(t, view, away_of(open_question))
        outbox.update(tx, absence_key(session, open_question), asked)


def schedule_jobs(tx: Tx, scene: Scene) -> None:
    """Schedule the jobs of the timer (warning, phase end, standstill), and cancel those that no longer apply."""
    session, timer, phase = scene.session, scene.timer, scene.phase
    data = {"session": session.id, "number": session.phase_index, "round": session.pass_no}
    warning = rules.warning_at(timer, timedelta(minutes=phase.minutes))
    _schedule_or_cancel(
        tx, session, WARNING, warning if warning is not None and warning > tx.now else None, data
    )
    _schedule_or_cancel(tx, session, PHASE_END, timer.ends_at, data)
    if session.ends_by is not None:
        _schedule_or_cancel(tx, session, ROUND_OFF, _round_off_at(tx, scene), {"session": session.id})
    standstill = STANDSTILL.get(timer.state)
    at = tx.now + standstill if standstill is not None else None
    _schedule_or_cancel(
        tx, session, UNATTENDED, at, {"session": session.id, "version": session.version, "asked": 0}
    )


def _round_off_at(tx: Tx, scene: Scene) -> datetime | None:
    """When whoever leads is told to round off; None when that moment has passed, or does not come."""
    ends_by = scene.session.ends_by
    if ends_by is None or scene.session.state in (State.GATHERING, State.ENDED):
        return None
    at = balance.round_off_at(scene.time_plan, scene.timer, ends_by)
    return at if at is not None and at > tx.now else None


def close_open_questions(tx: Tx, scene: Scene) -> None:
    """Close the questions that were asked while the session stood still: somebody has acted since."""
    session, view = scene.session, scene.view()
    asked = f"unattended/{session.version}"
    if not messages.retract_pending(tx, session, asked):
        message = thread.still_there_question(scene.t, view, answered=True)
        outbox.update(tx, messages.thread_key(session, asked), message)
    theirs = scene.texts_of(session.facilitator or session.started_by)
    where = messages.thread_key(session, "channel_gone", session.version)
    settled = private.channel_lost_settled(theirs, view, scene.group.channel)
    # Not `update_dm`: this runs at every act, and a look for a language hint would cost each a query.
    outbox.update(tx, where, settled)


def away_of(found: Absence) -> absence.Away:
    return absence.Away(
        found.version, found.phase_index, found.pass_no, found.since, found.until, found.meant, found.left
    )


def absence_key(session: Session, found: Absence) -> str:
    return messages.thread_key(session, "away", found.version)


def _close_absence_question(tx: Tx, scene: Scene, view: SessionView) -> None:
    """Close the absence question: the message now says how the session went on."""
    session, found = scene.session, scene.absence
    if found is None:
        return
    message = absence.absence_outcome(scene.t, view, away_of(found))
    outbox.update(tx, absence_key(session, found), message)
    tx.sql.delete(found)
    tx.sql.flush()
    scene.absence = None


def _retract_outdated(tx: Tx, session: Session, before: Timer, after: Timer) -> None:
    """Discard pending messages about the previous timer and phase.

    While Slack cannot be reached they pile up; the group must not read them all afterwards.
    """
    outdated = ["resume/", "extend/"]
    phase_over = after.state is State.ENDED or (before.phase_index, before.pass_no) != (
        after.phase_index,
        after.pass_no,
    )
    where = f"phase/{before.phase_index}/{before.pass_no}"
    if after.state is not State.PAUSED:
        outdated.append("pause/")
    if before.ends_at != after.ends_at:
        outdated.append(f"{where}/warning/")
    if phase_over:
        outdated.append(f"{where}/prompt")
    if after.state is State.ENDED:
        outdated.append("begun")
    another_step = phase_over or before.state is State.WAITING
    if another_step:
        # An older version posted "everyone_done" too.
        outdated += [f"{where}/over/", f"{where}/everyone_done"]
    messages.retract_pending(tx, session, *outdated, ephemeral=another_step)


def refresh_departures(tx: Tx, scene: Scene, view: SessionView) -> None:
    """Edit the messages about a facilitator who left: without a button once nobody needs to take over."""
    session = scene.session
    for someone in scene.everyone:
        where = messages.thread_key(session, "facilitator_left", someone.user)
        message = thread.facilitator_left_question(scene.t, view, someone.user)
        outbox.update(tx, where, message)


def _open_phase(tx: Tx, scene: Scene, view: SessionView, *, begins: bool) -> None:
    session = scene.session
    prompts.open_prompt(tx, scene, view, begins=begins)
    scene.activity.post_beside(tx, scene)
    events.publish(
        tx,
        PhaseBegan(session.id, session.phase_index, session.pass_no),
        tx.now - EVENT_GAP,
        as_before=session.is_of_before,
    )


def _take_calls_away(tx: Tx, session: Session, before: Timer) -> None:
    """Delete what the thread said while the session stood still: it goes on."""
    if before.state is State.WAITING:
        for where in messages.time_up_keys(tx, session, before.phase_index, before.pass_no):
            outbox.delete(tx, where)
    elif before.state is State.PAUSED and (paused := messages.open_pause_key(tx, session)):
        outbox.delete(tx, paused)


def _close_phase(tx: Tx, scene: Scene, before: Timer) -> None:
    """Remove the buttons of the prompt, and publish that the phase is over."""
    prompts.close_prompt(tx, scene, before.phase_index, before.pass_no)
    events.publish(
        tx,
        PhaseEnded(scene.session.id, before.phase_index, before.pass_no),
        tx.now - 2 * EVENT_GAP,
        as_before=scene.session.is_of_before,
    )


def post_begin_notice(tx: Tx, scene: Scene) -> None:
    """Mention everyone who is present, in a thread that comes after another one: nobody follows it yet."""
    messages.post_in_thread(tx, scene, thread.begin_notice(scene.t, scene.present, scene.observers), "begun")


def post_absence_question(tx: Tx, scene: Scene, view: SessionView) -> None:
    """Post the question what to do about the bot's absence, while it is open."""
    found = scene.absence
    if found is not None and view.was_away:
        message = absence.absence_question(scene.t, view, away_of(found))
        messages.post_in_thread(tx, scene, message, f"away/{found.version}")


def post_case(tx: Tx, scene: Scene) -> None:
    """Post the case in the thread, unless it was withdrawn."""
    t, case = scene.t, scene.case
    if case.state == CaseState.WITHDRAWN:
        return
    message = Message(case_views.case_text(t, case), case_views.case_blocks(t, case))
    messages.post_in_thread(tx, scene, message, "case", discreet=True)


def _look_backs(tx: Tx, scene: Scene) -> list[followups.LookBack]:
    return followups.next_look_backs(tx, scene.group, scene.session.opened_at or tx.now)


def previous_presenters(tx: Tx, scene: Scene) -> list[str]:
    """The presenters who are asked to look back."""
    return [found.presenter for found in _look_backs(tx, scene)]


def skip_look_back_of(tx: Tx, scene: Scene, user: str) -> None:
    """Skip the look-back of a previous presenter, so that it is not asked again. Does nothing for others."""
    for found in _look_backs(tx, scene):
        if found.presenter == user:
            followups.skip_look_back(tx, found.keepsake, user)


def _schedule_or_cancel(
    tx: Tx, session: Session, kind: str, at: datetime | None, data: dict[str, Any]
) -> None:
    kind = kind_for(session, kind)
    if at is None:
        queue.cancel(tx, kind, session.id)
    else:
        queue.schedule(tx, kind, session.id, at, data)


def kind_for(session: Session, kind: str) -> str:
    """The kind under which a job of this session is scheduled."""
    return KINDS_OF_BEFORE.get(kind, kind) if session.is_of_before else kind
