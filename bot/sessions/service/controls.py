"""The controls: what the facilitator presses, and what anyone may."""

from datetime import datetime

from bot.cases import service as cases
from bot.cases.rules import CaseState
from bot.methods.catalogue import Phase
from bot.sessions import rules
from bot.sessions.rules import NotNow, Readiness, State, Timer
from bot.sessions.service import lookup, transitions
from bot.sessions.service.lookup import RefusedWithOffer
from bot.sessions.service.scene import Scene, at_phase, is_on
from bot.sessions.views import ControlRef, PhaseRef, SessionRef, TakeOverRef, card, private, prompt, thread
from bot.storage import Tx, Workspace
from bot.texts import Refused, mention


def check_in(tx: Tx, workspace: Workspace, user: str, ref: SessionRef) -> None:
    """Someone says that they are there."""
    lookup.mark_present(tx, _open_session(tx, workspace, user, ref.session), user)


def begin(tx: Tx, workspace: Workspace, user: str, ref: ControlRef, *, all_the_same: bool = False) -> None:
    """The first phase begins, as soon as the presenter and one other are there."""
    scene = _led_by(tx, workspace, user, ref.session)
    session, case = scene.session, scene.case
    if session.state != State.GATHERING:
        raise _taken_already(scene.phase)
    if case.state == CaseState.WITHDRAWN:
        raise Refused(lambda t: t("This case has been withdrawn. Press *Stop*, and begin with another one."))
    there = set(scene.present)
    presenter = session.presenter
    match rules.readiness(there, presenter):
        case Readiness.NO_PRESENTER:
            raise Refused(
                lambda t: t(
                    "{presenter} is not here yet. Ask for a press on *I'm here* in the thread, "
                    "and begin then.",
                    presenter=mention(presenter),
                )
            )
        case Readiness.ALONE:
            raise Refused(
                lambda t: t("Only the presenter is here so far. Wait until someone else presses *I'm here*.")
            )
        case Readiness.FEW if not all_the_same:
            shown = scene.view()
            raise RefusedWithOffer(lambda t: private.begin_with_few(t, shown, len(there)))
        case _:
            pass
    session.began_at = tx.now
    cases.mark_started(tx, case)
    transitions.change_session(tx, scene, rules.begin(scene.timer, scene.plan, tx.now))


