"""From `/intervisie start` to the card in the channel."""

from datetime import timedelta

from sqlalchemy import select

from bot.attendance import service as attendance
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.delivery.message import Guarantee, Message
from bot.followups import service as followups
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.methods import catalogue
from bot.polls import service as polls
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import lookup, transitions
from bot.sessions.service.lookup import RefusedWithOffer
from bot.sessions.service.scene import Scene
from bot.sessions.views import SessionRef, card, private, thread
from bot.sessions.views.form import Choice, StartForm
from bot.storage import Tx, Workspace, belonging_to, new_id
from bot.texts import Refused, Texts, mention

# How long a presenter may think about it.
ANSWER_DEADLINE = timedelta(hours=24)


def form_for(tx: Tx, workspace: Workspace, channel: str, user: str) -> StartForm:
    """What the form offers. Raises Refused without cases, or Offered when the group is busy."""
    group = groups.group_of_channel(tx, workspace, channel)
    groups.require_member(tx, group, user)
    _refuse_second(tx, group)
    chosen = polls.chosen_case(tx, group)
    listed = [*([chosen] if chosen else []), *cases.backlog(tx, group)]
    if not listed:
        raise Refused(
            lambda t: t(
                "There is no case waiting yet. Hand one in with /intervisie case; a few sentences are "
                "enough to begin."
            )
        )
    preselected = chosen or (listed[0] if len(listed) == 1 else None)
    leader: str | None = attendance.facilitator_for_session(tx, group, user)
    if preselected is not None and leader == preselected.presenter:
        # Whoever brings the case has their hands full.
        leader = user if user != preselected.presenter else None
    return StartForm(
        group=group.id,
        cases=[Choice(case.id, case.title, case.question) for case in listed],
        chosen=preselected.id if preselected else None,
        methods=attendance.methods_for_session(tx, group),
        method=attendance.default_method(tx, group),
        facilitator=leader,
        by_itself=group.auto_advance,
    )


def start_session(
    tx: Tx,
    workspace: Workspace,
    group_id: str,
    user: str,
    *,
    case_id: str,
    method: str,
    facilitator: str,
    by_itself: bool,
) -> Session:
    """Opens a session, or first asks the presenter; `.state` tells which."""
    group = groups.group_for(tx, workspace, group_id, user)
    # Locked, so that two people who start at once do not get a session each.
    tx.sql.execute(select(Group.id).where(Group.id == group.id).with_for_update())
    _refuse_second(tx, group)
    agreed = polls.chosen_case(tx, group)
    _close_unseen(tx, group)
    case = _case(tx, group, case_id)
    _check_facilitator(tx, group, case, facilitator)
    try:
        catalogue.method(method)
    except catalogue.UnknownMethod:
        raise Refused(lambda t: t("I don't know this method. Choose one from the list."), "method") from None
    session = Session(
        id=new_id(),
        group_id=group.id,
        case_id=case.id,
        presenter=case.presenter,
        facilitator=facilitator,
        started_by=user,
        method=method,
        auto_advance=by_itself,
        state=State.ASKED,
        phase_index=0,
        first_phase=0,
        pass_no=1,
        version=0,
        **belonging_to(workspace),
    )
    tx.sql.add(session)
    tx.sql.flush()
    if case.presenter == user or (agreed is not None and agreed.id == case.id):
        _open(tx, Scene(tx, session, group))
    else:
        _ask(tx, session, group, case)
    return session


def confirm_case(tx: Tx, workspace: Workspace, user: str, ref: SessionRef) -> None:
    """The presenter says yes: the session opens."""
    scene = _asked_of(tx, workspace, user, ref)
    t, title = scene.texts_of(user), scene.case.title
    if scene.case.state not in (CaseState.HANDED_IN, CaseState.CHOSEN):
        _let_go(tx, scene.session, "withdrawn", private.no_longer_asked(t, title))
        return
    agreed = private.presenter_agreed(t, title, scene.group.channel)
    outbox.update(tx, workspace, lookup.thread_key(scene.session, "ask"), agreed)
    _open(tx, scene)
    lookup.mark_present(tx, scene, user)


def decline_case(tx: Tx, workspace: Workspace, user: str, ref: SessionRef) -> None:
    """The presenter would rather not: nothing opens, and the starter hears it without a reason."""
    scene = _asked_of(tx, workspace, user, ref)
    session = scene.session
    _let_go(tx, session, "declined", private.presenter_declined(scene.texts_of(user), scene.case.title))
    theirs = scene.texts_of(session.started_by)
    _tell_starter(tx, session, private.not_this_case(theirs, session.presenter, scene.group.channel))


def withdraw_request(tx: Tx, workspace: Workspace, user: str, ref: SessionRef) -> None:
    """A member takes the question to the presenter back. Raises Refused once the presenter has said yes."""
    scene = lookup.scene_for(tx, workspace, ref.session, user)
    session = scene.session
    if session.state == State.ASKED:
        _let_go_silently(tx, scene)
    elif session.opened_at is not None:
        presenter = mention(session.presenter)
        raise Refused(
            lambda t: t(
                "{presenter} has said yes in the meantime: the session is open in the channel.",
                presenter=presenter,
            )
        )


def on_unanswered(tx: Tx, scene: Scene) -> None:
    """The presenter has had a day to answer."""
    session = scene.session
    _let_go_silently(tx, scene)
    theirs = scene.texts_of(session.started_by)
    _tell_starter(tx, session, private.no_answer(theirs, session.presenter, scene.group.channel))


