"""What follows from each change of a session's clock: messages, moments, and word to the rooms above."""

from datetime import datetime, timedelta
from typing import Any

from bot import events
from bot.cases import service as cases
from bot.cases import views as case_views
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.events import PhaseBegan, PhaseEnded, SessionEnded
from bot.followups import service as followups
from bot.groups import service as groups
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.sessions import rules
from bot.sessions.records import Absence, Session
from bot.sessions.rules import State, Timer
from bot.sessions.service import lookup
from bot.sessions.service.scene import BEGUN, Scene, phase_of
from bot.sessions.views import SessionView, absence, card, private, prompt, thread
from bot.storage import Tx

WARNING = "session.warning"
PHASE_END = "session.phase_end"
UNATTENDED = "session.unattended"
# Two words that fall due at one moment are heard in this order.
JUST = timedelta(microseconds=1)
# How long what is said in passing from one phase to the next makes sense.
IN_PASSING = timedelta(minutes=1)
# How long a session may stand still before it is asked after.
STANDSTILL = {
    State.GATHERING: timedelta(minutes=60),
    State.PAUSED: timedelta(minutes=60),
    State.WAITING: timedelta(minutes=30),
}


def change_session(tx: Tx, scene: Scene, timer: Timer) -> SessionView:
    """Writes a new state of the clock down, and everything that follows from it; returns what is shown of it."""
    session, before = scene.session, scene.timer
    settle_questions(tx, scene)
    _unsay_outdated(tx, session, before, timer)
    session.state, session.phase_index, session.pass_no = timer.state, timer.number, timer.round
    session.ends_at, session.remaining, session.timer_set_at = timer.ends_at, timer.remaining, tx.now
    session.version += 1
    shown = scene.view()
    if timer.state is not State.PAUSED:
        _settle_absence(tx, scene, shown)
    moved = (before.number, before.round) != (timer.number, timer.round)
    # The card first: Slack takes one post a second, and the controls must not lag behind the prompts.
    show_card(tx, scene, shown)
    if before.state is not State.GATHERING and (moved or timer.state is State.ENDED):
        _close_phase(tx, scene, before)
    if timer.state is State.RUNNING and (moved or before.state is State.GATHERING):
        _open_phase(tx, scene, shown)
    plan_moments(tx, scene)
    return shown


def end_session(tx: Tx, scene: Scene, how: str) -> SessionView:
    """The session ends: "finished", "stopped", "unattended" or "away". Returns what is shown of it."""
    session, group = scene.session, scene.group
    begun = session.state != State.GATHERING
    session.ended_how, session.ended_at = how, tx.now
    shown = change_session(tx, scene, rules.stop(scene.timer))
    case = scene.case
    held = how == "finished" or (begun and not card.puts_case_back(shown))
    if not held:
        cases.return_to_backlog(tx, case)
    else:
        # A case that was withdrawn on the way stays withdrawn.
        if case.state in (CaseState.CHOSEN, CaseState.IN_SESSION):
            cases.mark_treated(tx, case)
        if session.facilitator is not None:
            groups.record_facilitation(tx, group, session.facilitator)
    if begun and session.first_phase == 0 and phase_of(session, 0).kind == "look_back":
        followups.finish_look_back(tx, group, session.id)
    meeting = meetings.next_meeting(tx, group)
    at = meeting.starts_at if meeting is not None else None
    lookup.post_in_thread(tx, scene, thread.closing(scene.t, shown, at), "closing")
    lookup.show_welcome(tx, scene)
    settle_departures(tx, scene, shown)
    event = SessionEnded(session.id, group.id, session.phase_index, session.pass_no, how, held)
    events.publish(tx, session.workspace, event)
    return shown


