"""Choices about the time: the buttons of an offer, the way to the response, and the evaluation before a stop."""

from bot.sessions import balance, rules
from bot.sessions.balance import TimeOffer
from bot.sessions.rules import NotNow, State, Timer
from bot.sessions.service import time_offers, transitions
from bot.sessions.service.activities import activities_of
from bot.sessions.service.controls import done_already, require_facilitator, stop
from bot.sessions.service.messages import RefusedWithOffer
from bot.sessions.service.scene import BEGUN_STATES, Scene
from bot.sessions.views import ControlRef, SessionRef, private, thread
from bot.storage import Tx

# The evaluation alone, before a stop.
ONLY_EVALUATION = 3


def keep_end(tx: Tx, user: str, ref: ControlRef) -> None:
    """Take the plan that ends in time, as far as it can."""
    scene, offered = _require_offer(tx, user, ref)
    time_offers.take(tx, scene, offered.best)


def end_later(tx: Tx, user: str, ref: ControlRef) -> None:
    """Keep the minutes as they are: the session ends later."""
    scene, offered = _require_offer(tx, user, ref)
    session = scene.session
    session.ends_by, session.offers_time = offered.finishes_at, False
    time_offers.settle(tx, scene, thread.later_notice(scene.t, scene.view()))


def skip_spare_phase(tx: Tx, user: str, ref: ControlRef) -> None:
    """Leave out the phase that was named, and take what is still missing from the others."""
    scene, offered = _require_offer(tx, user, ref)
    if offered.spare is None:
        raise done_already()
    plan, at = scene.time_plan, scene.timer
    time_offers.take(tx, scene, balance.skip(plan, offered.spare, at, tx.now, offered.ends_by))


def jump_to_protected(tx: Tx, user: str, ref: ControlRef) -> None:
    """Begin the first protected phase now. The protected ones share the time that is left."""
    scene = _require_present_version(tx, user, ref)
    plan, at, ends_by = scene.time_plan, scene.timer, scene.session.ends_by
    first = balance.protected_from(plan, at)
    if first is None or scene.session.state not in BEGUN_STATES:
        raise done_already()
    plan = balance.skip_until(plan, at, first)
    fitting = balance.balance(plan, Timer(State.GATHERING, first), tx.now, ends_by) if ends_by else None
    time_offers.keep_plan(scene, fitting.plan if fitting is not None else plan)
    transitions.change_session(tx, scene, rules.jump(at, scene.plan, first, tx.now), has_new_plan=True)


def ask_to_stop(tx: Tx, user: str, ref: SessionRef) -> None:
    """End the session early; before the evaluation whoever leads is asked whether that is held first."""
    scene = require_facilitator(tx, user, ref.session)
    if _evaluation_ahead(scene) is None:
        stop(tx, user, ref)
        return
    view = scene.view()
    raise RefusedWithOffer(lambda t: private.evaluation_offer(t, view, ONLY_EVALUATION))


def evaluate_only(tx: Tx, user: str, ref: ControlRef) -> None:
    """Begin the evaluation, shorter, and stop after it."""
    scene = require_facilitator(tx, user, ref.session)
    session, found = scene.session, _evaluation_ahead(scene)
    if found is None:
        raise done_already()
    at = scene.timer
    plan = balance.skip_until(scene.time_plan, at, found)
    minutes = min(plan[found].minutes, ONLY_EVALUATION)
    time_offers.keep_plan(scene, balance.with_minutes(plan, found, minutes))
    session.cut_at = session.phase_index
    try:
        timer = rules.jump(at, scene.plan, found, tx.now)
    except NotNow:
        raise done_already() from None
    transitions.change_session(tx, scene, timer, has_new_plan=True)


def _evaluation_ahead(scene: Scene) -> int | None:
    """The phase in which the group looks at itself, when it is still to come and the session has begun."""
    session = scene.session
    if session.state not in BEGUN_STATES or session.is_of_before or session.cut_at is not None:
        return None
    ahead = balance.rest_of(scene.time_plan, scene.timer)
    looks = [one for one in ahead if any(two.looks_at_itself for two in activities_of(scene.phases[one]))]
    return looks[-1] if looks else None


def _require_present_version(tx: Tx, user: str, ref: ControlRef) -> Scene:
    scene = require_facilitator(tx, user, ref.session)
    if scene.session.version != ref.version:
        raise done_already()
    return scene


def _require_offer(tx: Tx, user: str, ref: ControlRef) -> tuple[Scene, TimeOffer]:
    scene = _require_present_version(tx, user, ref)
    offered = time_offers.offer_in(tx, scene)
    if offered is None or not scene.session.offers_time or time_offers.is_left_alone(scene):
        raise done_already()
    return scene, offered
