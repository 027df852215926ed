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
from bot.meetings import service as meetings
from bot.sessions import rules
from bot.sessions.records import Absence, Session
from bot.sessions.rules import State, Timer
from bot.sessions.service import lookup
from bot.sessions.views import absence, card, private, prompt, thread
from bot.storage import Tx
from bot.texts import Texts
from bot.timing import due

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


def change(tx: Tx, session: Session, timer: Timer) -> None:
    """Writes a new state of the clock down, and everything that follows from it."""
    before = lookup.timer_of(session)
    settle_questions(tx, session)
    _unsay_outdated(tx, session, before, timer)
    session.state, session.number, session.round = timer.state, timer.number, timer.round
    session.ends_at, session.remaining, session.set_at = timer.ends_at, timer.remaining, tx.now
    session.version += 1
    if timer.state is not State.PAUSED:
        _settle_absence(tx, session)
    moved = (before.number, before.round) != (timer.number, timer.round)
    # The card first: Slack takes one post a second, and the controls must not lag behind the prompts.
    show(tx, session)
    if before.state is not State.GATHERING and (moved or timer.state is State.ENDED):
        _close_phase(tx, session, before)
    if timer.state is State.RUNNING and (moved or before.state is State.GATHERING):
        _open_phase(tx, session)
    plan_moments(tx, session)


def end(tx: Tx, session: Session, how: str) -> None:
    """The session ends: "finished", "stopped", "unattended" or "away"."""
    begun = session.state != State.GATHERING
    session.ended_how, session.ended_at = how, tx.now
    change(tx, session, rules.stop(lookup.timer_of(session)))
    group = lookup.group_of(tx, session)
    shown = lookup.shown(tx, session)
    case = cases.case_of_group(tx, group, session.case_id)
    held = how == "finished" or (begun and not card.puts_case_back(shown))
    if not held:
        cases.put_back(tx, case)
    else:
        # A case that was withdrawn on the way stays withdrawn.
        if case.state in (CaseState.CHOSEN, CaseState.IN_SESSION):
            cases.treated(tx, case)
        if session.facilitator is not None:
            groups.has_facilitated(tx, group, session.facilitator)
    if begun and session.first == 0 and lookup.phase_of(session, 0).kind == "look_back":
        followups.looked_back(tx, group, session.id)
    meeting = meetings.next_meeting(tx, group)
    at = meeting.starts_at if meeting is not None else None
    lookup.say(tx, session, thread.closing(groups.texts_in(group), shown, at), "closing")
    lookup.show_welcome(tx, session)
    for someone in lookup.everyone_ever(tx, session):
        _settle_facilitator_left(tx, session, someone.user)
    event = SessionEnded(session.id, group.id, session.number, session.round, how, held)
    events.publish(tx, session.workspace, event)


def show(tx: Tx, session: Session) -> None:
    """Brings the card and the prompt of the phase up to date."""
    t = groups.texts_in(lookup.group_of(tx, session))
    shown = lookup.shown(tx, session)
    outbox.update(tx, session.workspace, lookup.key(session, "card"), card.card(t, shown))
    if session.state in (State.RUNNING, State.PAUSED, State.WAITING):
        message = prompt.prompt(t, shown, before=_look_back(tx, session, t, session.number))
        where = lookup.prompt_key(session, session.number, session.round)
        outbox.update(tx, session.workspace, where, message)
    if shown.was_away and (open_question := lookup.absence_of(tx, session)):
        asked = absence.asks(t, shown, away_of(open_question))
        outbox.update(tx, session.workspace, absence_key(session, open_question), asked)


def plan_moments(tx: Tx, session: Session) -> None:
    """Writes down when the session must be looked at again; takes back what no longer holds."""
    timer = lookup.timer_of(session)
    phase = lookup.phase_of(session, session.number)
    data = {"session": session.id, "number": session.number, "round": session.round}
    warning = rules.warning_at(timer, timedelta(minutes=phase.minutes))
    _plan(tx, session, WARNING, warning if warning is not None and warning > tx.now else None, data)
    _plan(tx, session, PHASE_END, timer.ends_at, data)
    standstill = STANDSTILL.get(timer.state)
    at = tx.now + standstill if standstill is not None else None
    _plan(tx, session, UNATTENDED, at, {"session": session.id, "version": session.version, "asked": 0})


def settle_questions(tx: Tx, session: Session) -> None:
    """Something happens again: what was asked while the session stood still needs no answer any more."""
    group = lookup.group_of(tx, session)
    shown = lookup.shown(tx, session)
    asked = f"unattended/{session.version}"
    if not lookup.unsay(tx, session, asked):
        message = thread.still_there(groups.texts_in(group), shown, answered=True)
        outbox.update(tx, session.workspace, lookup.key(session, asked), message)
    told = session.facilitator or session.started_by
    theirs = groups.texts_of(tx, session.workspace, told)
    where = lookup.key(session, "channel_gone", session.version)
    outbox.update(tx, session.workspace, where, private.channel_gone_settled(theirs, shown, group.channel))


def away_of(found: Absence) -> absence.Away:
    return absence.Away(
        found.version, found.number, found.round, found.since, found.until, found.meant, found.left
    )


def absence_key(session: Session, found: Absence) -> str:
    return lookup.key(session, "away", found.version)