def show_card(tx: Tx, scene: Scene, shown: SessionView | None = None) -> None:
    """Brings the card and the prompt of the phase up to date."""
    session, t = scene.session, scene.t
    shown = shown or scene.view()
    outbox.update(tx, session.workspace, lookup.thread_key(session, "card"), card.card(t, shown))
    if session.state in BEGUN:
        message = prompt.prompt(t, shown, before=_look_back(tx, scene, session.phase_index))
        where = lookup.prompt_key(session, session.phase_index, session.pass_no)
        outbox.update(tx, session.workspace, where, message)
    if shown.was_away and (open_question := scene.absence):
        asked = absence.asks(t, shown, away_of(open_question))
        outbox.update(tx, session.workspace, absence_key(session, open_question), asked)


def plan_moments(tx: Tx, scene: Scene) -> None:
    """Writes down when the session must be looked at again; takes back what no longer holds."""
    session, timer, phase = scene.session, scene.timer, scene.phase
    data = {"session": session.id, "number": session.phase_index, "round": session.pass_no}
    warning = rules.warning_at(timer, timedelta(minutes=phase.minutes))
    _plan(tx, session, WARNING, warning if warning is not None and warning > tx.now else None, data)
    _plan(tx, session, PHASE_END, timer.ends_at, data)
    standstill = STANDSTILL.get(timer.state)
    at = tx.now + standstill if standstill is not None else None
    _plan(tx, session, UNATTENDED, at, {"session": session.id, "version": session.version, "asked": 0})


def settle_questions(tx: Tx, scene: Scene) -> None:
    """Something happens again: what was asked while the session stood still needs no answer any more."""
    session, shown = scene.session, scene.view()
    asked = f"unattended/{session.version}"
    if not lookup.retract_pending(tx, session, asked):
        message = thread.still_there(scene.t, shown, answered=True)
        outbox.update(tx, session.workspace, lookup.thread_key(session, asked), message)
    theirs = scene.texts_of(session.facilitator or session.started_by)
    where = lookup.thread_key(session, "channel_gone", session.version)
    settled = private.channel_gone_settled(theirs, shown, scene.group.channel)
    outbox.update(tx, session.workspace, where, settled)


def away_of(found: Absence) -> absence.Away:
    return absence.Away(
        found.version, found.number, found.round, found.since, found.until, found.meant, found.left
    )


def absence_key(session: Session, found: Absence) -> str:
    return lookup.thread_key(session, "away", found.version)


def _settle_absence(tx: Tx, scene: Scene, shown: SessionView) -> None:
    """The session has gone on: the question what to do about the bot's absence says how."""
    session, found = scene.session, scene.absence
    if found is None:
        return
    message = absence.chosen(scene.t, shown, away_of(found))
    outbox.update(tx, session.workspace, absence_key(session, found), message)
    tx.sql.delete(found)
    tx.sql.flush()
    scene.absence = None


def _unsay_outdated(tx: Tx, session: Session, before: Timer, after: Timer) -> None:
    """Takes back what was said about the clock and the phase as they were, and what has not been posted yet.

    In trouble with Slack that is everything since it began; the group must not read it all when it is over.
    """
    outdated = ["resume/", "extend/"]
    over = after.state is State.ENDED or (before.number, before.round) != (after.number, after.round)
    where = f"phase/{before.number}/{before.round}"
    if after.state is not State.PAUSED:
        outdated.append("pause/")
    if before.ends_at != after.ends_at:
        outdated.append(f"{where}/warning/")
    if over:
        outdated.append(f"{where}/prompt")
    another_step = over or before.state is State.WAITING
    if another_step and not session.auto_advance:
        # Where it goes on by itself these are said in passing, and expire.
        outdated += [f"{where}/over/", f"{where}/everyone_done"]
    lookup.retract_pending(tx, session, *outdated, whispers=another_step)


def settle_departures(tx: Tx, scene: Scene, shown: SessionView) -> None:
    """Someone facilitates again, or it is over: nobody needs to be asked to take over."""
    session = scene.session
    for someone in scene.everyone:
        where = lookup.thread_key(session, "facilitator_left", someone.user)
        message = thread.facilitator_left(scene.t, shown, someone.user)
        outbox.update(tx, session.workspace, where, message)


