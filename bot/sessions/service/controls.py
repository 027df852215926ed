"""Controls: the buttons of the facilitator, and those that every member may press."""

from datetime import datetime, timedelta

from bot import events
from bot.attendance import service as attendance
from bot.cases import service as cases
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.events import SessionChanged
from bot.groups.rules import Meets
from bot.methods.catalogue import Phase
from bot.sessions import rules
from bot.sessions.rules import NotNow, Readiness, State, Timer
from bot.sessions.service import messages, participants, prompts, time_offers, transitions
from bot.sessions.service.messages import RefusedWithOffer
from bot.sessions.service.scene import Scene, is_current_phase, require_current_phase, scene_for
from bot.sessions.views import (
    ControlRef,
    PhaseRef,
    SessionRef,
    SessionView,
    TakeOverRef,
    private,
    prompt,
    thread,
)
from bot.storage import Tx
from bot.texts import Refused, list_of, mention


def check_in(tx: Tx, user: str, ref: SessionRef) -> bool:
    """Record that a member is present. Returns whether that is new: the welcome then names them."""
    scene = _require_open(tx, user, ref.session)
    is_new = user not in scene.present
    participants.mark_present(tx, scene, user)
    return is_new


def begin(tx: Tx, user: str, ref: ControlRef, *, even_with_few: bool = False) -> None:
    """Begin the first phase. Raises Refused without the presenter and one other; offers to begin anyway with few."""
    scene = require_facilitator(tx, user, ref.session)
    session, case = scene.session, scene.case
    if session.state != State.GATHERING:
        raise _step_already_taken(scene.phase)
    if case.state == CaseState.WITHDRAWN:
        raise Refused(lambda t: t("This case has been withdrawn. Press *Stop*, and begin with another one."))
    present = set(scene.present)
    presenter = session.presenter
    match rules.readiness(present, presenter):
        case Readiness.NO_PRESENTER:
            raise private.nobody_presents(presenter, is_written=session.is_written)
        case Readiness.ALONE:
            raise private.presenter_is_alone(is_written=session.is_written)
        case Readiness.FEW if not even_with_few:
            view = scene.view()
            raise RefusedWithOffer(lambda t: private.few_people_warning(t, view, len(present)))
        case _:
            pass
    session.began_at = tx.now
    cases.mark_started(tx, case)
    attendance.on_session_begun(tx, scene.group)
    time_offers.give_each_a_turn(scene)
    transitions.change_session(tx, scene, rules.begin(scene.timer, scene.plan, tx.now))
    time_offers.offer_time(tx, scene)


def begin_anyway(tx: Tx, user: str, ref: ControlRef) -> None:
    begin(tx, user, ref, even_with_few=True)


def pause(tx: Tx, user: str, ref: ControlRef) -> None:
    """Pause the phase. Every member may."""
    scene = _require_open(tx, user, ref.session)
    participants.mark_present(tx, scene, user)
    try:
        timer = rules.pause(scene.timer, tx.now)
    except NotNow:
        raise Refused(lambda t: t("The clock has stopped already.")) from None
    # Whoever needs a pause does not count minutes. The offer comes back when they go on.
    scene.session.offers_time = False
    view = transitions.change_session(tx, scene, timer)
    if scene.session.is_written:
        notice = thread.pause_notice(scene.t, view)
        messages.post_in_thread(tx, scene, notice, f"pause/{scene.session.version}")


def resume(tx: Tx, user: str, ref: ControlRef) -> None:
    """Resume the phase with the time that was left."""
    scene = require_facilitator(tx, user, ref.session)
    _check_channel(scene)
    try:
        timer = rules.carry_on(scene.timer, tx.now)
    except NotNow:
        raise Refused(lambda t: t("The clock is running already.")) from None
    _run_again(tx, scene, timer)


def give_back(tx: Tx, user: str, ref: ControlRef) -> None:
    """After a downtime: resume the phase with the time that was left when the bot stopped."""
    scene, _ = _require_open_choice(tx, user, ref)
    _run_again(tx, scene, rules.carry_on(scene.timer, tx.now))


def keep_to_plan(tx: Tx, user: str, ref: ControlRef) -> None:
    """After a downtime: keep the planned end of the phase; advance when it has passed."""
    scene, planned_end = _require_open_choice(tx, user, ref)
    timer = rules.keep_to(scene.timer, planned_end, scene.plan, tx.now)
    if timer.state is State.ENDED:
        transitions.end_session(tx, scene, "finished")
    elif timer.phase_index != scene.session.phase_index:
        transitions.change_session(tx, scene, timer)
        time_offers.offer_time(tx, scene)
    else:
        _run_again(tx, scene, timer)


