"""The controls: what the facilitator presses, and what anyone may."""

from datetime import datetime

from bot.cases import service as cases
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.sessions import rules
from bot.sessions.records import Session
from bot.sessions.rules import NotNow, Readiness, State, Timer
from bot.sessions.service import flow, lookup
from bot.sessions.service.offers import Offered
from bot.sessions.views import ControlRef, PhaseRef, SessionRef, TakeOverRef, card, private, prompt, thread
from bot.storage import Tx, Workspace
from bot.texts import Refused, mention


def here(tx: Tx, workspace: Workspace, user: str, ref: SessionRef) -> None:
    """Someone says that they are there."""
    session = _open_session(tx, workspace, user, ref.session)
    lookup.present(tx, session, user)


def begin(tx: Tx, workspace: Workspace, user: str, ref: ControlRef, *, all_the_same: bool = False) -> None:
    """The first phase begins, as soon as the presenter and one other are there."""
    session = _led_by(tx, workspace, user, ref.session)
    if session.state != State.GATHERING:
        _say_where_we_are(session)
    case = cases.case_of_group(tx, lookup.group_of(tx, session), session.case_id)
    if case.state == CaseState.WITHDRAWN:
        raise Refused(lambda t: t("This case has been withdrawn. Press *Stop*, and begin with another one."))
    there = {participant.user for participant in lookup.participants(tx, session)}
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
            shown = lookup.shown(tx, session)
            raise Offered(lambda t: private.begin_with_few(t, shown, len(there)))
        case _:
            pass
    session.began_at = tx.now
    cases.begun(tx, case)
    flow.change(tx, session, rules.begin(lookup.timer_of(session), lookup.plan_for(session), tx.now))