def _open_phase(tx: Tx, scene: Scene, shown: SessionView) -> None:
    session = scene.session
    post_prompt(tx, scene, shown)
    if shown.phase.kind == "presentation":
        post_case(tx, scene)
    if session.facilitator is not None:
        theirs = scene.texts_of(session.facilitator)
        lookup.post_hint(tx, scene, thread.line_to_say(theirs, shown))
    events.publish(
        tx, session.workspace, PhaseBegan(session.id, session.phase_index, session.pass_no), tx.now - JUST
    )


def _close_phase(tx: Tx, scene: Scene, before: Timer) -> None:
    """The prompt loses what can be pressed, and the rooms above are told."""
    close_prompt(tx, scene, before.number, before.round)
    events.publish(
        tx,
        scene.session.workspace,
        PhaseEnded(scene.session.id, before.number, before.round),
        tx.now - 2 * JUST,
    )


def post_prompt(tx: Tx, scene: Scene, shown: SessionView) -> None:
    """The prompt of the phase that is on."""
    session = scene.session
    message = prompt.prompt(scene.t, shown, before=_look_back(tx, scene, session.phase_index))
    lookup.post_in_thread(tx, scene, message, f"phase/{session.phase_index}/{session.pass_no}/prompt")


def close_prompt(tx: Tx, scene: Scene, number: int, round_: int) -> None:
    """The prompt of a phase that is over says so."""
    session = scene.session
    phase, opening = phase_of(session, number), _look_back(tx, scene, number)
    message = prompt.past_prompt(scene.t, phase, session.presenter, before=opening)
    outbox.update(tx, session.workspace, lookup.prompt_key(session, number, round_), message)


def ask_about_absence(tx: Tx, scene: Scene, shown: SessionView) -> None:
    """The question what to do about the time that the bot was away, while it is open."""
    found = scene.absence
    if found is not None and shown.was_away:
        message = absence.asks(scene.t, shown, away_of(found))
        lookup.post_in_thread(tx, scene, message, f"away/{found.version}")


def post_case(tx: Tx, scene: Scene) -> None:
    """The case itself, for whoever reads along in the thread."""
    t, case = scene.t, scene.case
    if case.state == CaseState.WITHDRAWN:
        return
    message = Message(case_views.case_text(t, case), case_views.case_blocks(t, case))
    lookup.post_in_thread(tx, scene, message, "case")


def previous_presenter(tx: Tx, scene: Scene) -> str | None:
    """Who is asked to look back, if there is anyone."""
    found = followups.next_look_back(tx, scene.group)
    return None if found is None else found.presenter


def forget_look_back(tx: Tx, scene: Scene, user: str) -> None:
    """The previous presenter would rather not: it is not brought up again."""
    found = followups.next_look_back(tx, scene.group)
    if found is not None and found.presenter == user:
        followups.skip_look_back(tx, scene.session.workspace, found.keepsake, user)


def _look_back(tx: Tx, scene: Scene, number: int) -> str | None:
    if phase_of(scene.session, number).kind != "look_back":
        return None
    found = followups.next_look_back(tx, scene.group)
    if found is None:
        return None
    return prompt.look_back_opening(scene.t, found.presenter, found.step, found.told)


def _plan(tx: Tx, session: Session, kind: str, at: datetime | None, data: dict[str, Any]) -> None:
    if at is None:
        queue.cancel(tx, session.workspace, kind, session.id)
    else:
        queue.schedule(tx, session.workspace, kind, session.id, at, data)


def greet_facilitator(tx: Tx, scene: Scene, shown: SessionView) -> None:
    """The facilitator's first private message, with a sentence to open with."""
    session = scene.session
    if session.facilitator is None:
        return
    t = scene.texts_of(session.facilitator)
    line = t("Good to have you here. Before we begin: what is said here stays here.")
    message = private.leads_today(t, shown, scene.group.channel, line)
    where = lookup.thread_key(session, "facilitator", session.facilitator)
    outbox.post_dm(tx, session.workspace, session.facilitator, message, key=where)