def _require_open_choice(tx: Tx, user: str, ref: ControlRef) -> tuple[Scene, datetime]:
    """The scene and the planned end of its phase, for the facilitator. Raises Refused once a choice was made."""
    scene = require_facilitator(tx, user, ref.session)
    if scene.absence is None or scene.absence.version != ref.version:
        raise done_already()
    _check_channel(scene)
    return scene, scene.absence.meant


def _check_channel(scene: Scene) -> None:
    if scene.group.unreachable is not None:
        raise Refused(lambda t: t("I can't reach the channel yet. Invite me with /invite, and press again."))


def _run_again(tx: Tx, scene: Scene, timer: Timer) -> None:
    view = transitions.change_session(tx, scene, timer)
    message = thread.resume_notice(scene.t, view)
    # The notice of the pause says how it went on.
    if where := messages.open_pause_key(tx, scene.session):
        outbox.update(tx, where, message)
    elif scene.session.is_written:
        messages.post_in_thread(tx, scene, message, f"resume/{scene.session.version}")
    time_offers.offer_time(tx, scene)


def extend(tx: Tx, user: str, ref: ControlRef) -> None:
    """Extend the phase: by two minutes, two again, and one. A double click counts once."""
    scene = require_facilitator(tx, user, ref.session)
    session = scene.session
    require_current_phase(scene.session, ref.number, ref.round, _step_already_taken)
    if session.version != ref.version:
        raise done_already()
    minutes = scene.extension
    if minutes is None:
        raise private.last_minute_had(is_written=session.is_written)
    by = timedelta(minutes=minutes)
    if scene.absence is not None:
        scene.absence.meant += by
        tx.sql.flush()
    before = scene.timer
    session.extensions += 1
    session.phase_extensions += 1
    view = transitions.change_session(tx, scene, rules.extend(before, by, tx.now))
    _tell_extension(tx, scene, view, before, minutes)
    if session.extensions > 1:
        time_offers.offer_time(tx, scene)


def _tell_extension(tx: Tx, scene: Scene, view: SessionView, before: Timer, minutes: int) -> None:
    """The message that says how the clock stands now says so again. A phase that runs has its prompt for that."""
    if before.state is State.PAUSED:
        where, message = messages.open_pause_key(tx, scene.session), thread.pause_notice(scene.t, view)
    elif before.state is State.WAITING:
        told = messages.time_up_keys(tx, scene.session, before.phase_index, before.pass_no)
        where, message = max(told, default=None), thread.extension_notice(scene.t, view, minutes)
    else:
        return
    if where is not None:
        outbox.update(tx, where, message)
    elif before.state is State.WAITING and scene.session.is_written:
        # The group waited, and the word that the time was up never came.
        messages.post_in_thread(tx, scene, message, f"extend/{scene.session.version}")


def next_phase(tx: Tx, user: str, ref: ControlRef) -> None:
    """Advance to the next phase, or end the session. The second of two clicks is refused.

    A phase may hold what is shown or asked first, in the thread and the console; then a second click goes on.
    """
    scene = require_facilitator(tx, user, ref.session)
    require_current_phase(scene.session, ref.number, ref.round, _step_already_taken)
    if not scene.activity.hold(tx, scene):
        advance_phase(tx, scene)


def advance_phase(tx: Tx, scene: Scene) -> None:
    """Advance to the next phase, or end the session after the last one."""
    timer = rules.go_on(scene.timer, scene.plan, tx.now)
    if timer.state is State.ENDED:
        transitions.end_session(tx, scene, "finished")
    else:
        transitions.change_session(tx, scene, timer)
        time_offers.offer_time(tx, scene)


def previous_phase(tx: Tx, user: str, ref: ControlRef) -> None:
    """Go back: begin the previous phase again."""
    scene = require_facilitator(tx, user, ref.session)
    require_current_phase(scene.session, ref.number, ref.round, _step_already_taken)
    try:
        timer = rules.go_back(scene.timer, scene.plan, tx.now)
    except NotNow:
        raise Refused(lambda t: t("This is the first phase; there is nothing to go back to.")) from None
    transitions.change_session(tx, scene, timer)


def stop(tx: Tx, user: str, ref: SessionRef) -> None:
    """End the session early."""
    transitions.end_session(tx, require_facilitator(tx, user, ref.session), "stopped")