def begin_all_the_same(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    begin(tx, workspace, user, ref, all_the_same=True)


def pause(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """Anyone may ask for quiet."""
    session = _open_session(tx, workspace, user, ref.session)
    lookup.present(tx, session, user)
    try:
        timer = rules.pause(lookup.timer_of(session), tx.now)
    except NotNow:
        raise Refused(lambda t: t("The clock stands still already.")) from None
    hold(tx, session, timer)


def hold(tx: Tx, session: Session, timer: Timer) -> None:
    """The clock stands still, and the thread hears it."""
    flow.change(tx, session, timer)
    t = groups.texts_in(lookup.group_of(tx, session))
    lookup.say(tx, session, thread.paused(t, lookup.shown(tx, session)), f"pause/{session.version}")


def resume(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """The pause is over."""
    session = _led_by(tx, workspace, user, ref.session)
    _check_channel(tx, session)
    try:
        timer = rules.carry_on(lookup.timer_of(session), tx.now)
    except NotNow:
        raise Refused(lambda t: t("The clock is running already.")) from None
    _run_again(tx, session, timer)


def give_back(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """After the bot was away: the phase goes on with what was left."""
    session, _ = _to_choose(tx, workspace, user, ref)
    _run_again(tx, session, rules.carry_on(lookup.timer_of(session), tx.now))


def keep_to_plan(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """After the bot was away: on as if it had been there."""
    session, meant = _to_choose(tx, workspace, user, ref)
    timer = rules.keep_to(lookup.timer_of(session), meant, lookup.plan_for(session), tx.now)
    if timer.state is State.ENDED:
        flow.end(tx, session, "finished")
    elif timer.number != session.number:
        flow.change(tx, session, timer)
    else:
        _run_again(tx, session, timer)


def _to_choose(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> tuple[Session, datetime]:
    """The session, for its facilitator, and when its phase was meant to end. Raises Refused once it is settled."""
    session = _led_by(tx, workspace, user, ref.session)
    absence = lookup.absence_of(tx, session)
    if absence is None or absence.version != ref.version:
        raise Refused(lambda t: t("That has just been done. The card shows the time as it is now."))
    _check_channel(tx, session)
    return session, absence.meant


def _check_channel(tx: Tx, session: Session) -> None:
    if lookup.group_of(tx, session).unreachable is not None:
        raise Refused(lambda t: t("I can't reach the channel yet. Invite me with /invite, and press again."))


def _run_again(tx: Tx, session: Session, timer: Timer) -> None:
    flow.change(tx, session, timer)
    t = groups.texts_in(lookup.group_of(tx, session))
    lookup.say(tx, session, thread.resumed(t, lookup.shown(tx, session)), f"resume/{session.version}")


def extend(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """Two minutes more for this phase; a double click counts once."""
    session = _led_by(tx, workspace, user, ref.session)
    _at(session, ref)
    if session.version != ref.version:
        raise Refused(lambda t: t("That has just been done. The card shows the time as it is now."))
    absence = lookup.absence_of(tx, session)
    if absence is not None:
        absence.meant += card.EXTENSION
        tx.sql.flush()
    flow.change(tx, session, rules.extend(lookup.timer_of(session), card.EXTENSION, tx.now))
    t = groups.texts_in(lookup.group_of(tx, session))
    lookup.say(tx, session, thread.extended(t, lookup.shown(tx, session)), f"extend/{session.version}")


def go_on(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """On to the next phase, or to the end. Of two presses for one step the second changes nothing."""
    session = _led_by(tx, workspace, user, ref.session)
    _at(session, ref)
    step(tx, session)


def step(tx: Tx, session: Session) -> None:
    """The next phase, or the end."""
    timer = rules.go_on(lookup.timer_of(session), lookup.plan_for(session), tx.now)
    if timer.state is State.ENDED:
        flow.end(tx, session, "finished")
    else:
        flow.change(tx, session, timer)


def go_back(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """The phase before this one begins again."""
    session = _led_by(tx, workspace, user, ref.session)
    _at(session, ref)
    try:
        timer = rules.go_back(lookup.timer_of(session), lookup.plan_for(session), tx.now)
    except NotNow:
        raise Refused(lambda t: t("This is the first phase; there is nothing to go back to.")) from None
    flow.change(tx, session, timer)


def stop(tx: Tx, workspace: Workspace, user: str, ref: SessionRef) -> None:
    """Stops early."""
    session = _led_by(tx, workspace, user, ref.session)
    flow.end(tx, session, "stopped")


def take_over(tx: Tx, workspace: Workspace, user: str, ref: TakeOverRef) -> None:
    """Someone else facilitates from now on."""
    session = _open_session(tx, workspace, user, ref.session)
    if session.facilitator == user:
        raise Refused(lambda t: t("You facilitate already."))
    if session.presenter == user:
        raise Refused(
            lambda t: t(
                "It is your case, so your hands are full. Ask someone else in the group to facilitate."
            )
        )
    if (session.facilitator or "") != ref.instead_of:
        shown = lookup.shown(tx, session)
        raise Offered(lambda t: private.offer_take_over(t, shown))
    flow.settle_questions(tx, session)
    session.facilitator = user
    session.version += 1
    lookup.present(tx, session, user)
    t = groups.texts_in(lookup.group_of(tx, session))
    lookup.say(tx, session, thread.taken_over(t, user), f"taken_over/{session.version}")
    flow.settle_departures(tx, session)
    flow.plan_moments(tx, session)
    flow.show(tx, session)
    if session.state == State.GATHERING:
        flow.greet_facilitator(tx, session)
    else:
        theirs = groups.texts_of(tx, workspace, user)
        lookup.hint(tx, session, thread.line_to_say(theirs, lookup.shown(tx, session)))


def still_going(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """Someone says that the session goes on; it is left alone for another while."""
    session = _open_session(tx, workspace, user, ref.session)
    lookup.present(tx, session, user)
    if session.version != ref.version:
        return
    flow.settle_questions(tx, session)
    session.version += 1
    flow.plan_moments(tx, session)
    flow.show(tx, session)


def may_end_early(tx: Tx, session: Session, number: int) -> None:
    """Everyone is done: it goes on by itself, or the facilitator is told."""
    if session.number != number or session.state not in (State.RUNNING, State.WAITING):
        return
    group = lookup.group_of(tx, session)
    shown = lookup.shown(tx, session)
    goes_on = session.goes_on_by_itself
    done = prompt.everyone_done(groups.texts_in(group), shown, goes_on=goes_on)
    expires_at = tx.now + flow.IN_PASSING if goes_on else None
    where = f"phase/{session.number}/{session.round}/everyone_done"
    lookup.say(tx, session, done, where, expires_at=expires_at)
    if goes_on:
        step(tx, session)
    elif session.facilitator is not None:
        theirs = groups.texts_of(tx, session.workspace, session.facilitator)
        lookup.hint(tx, session, thread.ready_to_go_on(theirs, shown))


def skip_look_back(tx: Tx, workspace: Workspace, user: str, ref: PhaseRef) -> None:
    """The previous presenter leaves it at that; what it was need not be said."""
    session = _open_session(tx, workspace, user, ref.session)
    _at(session, ref)
    previous = flow.previous_presenter(tx, session)
    if user not in (previous, session.facilitator):
        raise Refused(
            lambda t: (
                t("Only {user} can skip the look-back.", user=mention(previous))
                if previous
                else t("Only the facilitator can skip the look-back.")
            )
        )
    lookup.present(tx, session, user)
    flow.forget_look_back(tx, session, user)
    t = groups.texts_in(lookup.group_of(tx, session))
    lookup.say(tx, session, prompt.look_back_skipped(t), f"phase/{session.number}/{session.round}/skipped")
    step(tx, session)


def show_again(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    """Somebody pressed what the card should no longer have offered: an edit may not have arrived."""
    session = lookup.session_for(tx, workspace, ref.session, user)
    if session.state != State.ASKED:
        flow.show(tx, session)


def _open_session(tx: Tx, workspace: Workspace, user: str, session_id: str) -> Session:
    session = lookup.session_for(tx, workspace, session_id, user)
    if session.state == State.ENDED:
        raise Refused(lambda t: t("This session is closed."))
    if session.state == State.ASKED:
        raise Refused(lambda t: t("This session has not begun yet."))
    return session


def _led_by(tx: Tx, workspace: Workspace, user: str, session_id: str) -> Session:
    """The session, for its facilitator. Anyone else is offered to take over."""
    session = _open_session(tx, workspace, user, session_id)
    if session.facilitator != user:
        shown = lookup.shown(tx, session)
        raise Offered(lambda t: private.offer_take_over(t, shown))
    lookup.present(tx, session, user)
    return session


def _at(session: Session, ref: ControlRef | PhaseRef) -> None:
    """Refuses a press that was meant for another phase."""
    if session.state == State.GATHERING:
        raise Refused(lambda t: t("This session has not begun yet."))
    if (session.number, session.round) != (ref.number, ref.round):
        _say_where_we_are(session)


def _say_where_we_are(session: Session) -> None:
    phase = lookup.phase_of(session, session.number)
    raise Refused(
        lambda t: t(
            "That step has been taken already: you are at *{phase}* now.", phase=phase.title(t.language)
        )
    )