def begin_anyway(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    begin(tx, workspace, user, ref, all_the_same=True)


def pause(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """Anyone may ask for quiet."""
    scene = _open_session(tx, workspace, user, ref.session)
    lookup.mark_present(tx, scene, user)
    try:
        timer = rules.pause(scene.timer, tx.now)
    except NotNow:
        raise Refused(lambda t: t("The clock stands still already.")) from None
    shown = transitions.change_session(tx, scene, timer)
    lookup.post_in_thread(tx, scene, thread.paused(scene.t, shown), f"pause/{scene.session.version}")


def resume(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """The pause is over."""
    scene = _led_by(tx, workspace, user, ref.session)
    _check_channel(scene)
    try:
        timer = rules.carry_on(scene.timer, tx.now)
    except NotNow:
        raise Refused(lambda t: t("The clock is running already.")) from None
    _run_again(tx, scene, timer)


def give_back(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """After the bot was away: the phase goes on with what was left."""
    scene, _ = _to_choose(tx, workspace, user, ref)
    _run_again(tx, scene, rules.carry_on(scene.timer, tx.now))


def keep_to_plan(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """After the bot was away: on as if it had been there."""
    scene, meant = _to_choose(tx, workspace, user, ref)
    timer = rules.keep_to(scene.timer, meant, scene.plan, tx.now)
    if timer.state is State.ENDED:
        transitions.end_session(tx, scene, "finished")
    elif timer.number != scene.session.phase_index:
        transitions.change_session(tx, scene, timer)
    else:
        _run_again(tx, scene, timer)


def _to_choose(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> tuple[Scene, datetime]:
    """The scene, for its facilitator, and when its phase was meant to end. Raises Refused once it is settled."""
    scene = _led_by(tx, workspace, user, ref.session)
    if scene.absence is None or scene.absence.version != ref.version:
        raise Refused(lambda t: t("That has just been done. The card shows the time as it is now."))
    _check_channel(scene)
    return scene, scene.absence.meant


def _check_channel(scene: Scene) -> None:
    if scene.group.unreachable is not None:
        raise Refused(lambda t: t("I can't reach the channel yet. Invite me with /invite, and press again."))


def _run_again(tx: Tx, scene: Scene, timer: Timer) -> None:
    shown = transitions.change_session(tx, scene, timer)
    lookup.post_in_thread(tx, scene, thread.resumed(scene.t, shown), f"resume/{scene.session.version}")


def extend(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """Two minutes more for this phase; a double click counts once."""
    scene = _led_by(tx, workspace, user, ref.session)
    session = scene.session
    at_phase(scene.session, ref.number, ref.round, _taken_already)
    if session.version != ref.version:
        raise Refused(lambda t: t("That has just been done. The card shows the time as it is now."))
    if scene.absence is not None:
        scene.absence.meant += card.EXTENSION
        tx.sql.flush()
    shown = transitions.change_session(tx, scene, rules.extend(scene.timer, card.EXTENSION, tx.now))
    lookup.post_in_thread(tx, scene, thread.extended(scene.t, shown), f"extend/{session.version}")


def next_phase(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """On to the next phase, or to the end. Of two presses for one step the second changes nothing."""
    scene = _led_by(tx, workspace, user, ref.session)
    at_phase(scene.session, ref.number, ref.round, _taken_already)
    step(tx, scene)


def step(tx: Tx, scene: Scene) -> None:
    """The next phase, or the end."""
    timer = rules.go_on(scene.timer, scene.plan, tx.now)
    if timer.state is State.ENDED:
        transitions.end_session(tx, scene, "finished")
    else:
        transitions.change_session(tx, scene, timer)


def previous_phase(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """The phase before this one begins again."""
    scene = _led_by(tx, workspace, user, ref.session)
    at_phase(scene.session, ref.number, ref.round, _taken_already)
    try:
        timer = rules.go_back(scene.timer, scene.plan, tx.now)
    except NotNow:
        raise Refused(lambda t: t("This is the first phase; there is nothing to go back to.")) from None
    transitions.change_session(tx, scene, timer)


def stop(tx: Tx, workspace: Workspace, user: str, ref: SessionRef) -> None:
    """Stops early."""
    transitions.end_session(tx, _led_by(tx, workspace, user, ref.session), "stopped")


def take_over(tx: Tx, workspace: Workspace, user: str, ref: TakeOverRef) -> None:
    """Someone else facilitates from now on."""
    scene = _open_session(tx, workspace, user, ref.session)
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
    transitions.settle_questions(tx, scene)
    session.facilitator = user
    session.version += 1
    lookup.mark_present(tx, scene, user)
    shown = scene.view()
    lookup.post_in_thread(tx, scene, thread.taken_over(scene.t, user), f"taken_over/{session.version}")
    transitions.settle_departures(tx, scene, shown)
    transitions.plan_moments(tx, scene)
    transitions.show_card(tx, scene, shown)
    if session.state == State.GATHERING:
        transitions.greet_facilitator(tx, scene, shown)
    else:
        lookup.post_hint(tx, scene, thread.line_to_say(scene.texts_of(user), shown))


def confirm_still_going(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """Someone says that the session goes on; it is left alone for another while."""
    scene = _open_session(tx, workspace, user, ref.session)
    lookup.mark_present(tx, scene, user)
    if scene.session.version != ref.version:
        return
    transitions.settle_questions(tx, scene)
    scene.session.version += 1
    transitions.plan_moments(tx, scene)
    transitions.show_card(tx, scene)


def advance_when_everyone_done(tx: Tx, scene: Scene, number: int) -> None:
    """Everyone is done: it goes on by itself, or the facilitator is told."""
    session = scene.session
    if not is_on(session, number) or session.state == State.PAUSED:
        return
    shown = scene.view()
    goes_on = session.auto_advance
    done = prompt.everyone_done(scene.t, shown, goes_on=goes_on)
    expires_at = tx.now + transitions.IN_PASSING if goes_on else None
    where = f"phase/{session.phase_index}/{session.pass_no}/everyone_done"
    lookup.post_in_thread(tx, scene, done, where, expires_at=expires_at)
    if goes_on:
        step(tx, scene)
    elif session.facilitator is not None:
        theirs = scene.texts_of(session.facilitator)
        lookup.post_hint(tx, scene, thread.ready_to_go_on(theirs, shown))


def skip_look_back(tx: Tx, workspace: Workspace, user: str, ref: PhaseRef) -> None:
    """The previous presenter leaves it at that; what it was need not be said."""
    scene = _open_session(tx, workspace, user, ref.session)
    session = scene.session
    at_phase(scene.session, ref.number, ref.round, _taken_already)
    previous = transitions.previous_presenter(tx, scene)
    if user not in (previous, session.facilitator):
        raise Refused(
            lambda t: (
                t("Only {user} can skip the look-back.", user=mention(previous))
                if previous
                else t("Only the facilitator can skip the look-back.")
            )
        )
    lookup.mark_present(tx, scene, user)
    transitions.forget_look_back(tx, scene, user)
    skipped = prompt.look_back_skipped(scene.t)
    lookup.post_in_thread(tx, scene, skipped, f"phase/{session.phase_index}/{session.pass_no}/skipped")
    step(tx, scene)


def show_again(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """Somebody pressed what the card should no longer have offered: an edit may not have arrived."""
    scene = lookup.scene_for(tx, workspace, ref.session, user)
    if scene.session.state != State.ASKED:
        transitions.show_card(tx, scene)


def _open_session(tx: Tx, workspace: Workspace, user: str, session_id: str) -> Scene:
    scene = lookup.scene_for(tx, workspace, session_id, user)
    if scene.session.state == State.ENDED:
        raise Refused(lambda t: t("This session is closed."))
    if scene.session.state == State.ASKED:
        raise Refused(lambda t: t("This session has not begun yet."))
    return scene


def _led_by(tx: Tx, workspace: Workspace, user: str, session_id: str) -> Scene:
    """The scene, for the session's facilitator. Anyone else is offered to take over."""
    scene = _open_session(tx, workspace, user, session_id)
    if scene.session.facilitator != user:
        raise _offer_to_take_over(scene)
    lookup.mark_present(tx, scene, user)
    return scene


def _offer_to_take_over(scene: Scene) -> RefusedWithOffer:
    shown = scene.view()
    return RefusedWithOffer(lambda t: private.offer_take_over(t, shown))


def _taken_already(current: Phase) -> Refused:
    return Refused(
        lambda t: t(
            "That step has been taken already: you are at *{phase}* now.", phase=current.title(t.language)
        )
    )
