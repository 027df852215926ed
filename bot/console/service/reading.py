"""Reading along: a presenter may let whoever leads read the case beforehand, and gets one question back in private.

It holds for one person, while they lead, until the session is over or the case is withdrawn.
"""

from bot.attendance import service as attendance
from bot.attendance.views import private as attendance_views
from bot.cases import service as cases
from bot.cases.records import Case
from bot.console import queries
from bot.console.records import ReadAlong
from bot.console.refs import ReadRef
from bot.console.rules import READABLE
from bot.console.service import drawing
from bot.console.views import reading as views
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.polls import service as polls
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.service import Scene
from bot.sessions.views import private as session_views
from bot.storage import Tx, belonging_to
from bot.texts import Refused, Texts

# Asking the presenter


def ask_before_meeting(
    tx: Tx, group: Group, meeting: Meeting, case: Case, t: Texts
) -> attendance_views.Words | None:
    """In the presenter's message of the day before: may whoever leads read the case?"""
    leads = attendance.facilitator_of(tx, meeting)
    if leads is None or leads == case.presenter:
        return None
    found = _ensure(tx, group, case, leads)
    return views.offer_to_read(t, ReadRef(case.id, leads), found.allowed)


def ask_at_opening(tx: Tx, scene: Scene) -> None:
    """In the message in which the presenter has just said yes to a session. An edit notifies nobody."""
    session = scene.session
    leads, key = session.facilitator, sessions.thread_key(session, "ask")
    if session.state is not State.GATHERING or leads is None or leads == session.presenter:
        return
    if not outbox.is_live(tx, key) or queries.read_along(tx, session.case_id, leads) is not None:
        return
    _show_in_session(tx, scene, _ensure(tx, scene.group, scene.case, leads))


attendance.extend_presenter_message(ask_before_meeting)


def answer_reading(tx: Tx, ref: ReadRef, user: str, *, allowed: bool) -> bool:
    """The presenter's yes or no; return False when they had said so already. It may change until the session has ended."""
    case = _case(tx, ref)
    found = queries.read_along(tx, ref.case, ref.facilitator)
    if case is None or found is None:
        raise _over()
    group = groups.group_for(tx, case.group_id, user)
    if case.presenter != user:
        raise Refused(lambda t: t("Only the presenter can answer this."))
    if _leader_of(tx, group, case) != ref.facilitator:
        raise _over()
    if found.allowed == allowed:
        return False
    found.allowed = allowed
    tx.sql.flush()
    session = sessions.running_session(tx, group)
    if session is not None and session.case_id == case.id:
        scene = sessions.scene_by_id(tx, session.id)
        _show_in_session(tx, scene, found)
        drawing.refresh_console(tx, scene)
        return True
    _show_before_meeting(tx, group, case, found)
    return True


def _show_in_session(tx: Tx, scene: Scene, found: ReadAlong) -> None:
    session = scene.session
    t = scene.texts_of(session.presenter)
    agreed = session_views.presenter_agreed(t, scene.view().title, scene.group.channel)
    words = views.offer_to_read(t, ReadRef(session.case_id, found.facilitator), found.allowed)
    groups.update_dm(tx, session.presenter, sessions.thread_key(session, "ask"), views.beneath(agreed, words))


def _show_before_meeting(tx: Tx, group: Group, case: Case, found: ReadAlong) -> None:
    meeting = meetings.next_meeting(tx, group)
    if meeting is None:
        return
    t = groups.texts_of(tx, case.presenter)
    text, parts = attendance_views.presents(t, meeting, group.channel, case.title, case.id)
    more, buttons = views.offer_to_read(t, ReadRef(case.id, found.facilitator), found.allowed)
    item = DigestItem(f"{text}\n{more}", [*parts, *buttons])
    subject = attendance.of_meeting(meeting)
    nudges.mark_answered(tx, case.presenter, attendance.PRESENT, subject, item)
    if found.allowed:
        attendance.plan_meeting_nudge(
            tx, group, meeting, found.facilitator, attendance.READ_ALONG, tx.now, case=case.id
        )
    else:
        nudges.cancel_nudge(tx, found.facilitator, attendance.READ_ALONG, subject)


# The leader's side


def on_card(tx: Tx, group: Group, meeting: Meeting, t: Texts) -> attendance_views.Words | None:
    """On the card before a meeting: the case, if its presenter has said yes."""
    case, leads = polls.chosen_case(tx, group), attendance.facilitator_of(tx, meeting)
    if case is None or leads is None or not queries.has_let_read(tx, case.id, leads):
        return None
    return views.may_read_now(t, ReadRef(case.id, leads), case.presenter, case.title)


attendance.extend_card(on_card)