def _settle_absence(tx: Tx, session: Session) -> None:
    """The session has gone on: the question what to do about the bot's absence says how."""
    found = lookup.absence_of(tx, session)
    if found is None:
        return
    t = groups.texts_in(lookup.group_of(tx, session))
    message = absence.chosen(t, lookup.shown(tx, session), away_of(found))
    outbox.update(tx, session.workspace, absence_key(session, found), message)
    tx.sql.delete(found)
    tx.sql.flush()


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
    if another_step and not session.goes_on_by_itself:
        # Where it goes on by itself these are said in passing, and expire.
        outdated += [f"{where}/over/", f"{where}/everyone_done"]
    lookup.unsay(tx, session, *outdated, whispers=another_step)


def _settle_facilitator_left(tx: Tx, session: Session, user: str) -> None:
    t = groups.texts_in(lookup.group_of(tx, session))
    where = lookup.key(session, "facilitator_left", user)
    outbox.update(tx, session.workspace, where, thread.facilitator_left(t, lookup.shown(tx, session), user))


def settle_departures(tx: Tx, session: Session) -> None:
    """Someone facilitates again: nobody needs to be asked to take over."""
    for someone in lookup.everyone_ever(tx, session):
        _settle_facilitator_left(tx, session, someone.user)


def _open_phase(tx: Tx, session: Session) -> None:
    shown = lookup.shown(tx, session)
    post_prompt(tx, session)
    if shown.phase.kind == "presentation":
        post_case(tx, session)
    if session.facilitator is not None:
        theirs = groups.texts_of(tx, session.workspace, session.facilitator)
        lookup.hint(tx, session, thread.line_to_say(theirs, shown))
    events.publish(
        tx, session.workspace, PhaseBegan(session.id, session.number, session.round), tx.now - JUST
    )


def _close_phase(tx: Tx, session: Session, before: Timer) -> None:
    """The prompt loses what can be pressed, and the rooms above are told."""
    close_prompt(tx, session, before.number, before.round)
    events.publish(
        tx, session.workspace, PhaseEnded(session.id, before.number, before.round), tx.now - 2 * JUST
    )


def post_prompt(tx: Tx, session: Session) -> None:
    """The prompt of the phase that is on."""
    t = groups.texts_in(lookup.group_of(tx, session))
    before = _look_back(tx, session, t, session.number)
    message = prompt.prompt(t, lookup.shown(tx, session), before=before)
    lookup.say(tx, session, message, f"phase/{session.number}/{session.round}/prompt")


def close_prompt(tx: Tx, session: Session, number: int, round_: int) -> None:
    """The prompt of a phase that is over says so."""
    t = groups.texts_in(lookup.group_of(tx, session))
    phase = lookup.phase_of(session, number)
    opening = _look_back(tx, session, t, number)
    where = lookup.prompt_key(session, number, round_)
    outbox.update(
        tx, session.workspace, where, prompt.past_prompt(t, phase, session.presenter, before=opening)
    )


def ask_about_absence(tx: Tx, session: Session) -> None:
    """The question what to do about the time that the bot was away, while it is open."""
    found = lookup.absence_of(tx, session)
    shown = lookup.shown(tx, session)
    if found is not None and shown.was_away:
        t = groups.texts_in(lookup.group_of(tx, session))
        lookup.say(tx, session, absence.asks(t, shown, away_of(found)), f"away/{found.version}")


def post_case(tx: Tx, session: Session) -> None:
    """The case itself, for whoever reads along in the thread."""
    t = groups.texts_in(lookup.group_of(tx, session))
    case = cases.case_of_group(tx, lookup.group_of(tx, session), session.case_id)
    if case.state == CaseState.WITHDRAWN:
        return
    message = Message(case_views.case_text(t, case), case_views.case_blocks(t, case))
    lookup.say(tx, session, message, "case")


def previous_presenter(tx: Tx, session: Session) -> str | None:
    """Who is asked to look back, if there is anyone."""
    found = followups.look_back(tx, lookup.group_of(tx, session))
    return None if found is None else found.presenter


def forget_look_back(tx: Tx, session: Session, user: str) -> None:
    """The previous presenter would rather not: it is not brought up again."""
    found = followups.look_back(tx, lookup.group_of(tx, session))
    if found is not None and found.presenter == user:
        followups.skip_look_back(tx, session.workspace, found.keepsake, user)


def _look_back(tx: Tx, session: Session, t: Texts, number: int) -> str | None:
    if lookup.phase_of(session, number).kind != "look_back":
        return None
    found = followups.look_back(tx, lookup.group_of(tx, session))
    if found is None:
        return None
    return prompt.look_back_opening(t, found.presenter, found.step, found.told)


def _plan(tx: Tx, session: Session, kind: str, at: datetime | None, data: dict[str, Any]) -> None:
    if at is None:
        due.cancel(tx, session.workspace, kind, session.id)
    else:
        due.schedule(tx, session.workspace, kind, session.id, at, data)


def greet_facilitator(tx: Tx, session: Session) -> None:
    """The facilitator's first private message, with a sentence to open with."""
    if session.facilitator is None:
        return
    workspace = session.workspace
    t = groups.texts_of(tx, workspace, session.facilitator)
    shown = lookup.shown(tx, session)
    line = t("Good to have you here. Before we begin: what is said here stays here.")
    channel = lookup.group_of(tx, session).channel
    where = lookup.key(session, "facilitator", session.facilitator)
    outbox.direct(tx, workspace, session.facilitator, private.leads_today(t, shown, channel, line), key=where)
