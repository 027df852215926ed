"""Takeaways: the presenter's response, and the harvest of everybody. The two are kept apart."""

from collections.abc import Sequence
from datetime import date

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.followups import rules as followup_rules
from bot.followups import service as followups
from bot.followups.records import Takeaway
from bot.followups.rules import PlannedStep, What
from bot.groups import service as groups
from bot.rounds import queries
from bot.rounds.service import participation
from bot.rounds.views import takeaways as views
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import PhaseRef, SessionRef
from bot.storage import Tx
from bot.texts import Refused

# The kind of contribution of a harvest.
HARVESTED = "harvest"


def response_of(tx: Tx, session: Session, user: str) -> list[Takeaway]:
    """What a presenter kept as the response: the takeaway with the first step, then the further steps."""
    return followups.takeaways_of(tx, session.id, user, What.RESPONSE)


def harvest_of(tx: Tx, session: Session, user: str) -> Takeaway | None:
    """What somebody harvested in this session."""
    return next(iter(followups.takeaways_of(tx, session.id, user, What.HARVEST)), None)


def default_step_day(tx: Tx, user: str) -> date:
    """The default day of a step: tomorrow, or the next working day."""
    return followup_rules.next_working_day(groups.today_of(tx, user))


def _check_day(tx: Tx, user: str, by: date | None, field: str) -> date:
    day = by or default_step_day(tx, user)
    if day < groups.today_of(tx, user):
        raise Refused(lambda t: t("Choose a day that is still to come."), field)
    return day


def require_presenter_to_respond(tx: Tx, ref: PhaseRef, user: str) -> Scene:
    """The scene, for its presenter, during the response phase. Raises Refused otherwise."""
    scene = sessions.scene_for(tx, ref.session, user)
    _require_response_phase(scene, ref, user)
    return scene


def _require_response_phase(scene: Scene, ref: PhaseRef, user: str) -> None:
    participation.check_phase(scene, ref, "response")
    if user != scene.session.presenter:
        raise Refused(lambda t: t("The presenter has the floor now. At the harvest it is everyone's turn."))


def give_response(
    tx: Tx,
    ref: PhaseRef,
    user: str,
    takeaway: str,
    steps: Sequence[PlannedStep],
    *,
    shared: bool,
    form: str = "",
) -> None:
    """Store the presenter's takeaway and steps, and post in the thread what the presenter shares.

    Without a step it may settle first. `form` identifies the window: sent again, it edits the same response, also in a later phase.
    It never ends the phase: the presenter is still talking.
    """
    scene = sessions.scene_for(tx, ref.session, user)
    session = scene.session
    again = queries.has_sent_form(tx, session, ref.number, ref.round, user, "response", form)
    if not again:
        _require_response_phase(scene, ref, user)
    if not takeaway:
        raise Refused(lambda t: t("Write in a sentence what you take from it."), "takeaway")
    planned = [
        PlannedStep(step.text, _check_day(tx, user, step.by, views.day_field(number)), step.shared)
        for number, step in enumerate(steps)
        if step.text
    ]
    followups.keep_takeaway(
        tx,
        scene.group,
        session.id,
        user,
        what=What.RESPONSE,
        takeaway=takeaway,
        steps=planned,
        is_presenter=True,
        shared=shared,
    )
    where = f"phase/{ref.number}/{ref.round}/response"
    message = views.response_post(scene.t, user, takeaway if shared else "", planned)
    if session.is_written or shared or any(step.shared for step in planned):
        _post_or_update(tx, scene, message, where)
    else:
        outbox.update(tx, sessions.thread_key(session, where), message)
    if not again:
        participation.record_contribution(tx, session, user, "response", form=form)


def _post_or_update(tx: Tx, scene: Scene, message: Message, where: str) -> None:
    sessions.post_in_thread(tx, scene, message, where, discreet=True)
    outbox.update(tx, sessions.thread_key(scene.session, where), message)


def keep_harvest(
    tx: Tx,
    ref: SessionRef,
    user: str,
    takeaway: str,
    step: str,
    by: date | None,
    *,
    shared: bool,
) -> None:
    """Store a member's takeaway and step. They are posted in the thread only when the member shares them."""
    scene = sessions.scene_for_participant(tx, ref.session, user)
    session = scene.session
    if not takeaway:
        raise Refused(lambda t: t("Write one insight, in a sentence."), "takeaway")
    day = _check_day(tx, user, by, "by")
    # A presenter who gave no response looks back on the harvest.
    is_presenter = user == session.presenter and not response_of(tx, session, user)
    followups.keep_takeaway(
        tx,
        scene.group,
        session.id,
        user,
        what=What.HARVEST,
        takeaway=takeaway,
        steps=[PlannedStep(step, day, shared)] if step else [],
        is_presenter=is_presenter,
        shared=shared,
    )
    if shared:
        message = views.harvest_post(scene.t, user, takeaway, step, day)
        _post_or_update(tx, scene, message, f"harvest/{user}")
    else:
        where = sessions.thread_key(session, "harvest", user)
        outbox.update(tx, where, views.harvest_retracted(scene.t, user))
    if session.state == State.ENDED:
        return
    sessions.mark_present(tx, scene, user)
    is_on = scene.activity.counts(scene.phase, HARVESTED)
    if is_on and participation.record_contribution(tx, session, user, HARVESTED):
        participation.advance_when_everyone_done(tx, scene)
        participation.show_progress(tx, session)