def compose_read_along(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """Tell whoever leads that the presenter lets them read. None once the meeting or the yes is gone."""
    meeting = meetings.meeting_by_id(tx, str(nudge.data["meeting"]))
    group = attendance.group_of_reader(tx, nudge)
    if (
        meeting is None
        or group is None
        or meeting.state != MeetingState.PLANNED
        or meeting.starts_at <= tx.now
    ):
        return None
    case = polls.chosen_case(tx, group)
    if case is None or attendance.facilitator_of(tx, meeting) != nudge.user:
        return None
    if not queries.has_let_read(tx, case.id, nudge.user):
        return None
    return DigestItem(*views.may_read_now(t, ReadRef(case.id, nudge.user), case.presenter, case.title))


def case_to_read(tx: Tx, ref: ReadRef, user: str) -> tuple[Case, ReadAlong]:
    """The case, for whoever leads and may read it. Raises Refused once that is over."""
    case = _case(tx, ref)
    found = queries.read_along(tx, ref.case, user)
    if case is None or found is None or not found.allowed or case.state not in READABLE:
        raise _over()
    group = groups.group_for(tx, case.group_id, user)
    if _leader_of(tx, group, case) != user:
        raise _over()
    return case, found


def ask_back(tx: Tx, ref: ReadRef, user: str, text: str) -> None:
    """Send the presenter one question, in private. Sent again it replaces the question."""
    if not text:
        raise Refused(lambda t: t("Write a question, or close this window."), "question")
    case, found = case_to_read(tx, ref, user)
    found.question = text
    tx.sql.flush()
    t = groups.texts_of(tx, case.presenter)
    # The question itself stands in a window: a notification would show it on a locked phone.
    message = views.asked_back(t, ReadRef(case.id, user))
    groups.post_dm(tx, case.presenter, message, key=_key(found))


def question_to_read(tx: Tx, ref: ReadRef, user: str) -> str:
    """The question that came back, for the presenter alone."""
    case = _case(tx, ref)
    found = queries.read_along(tx, ref.case, ref.facilitator)
    if case is None or case.presenter != user or found is None or not found.question:
        raise _over()
    return found.question


# The end


def close_offer(tx: Tx, scene: Scene) -> None:
    """Close the unanswered question to the presenter: the session has begun, so nobody reads beforehand any more."""
    unanswered = [one for one in queries.read_alongs_of(tx, scene.session.case_id) if one.allowed is None]
    for one in unanswered:
        tx.sql.delete(one)
    if unanswered:
        tx.sql.flush()
        _take_buttons_off(tx, scene)


def end_reading(tx: Tx, scene: Scene) -> None:
    """The session is over: nobody reads along any more, and no answer can be changed."""
    if queries.read_alongs_of(tx, scene.session.case_id):
        _take_buttons_off(tx, scene)
    forget_case(tx, scene.session.case_id)


def _take_buttons_off(tx: Tx, scene: Scene) -> None:
    session, key = scene.session, sessions.thread_key(scene.session, "ask")
    if outbox.is_live(tx, key):
        agreed = session_views.presenter_agreed(
            scene.texts_of(session.presenter), scene.view().title, scene.group.channel
        )
        groups.update_dm(tx, session.presenter, key, agreed)


def forget_case(tx: Tx, case_id: str) -> None:
    """The session is over, or the case withdrawn: nobody reads along any more, and the question goes."""
    case = cases.case_or_none(tx, case_id)
    for one in queries.read_alongs_of(tx, case_id):
        if case is not None and one.question:
            groups.update_dm(tx, case.presenter, _key(one), views.over(groups.texts_of(tx, case.presenter)))
        tx.sql.delete(one)
    tx.sql.flush()


def _ensure(tx: Tx, group: Group, case: Case, leads: str) -> ReadAlong:
    found = queries.read_along(tx, case.id, leads)
    if found is None:
        found = ReadAlong(
            group_id=group.id,
            case_id=case.id,
            facilitator=leads,
            asked_at=tx.now,
            **belonging_to(group.workspace),
        )
        tx.sql.add(found)
        tx.sql.flush()
    return found


def _case(tx: Tx, ref: ReadRef) -> Case | None:
    case = cases.case_or_none(tx, ref.case)
    return case if case is not None and case.workspace == tx.workspace else None


def _leader_of(tx: Tx, group: Group, case: Case) -> str | None:
    """Who leads the session of this case: the one that is open, or else that of the next meeting."""
    session = sessions.running_session(tx, group)
    if session is not None:
        return session.facilitator if session.case_id == case.id else None
    chosen, meeting = polls.chosen_case(tx, group), meetings.next_meeting(tx, group)
    if meeting is None or chosen is None or chosen.id != case.id:
        return None
    return attendance.facilitator_of(tx, meeting)


def _key(found: ReadAlong) -> str:
    return f"case/{found.case_id}/asked_back/{found.id}"


def _over() -> Refused:
    return Refused(lambda t: t("That is over: the case is not there any more, or somebody else leads now."))
