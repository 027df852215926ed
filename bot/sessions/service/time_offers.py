"""Time offers: a plan that ends in time, for whoever leads; and what follows when it is taken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot import events
from bot.delivery.message import Message
from bot.events import SessionChanged
from bot.groups import service as groups
from bot.sessions import balance
from bot.sessions.balance import Balance, Plan, TimeOffer
from bot.sessions.rules import State
from bot.sessions.service import messages, transitions
from bot.sessions.service.activities import activities_of
from bot.sessions.service.scene import Scene
from bot.sessions.views import thread, time
from bot.storage import Tx
from bot.texts import Texts

# The word that it is time to round off is of no use much later.
ROUND_OFF_LIFETIME = timedelta(minutes=2)
# What two extensions came to, for a group that named no end.
PER_EXTENSION = timedelta(minutes=2)


def end_of(scene: Scene) -> datetime | None:
    """Until when the group has. Where nobody said: as planned, once the facilitator has extended twice."""
    session = scene.session
    if session.is_of_before or session.ends_by is not None:
        return session.ends_by
    if session.extensions < 2:
        return None
    planned = balance.finish(scene.time_plan, scene.timer, scene.tx.now)
    return planned - session.extensions * PER_EXTENSION


def is_left_alone(scene: Scene) -> bool:
    """Whether nobody is troubled with the time now: somebody tells, or responds."""
    return scene.session.state is not State.GATHERING and scene.activity.is_left_alone


def offer_in(tx: Tx, scene: Scene) -> TimeOffer | None:
    """The offer as it is now; None where the session ends in time, or the group has no end."""
    ends_by = end_of(scene)
    if ends_by is None:
        return None
    plan, at = scene.time_plan, scene.timer
    best = balance.balance(plan, at, tx.now, ends_by)
    if best is None:
        return None
    behind = balance.minutes_behind(plan, at, tx.now, ends_by)
    return TimeOffer(ends_by, behind, balance.finish(plan, at, tx.now), best, _spare_phase(scene))


def offer_shown(tx: Tx, scene: Scene) -> TimeOffer | None:
    """The offer that stands in the console."""
    if not scene.session.offers_time or scene.session.state is State.ENDED or is_left_alone(scene):
        return None
    return offer_in(tx, scene)


def offer_time(tx: Tx, scene: Scene) -> None:
    """Offer a plan that ends in time, where there is one to give. Where phases go on by themselves it is taken, and said."""
    session = scene.session
    offered = offer_in(tx, scene)
    if offered is None:
        session.offers_time = False
        return
    session.offers_time = True
    if session.auto_advance and not is_left_alone(scene) and offered.best.plan != scene.time_plan:
        take(tx, scene, offered.best)
        return
    events.publish(tx, SessionChanged(session.id))


def ask_for_time(tx: Tx, scene: Scene) -> Callable[[Texts], Message] | None:
    """Somebody who leads asks how the time stands. The console shows an offer; otherwise they read how it is."""
    session, view = scene.session, scene.view()
    offered = offer_in(tx, scene)
    session.offers_time = offered is not None
    if offered is not None and not is_left_alone(scene):
        events.publish(tx, SessionChanged(session.id))
        return None
    behind = offered.behind if offered is not None else 0
    return lambda t: time.how_it_stands(t, view, behind)


def take(tx: Tx, scene: Scene, chosen: Balance) -> None:
    """Give the phases the minutes of a plan, and tell the group in one line."""
    session, before = scene.session, scene.time_plan
    session.ends_by = max(end_of(scene) or chosen.finishes_at, chosen.finishes_at)
    keep_plan(scene, chosen.plan)
    titles = [phase.title(scene.t.language) for phase in scene.phases]
    changed = [
        (title, new) for title, old, new in zip(titles, before, chosen.plan, strict=True) if old != new
    ]
    settle(
        tx,
        scene,
        thread.plan_notice(
            scene.t,
            [title for title, new in changed if new.minutes],
            [title for title, new in changed if not new.minutes],
        ),
    )


def keep_plan(scene: Scene, plan: Plan) -> None:
    """Keep the minutes of a plan with the session: its method is its own."""
    session = scene.session
    own = scene.own_method.with_minutes([phase.minutes for phase in plan])
    session.snapshot = own.as_json()
    session.offers_time = False
    scene.forget_method()


def give_each_a_turn(scene: Scene) -> None:
    """A phase in which everybody has a turn takes longer with many people."""
    plan = scene.time_plan
    given = tuple(replace(one, minutes=max(one.minutes, one.least)) if one.minutes else one for one in plan)
    if given != plan and not scene.session.is_of_before:
        keep_plan(scene, given)


def settle(tx: Tx, scene: Scene, told: Message) -> None:
    """A choice about the time was made: card, prompt and jobs follow, and the group reads one line."""
    session = scene.session
    transitions.close_open_questions(tx, scene)
    session.version += 1
    tx.sql.flush()
    messages.post_in_thread(tx, scene, told, f"time/{session.version}")
    transitions.schedule_jobs(tx, scene)
    transitions.refresh_card(tx, scene)


def must_round_off(tx: Tx, scene: Scene) -> bool:
    """Whether only what is protected still fits before the end time."""
    session = scene.session
    if session.ends_by is None or session.state not in (State.RUNNING, State.WAITING):
        return False
    at = balance.round_off_at(scene.time_plan, scene.timer, session.ends_by)
    return at is not None and at <= tx.now and not is_left_alone(scene)


def phase_to_round_off_with(tx: Tx, scene: Scene) -> int | None:
    """The phase to go to, when only what is protected still fits; None before that."""
    return balance.protected_from(scene.time_plan, scene.timer) if must_round_off(tx, scene) else None


def tell_to_round_off(tx: Tx, scene: Scene) -> None:
    """A line of its own for whoever leads, because an edit of the console notifies nobody."""
    session, user = scene.session, scene.session.facilitator
    events.publish(tx, SessionChanged(session.id))
    if user is None:
        return
    key = messages.thread_key(session, "round_off", session.phase_index, session.pass_no, user)
    message = time.round_off_now(scene.texts_of(user))
    groups.post_dm(tx, user, message, key=key, expires_at=tx.now + ROUND_OFF_LIFETIME)


def _spare_phase(scene: Scene) -> int | None:
    """The longest phase ahead that the session can do without."""
    plan = scene.time_plan
    found = [
        index
        for index in balance.rest_of(plan, scene.timer)
        if plan[index].minutes
        and not plan[index].protected
        and (plan[index].optional or all(one.can_be_skipped for one in activities_of(scene.phases[index])))
    ]
    return max(found, key=lambda index: plan[index].minutes, default=None)