def take_over(tx: Tx, user: str, ref: TakeOverRef) -> None:
    """Make a member the facilitator. Raises Refused for the presenter, and when somebody else was quicker."""
    scene = _require_open(tx, user, ref.session)
    session = scene.session
    if session.facilitator == user:
        raise Refused(lambda t: t("You facilitate already."))
    if session.presenter == user:
        raise Refused(
            lambda t: t(
                "It is your case, so your hands are full. Ask someone else in the group to facilitate."
            )
        )
    if (session.facilitator or "") != ref.instead_of:
        raise _offer_to_take_over(scene)
    transitions.close_open_questions(tx, scene)
    if session.facilitator is not None:
        events.publish(tx, SessionChanged(session.id, session.facilitator))
    session.facilitator = user
    session.version += 1
    participants.mark_present(tx, scene, user)
    view = scene.view()
    messages.post_in_thread(tx, scene, thread.takeover_notice(scene.t, user), f"taken_over/{session.version}")
    transitions.refresh_departures(tx, scene, view)
    transitions.schedule_jobs(tx, scene)
    transitions.refresh_card(tx, scene, view)


def change_way_of_meeting(tx: Tx, scene: Scene, meets: str) -> bool:
    """Change how they meet, in a session that is open; return whether that is new. Prompts and card follow."""
    if meets not in tuple(Meets) or meets == scene.session.meets:
        return False
    scene.session.meets = meets
    tx.sql.flush()
    participants.refresh_welcome(tx, scene)
    transitions.refresh_card(tx, scene)
    return True


def confirm_still_going(tx: Tx, user: str, ref: ControlRef) -> None:
    """A member says that the session still goes on: schedule the next question anew."""
    scene = _require_open(tx, user, ref.session)
    participants.mark_present(tx, scene, user)
    if scene.session.version != ref.version:
        return
    transitions.close_open_questions(tx, scene)
    scene.session.version += 1
    transitions.schedule_jobs(tx, scene)
    transitions.refresh_card(tx, scene)


def advance_when_everyone_done(tx: Tx, scene: Scene, phase_index: int) -> None:
    """Everyone is done with a phase: advance automatically, or tell the facilitator."""
    session = scene.session
    if not is_current_phase(session, phase_index) or session.state == State.PAUSED:
        return
    if session.auto_advance:
        advance_phase(tx, scene)
        return
    prompts.refresh_prompt(tx, scene, everyone_done=True)
    events.publish(tx, SessionChanged(session.id))


def skip_look_back(tx: Tx, user: str, ref: PhaseRef) -> None:
    """Skip the look-back, for the previous presenter or the facilitator. It is not asked again."""
    scene = _require_open(tx, user, ref.session)
    session = scene.session
    require_current_phase(scene.session, ref.number, ref.round, _step_already_taken)
    previous = transitions.previous_presenters(tx, scene)
    if user not in (*previous, session.facilitator):
        raise Refused(
            lambda t: (
                t("Only {user} can skip the look-back.", user=list_of(t, [mention(one) for one in previous]))
                if previous
                else t("Only the facilitator can skip the look-back.")
            )
        )
    participants.mark_present(tx, scene, user)
    transitions.skip_look_back_of(tx, scene, user)
    if user != session.facilitator and transitions.previous_presenters(tx, scene):
        # Another presenter still looks back.
        transitions.refresh_card(tx, scene)
        return
    skipped = prompt.look_back_skipped(scene.t)
    messages.post_in_thread(tx, scene, skipped, f"phase/{session.phase_index}/{session.pass_no}/skipped")
    advance_phase(tx, scene)


def refresh_outdated_card(tx: Tx, user: str, ref: ControlRef) -> None:
    """Edit the card again after a refused click: Slack may not have received the last edit."""
    scene = scene_for(tx, ref.session, user)
    if scene.session.state != State.ASKED:
        transitions.refresh_card(tx, scene)


def _require_open(tx: Tx, user: str, session_id: str) -> Scene:
    """The scene, for a member of the group, between the opening and the end. Raises Refused otherwise."""
    scene = scene_for(tx, session_id, user)
    if scene.session.state == State.ENDED:
        raise Refused(lambda t: t("This session is closed."))
    if scene.session.state == State.ASKED:
        raise Refused(lambda t: t("This session has not begun yet."))
    return scene


def require_facilitator(tx: Tx, user: str, session_id: str) -> Scene:
    """The scene, for the facilitator. Raises RefusedWithOffer for anyone else: they may take over."""
    scene = _require_open(tx, user, session_id)
    if scene.session.facilitator != user:
        raise _offer_to_take_over(scene)
    participants.mark_present(tx, scene, user)
    return scene


def _offer_to_take_over(scene: Scene) -> RefusedWithOffer:
    view = scene.view()
    return RefusedWithOffer(lambda t: private.takeover_offer(t, view))


def done_already() -> Refused:
    """Refusal of a press that somebody else was just ahead of, or of its second copy."""
    return Refused(
        lambda t: t("That has just been done. The time as it is now stands at the bottom of the thread.")
    )


def _step_already_taken(current: Phase) -> Refused:
    return Refused(
        lambda t: t(
            "That step has been taken already: you are at *{phase}* now.", phase=current.title(t.language)
        )
    )