def _refuse_second(tx: Tx, group: Group) -> None:
    running = lookup.running_in(tx, group)
    if running is None or _is_unseen(tx, running):
        return
    if running.state == State.ASKED:
        ref, presenter = SessionRef(running.id), running.presenter
        raise RefusedWithOffer(lambda t: private.asking_already(t, ref, presenter))
    shown = Scene(tx, running, group).view()
    ts = outbox.ts_of(tx, group.workspace, lookup.thread_key(running, "card"))

    def answer(t: Texts) -> Message:
        return private.running_already(t, shown, group.team_id, group.channel, ts)

    raise RefusedWithOffer(answer)


def _is_unseen(tx: Tx, session: Session) -> bool:
    """Slack refused its card, so nobody can begin it, and it must not stand in anybody's way."""
    where = lookup.thread_key(session, "card")
    return session.state == State.GATHERING and not outbox.is_live(tx, session.workspace, where)


def _close_unseen(tx: Tx, group: Group) -> None:
    running = lookup.running_in(tx, group)
    if running is not None and _is_unseen(tx, running):
        transitions.end_session(tx, Scene(tx, running, group), "stopped")


def _case(tx: Tx, group: Group, case_id: str) -> Case:
    case = cases.case_of_group(tx, group, case_id)
    if case.state not in (CaseState.HANDED_IN, CaseState.CHOSEN):
        raise Refused(
            lambda t: t("This case has been withdrawn or treated in the meantime. Choose another one."),
            "case",
        )
    member = groups.member(tx, group, case.presenter)
    if member is None or member.left_at is not None:
        raise Refused(
            lambda t: t("Whoever brought this case has left the group. Choose another one."), "case"
        )
    return case


def _check_facilitator(tx: Tx, group: Group, case: Case, facilitator: str) -> None:
    member = groups.member(tx, group, facilitator)
    if member is None or member.left_at is not None:
        raise Refused(lambda t: t("Choose someone from this group: a member of the channel."), "facilitator")
    if facilitator == case.presenter:
        raise Refused(
            lambda t: t("Whoever brings the case has their hands full. Choose someone else to facilitate."),
            "facilitator",
        )


def _ask(tx: Tx, session: Session, group: Group, case: Case) -> None:
    workspace = session.workspace
    t = groups.texts_of(tx, workspace, case.presenter)
    outbox.post_dm(
        tx,
        workspace,
        case.presenter,
        private.asks_presenter(t, SessionRef(session.id), case.title, session.started_by, group.channel),
        key=lookup.thread_key(session, "ask"),
        expires_at=tx.now + ANSWER_DEADLINE,
    )
    groups.refresh_home(tx, workspace, case.presenter)
    queue.schedule(
        tx,
        workspace,
        transitions.UNATTENDED,
        session.id,
        tx.now + ANSWER_DEADLINE,
        {"session": session.id, "version": 0},
    )


def _open(tx: Tx, scene: Scene) -> None:
    session, group, case = scene.session, scene.group, scene.case
    workspace = session.workspace
    method = catalogue.method(session.method)
    nothing_to_look_back_on = followups.next_look_back(tx, group) is None
    if nothing_to_look_back_on and method.phases[0].kind == "look_back":
        session.first_phase = 1
    session.phase_index = session.first_phase
    session.state, session.opened_at = State.GATHERING, tx.now
    if case.state == CaseState.HANDED_IN:
        cases.choose(tx, case)
    shown = scene.view()
    where = lookup.thread_key(session, "card")
    outbox.post(tx, workspace, group.channel, card.card(scene.t, shown), key=where)
    lookup.post_in_thread(tx, scene, thread.welcome(scene.t, shown, []), "welcome")
    lookup.mark_present(tx, scene, session.started_by)
    transitions.greet_facilitator(tx, scene, shown)
    transitions.plan_moments(tx, scene)
    attendance.on_session_opened(tx, group, session.id)
    polls.finish_poll_of_case(tx, case)
    groups.refresh_home(tx, workspace, session.presenter)


def _asked_of(tx: Tx, workspace: Workspace, user: str, ref: SessionRef) -> Scene:
    scene = lookup.scene_for(tx, workspace, ref.session, user)
    if scene.session.presenter != user:
        raise Refused(lambda t: t("Only the presenter can answer this."))
    if scene.session.state != State.ASKED:
        raise Refused(lambda t: t("This question is no longer open."))
    return scene


def _let_go_silently(tx: Tx, scene: Scene) -> None:
    t = scene.texts_of(scene.session.presenter)
    _let_go(tx, scene.session, "withdrawn", private.no_longer_asked(t, scene.case.title))


def _let_go(tx: Tx, session: Session, how: str, message: Message) -> None:
    session.state, session.ended_how, session.ended_at = State.ENDED, how, tx.now
    session.version += 1
    outbox.update(tx, session.workspace, lookup.thread_key(session, "ask"), message)
    queue.cancel_all(tx, session.workspace, session.id)
    groups.refresh_home(tx, session.workspace, session.presenter)


def _tell_starter(tx: Tx, session: Session, message: Message) -> None:
    where = lookup.thread_key(session, "answer")
    outbox.post_dm(
        tx, session.workspace, session.started_by, message, key=where, at_worst=Guarantee.AT_MOST_ONCE
    )
