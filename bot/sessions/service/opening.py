"""Opening: from `/intervisie start`, over the presenter's consent, to the card in the channel."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot import events
from bot.attendance import service as attendance
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.delivery.message import Guarantee, Message
from bot.events import SessionChanged
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.methods import catalogue
from bot.methods.catalogue import Method, Phase
from bot.polls import service as polls
from bot.selections import service as selections
from bot.sessions import queries
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import messages, participants, time_frame, transitions
from bot.sessions.service.activities import Opening, activities_of
from bot.sessions.service.messages import RefusedWithOffer
from bot.sessions.service.scene import Scene, method_of, scene_for
from bot.sessions.views import SessionRef, card, private, thread
from bot.storage import Tx, belonging_to, new_id
from bot.texts import Refused, Texts, mention

# The time that a presenter has to answer the request, at least: it ends in the group's working hours.
ANSWER_DEADLINE = timedelta(hours=24)


def start_session(
    tx: Tx,
    group_id: str,
    user: str,
    *,
    case_id: str,
    method: str,
    facilitator: str,
    auto_advance: bool,
    meets: str = "",
    until: str = "",
) -> Session:
    """Open a session, or ask the presenter first: the session's state tells which.

    `meets`: how they meet this time. A group that had not said so keeps it from now on. A form of an older version does not ask.
    `until`: until when they have, as "HH:MM" in the group's zone; empty where nobody said.
    """
    group = groups.group_for(tx, group_id, user)
    # Without the lock, two members who start at the same time would open a session each.
    groups.lock_group(tx, group)
    refuse_second_session(tx, group)
    confirmed = polls.chosen_case(tx, group)
    end_session_without_card(tx, group)
    case = _require_available_case(tx, group, case_id)
    _check_facilitator(tx, group, case, facilitator, user)
    chosen = method_with_key(method)
    ends_by = time_frame.end_of_session(tx, group, until) if until else None
    session = add_session(
        tx,
        group,
        case_id=case.id,
        presenter=case.presenter,
        facilitator=facilitator,
        started_by=user,
        method=chosen.key + catalogue.KEPT,
        auto_advance=auto_advance,
        meets=groups.choose_way_of_meeting(tx, group, meets),
        ends_by=ends_by,
    )
    groups.reconcile_members(tx, group)
    if case.presenter == user or (confirmed is not None and confirmed.id == case.id):
        open_session(tx, Scene(tx, session, group))
    else:
        _ask_presenter(tx, session, group, case)
    return session


def add_session(tx: Tx, group: Group, **values: Any) -> Session:
    """Add the row of a session that has not opened. `values`: its columns, other than the place in the method."""
    session = Session(
        id=new_id(),
        group_id=group.id,
        state=State.ASKED,
        phase_index=0,
        first_phase=0,
        pass_no=1,
        version=0,
        **values,
        **belonging_to(tx.workspace),
    )
    tx.sql.add(session)
    tx.sql.flush()
    return session


def confirm_case(tx: Tx, user: str, ref: SessionRef) -> None:
    """The presenter says yes: open the session."""
    scene = _require_open_request(tx, user, ref)
    t, title = scene.texts_of(user), scene.case.title
    if scene.case.state not in (CaseState.HANDED_IN, CaseState.CHOSEN):
        _close_request(tx, scene.session, "withdrawn", private.request_closed(t, title))
        return
    agreed = private.presenter_agreed(t, title, scene.group.channel)
    groups.update_dm(tx, user, messages.thread_key(scene.session, "ask"), agreed)
    if scene.session.facilitator == user:
        # Chosen to lead by somebody who could not know whose case it is.
        starter = scene.session.started_by
        scene.session.facilitator = starter if is_present(tx, scene.group, starter) else None
    open_session(tx, scene)
    participants.mark_present(tx, scene, user)


def decline_case(tx: Tx, user: str, ref: SessionRef) -> None:
    """The presenter says no: close the request, and tell the starter without a reason."""
    scene = _require_open_request(tx, user, ref)
    session = scene.session
    _close_request(
        tx, session, "declined", private.presenter_declined(scene.texts_of(user), scene.case.title)
    )
    theirs = scene.texts_of(session.started_by)
    group = scene.group
    _notify_starter(tx, session, private.declined_notice(theirs, group.id, group.channel))


def withdraw_request(tx: Tx, user: str, ref: SessionRef) -> None:
    """A member withdraws the request to the presenter. Raises Refused once the presenter has said yes."""
    scene = scene_for(tx, ref.session, user)
    session = scene.session
    if session.state == State.ASKED:
        _withdraw_silently(tx, scene)
    elif session.opened_at is not None:
        presenter = mention(session.presenter)
        raise Refused(
            lambda t: t(
                "{presenter} has said yes in the meantime: the session is open in the channel.",
                presenter=presenter,
            )
        )


def close_unanswered_request(tx: Tx, scene: Scene) -> None:
    """Close a request that the presenter has not answered in time, and tell the starter."""
    session = scene.session
    _withdraw_silently(tx, scene)
    theirs = scene.texts_of(session.started_by)
    group = scene.group
    _notify_starter(tx, session, private.unanswered_notice(theirs, group.id, group.channel))


def refuse_second_session(tx: Tx, group: Group) -> None:
    """Raises RefusedWithOffer while a session runs, a presenter is asked, or a case is being chosen together."""
    if selections.running_selection(tx, group) is not None:
        raise RefusedWithOffer(selections.offer_of_running(tx, group))
    running = queries.running_session(tx, group)
    if running is None or _was_never_posted(tx, running):
        return
    if running.state == State.ASKED:
        ref = SessionRef(running.id)
        raise RefusedWithOffer(lambda t: private.request_pending(t, ref))
    view = Scene(tx, running, group).view()
    ts = outbox.ts_of(tx, messages.thread_key(running, "card"))

    def answer(t: Texts) -> Message:
        return private.running_already(t, view, group.team_id, group.channel, ts)

    raise RefusedWithOffer(answer)


def _was_never_posted(tx: Tx, session: Session) -> bool:
    """Whether Slack refused the card. Nobody can begin such a session, so it must not block another one."""
    where = messages.thread_key(session, "card")
    return session.state == State.GATHERING and not outbox.is_live(tx, where)


def end_session_without_card(tx: Tx, group: Group) -> None:
    """A session whose card Slack refused ends here: nobody could begin it."""
    running = queries.running_session(tx, group)
    if running is not None and _was_never_posted(tx, running):
        transitions.end_session(tx, Scene(tx, running, group), "stopped")


def _require_available_case(tx: Tx, group: Group, case_id: str) -> Case:
    case = cases.case_of_group(tx, group, case_id)
    waits = case.state in (CaseState.HANDED_IN, CaseState.CHOSEN)
    if not waits or not is_present(tx, group, case.presenter):
        # One sentence for both: that its owner left would tell whose case it was.
        raise Refused(lambda t: t("This case is no longer on the list. Choose another one."), "case")
    return case


def is_present(tx: Tx, group: Group, user: str) -> bool:
    member = groups.member(tx, group, user)
    return member is not None and member.left_at is None


def may_show_owner(case: Case, user: str) -> bool:
    """Whether an answer to this user may show whose case it is: not while the case waits, unless it is their own."""
    return case.state == CaseState.CHOSEN or case.presenter == user


def method_with_key(key: str) -> Method:
    """The method that a form names. Raises Refused for one that is not known."""
    try:
        return catalogue.method(key)
    except catalogue.UnknownMethod:
        raise Refused(lambda t: t("I don't know this method. Choose one from the list."), "method") from None


def require_member_to_lead(tx: Tx, group: Group, facilitator: str) -> None:
    if not is_present(tx, group, facilitator):
        raise Refused(lambda t: t("Choose someone from this group: a member of the channel."), "facilitator")


def _check_facilitator(tx: Tx, group: Group, case: Case, facilitator: str, user: str) -> None:
    require_member_to_lead(tx, group, facilitator)
    if facilitator == case.presenter and may_show_owner(case, user):
        raise Refused(
            lambda t: t("Whoever brings the case has their hands full. Choose someone else to facilitate."),
            "facilitator",
        )


def _ask_presenter(tx: Tx, session: Session, group: Group, case: Case) -> None:
    t = groups.texts_of(tx, case.presenter)
    answer_by = group.working_hours.next_working(tx.now + ANSWER_DEADLINE)
    question = private.presenter_question(
        t, SessionRef(session.id), case.title, session.started_by, group.channel
    )
    groups.post_dm(
        tx,
        case.presenter,
        groups.discreet_in(t, group, question),
        key=messages.thread_key(session, "ask"),
        expires_at=answer_by,
    )
    groups.refresh_home(tx, case.presenter)
    queue.schedule(
        tx,
        transitions.kind_for(session, transitions.UNATTENDED),
        session.id,
        answer_by,
        {"session": session.id, "version": 0},
    )


def open_session(tx: Tx, scene: Scene, *, has_arrived: bool = False) -> None:
    """Post the card and the welcome, and gather the participants. `has_arrived`: they did that before the case was chosen."""
    session, group, case = scene.session, scene.group, scene.case
    session.opened_at = tx.now
    _keep_method(tx, scene, has_arrived=has_arrived)
    session.state = State.GATHERING
    if case.state == CaseState.HANDED_IN:
        cases.mark_chosen(tx, case)
    view = scene.view()
    where = messages.thread_key(session, "card")
    message = groups.discreet_in(scene.t, group, card.session_card(scene.t, view))
    outbox.post(tx, group.channel, message, key=where)
    welcome = thread.welcome(scene.t, view, [], more=participants.first_words(tx, scene))
    messages.post_in_thread(tx, scene, welcome, "welcome")
    participants.mark_present(tx, scene, session.started_by)
    events.publish(tx, SessionChanged(session.id))
    transitions.schedule_jobs(tx, scene)
    attendance.on_session_opened(tx, group, session.id)
    polls.finish_poll_of_case(tx, case)
    groups.refresh_home(tx, session.presenter)


def _keep_method(tx: Tx, scene: Scene, *, has_arrived: bool) -> None:
    """Keep the method with the session, as it is now and with the phases that this session has."""
    session = scene.session
    full = method_of(session)
    opening = Opening(scene.group, tx.now, scene.case.kind, has_arrived)
    has = phases_of(tx, opening, full, is_written=session.is_written)
    first = next((index for index, (_, is_needed) in enumerate(has) if is_needed), 0)
    phases = tuple(phase for index, (phase, is_needed) in enumerate(has) if is_needed or index < first)
    session.first_phase = session.phase_index = first
    if not session.is_of_before:
        session.snapshot = replace(full, phases=phases).as_json()
    scene.forget_method()


def phases_of(tx: Tx, opening: Opening, method: Method, *, is_written: bool) -> list[tuple[Phase, bool]]:
    """The phases of a session that opens now, each with whether it is needed.

    Optional phases are for people who speak with each other: in the thread each costs messages. What the session has no use
    for is passed over at its beginning, and left out further on.
    """
    return [
        (phase, any(activity.is_needed(tx, opening) for activity in activities_of(phase)))
        for phase in method.phases
        if not (phase.optional and is_written)
    ]


def _require_open_request(tx: Tx, user: str, ref: SessionRef) -> Scene:
    scene = scene_for(tx, ref.session, user)
    if scene.session.presenter != user:
        raise Refused(lambda t: t("Only the presenter can answer this."))
    if scene.session.state != State.ASKED:
        raise Refused(lambda t: t("This question has been settled."))
    return scene


def _withdraw_silently(tx: Tx, scene: Scene) -> None:
    """Close the request without a message to the starter."""
    t = scene.texts_of(scene.session.presenter)
    _close_request(tx, scene.session, "withdrawn", private.request_closed(t, scene.case.title))


def _close_request(tx: Tx, session: Session, how: str, message: Message) -> None:
    session.state, session.ended_how, session.ended_at = State.ENDED, how, tx.now
    session.version += 1
    groups.update_dm(tx, session.presenter, messages.thread_key(session, "ask"), message)
    queue.cancel_all(tx, session.id)
    groups.refresh_home(tx, session.presenter)


def _notify_starter(tx: Tx, session: Session, message: Message) -> None:
    where = messages.thread_key(session, "answer")
    starter = session.started_by
    message = groups.discreet_to(tx, groups.texts_of(tx, starter), starter, message)
    groups.post_dm(tx, starter, message, key=where, guarantee=Guarantee.AT_MOST_ONCE)
