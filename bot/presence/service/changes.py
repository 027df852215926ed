"""What happens to all that is said before a meeting when its date, its case, its group or its people change."""

from datetime import datetime

from bot import events
from bot.cases.records import Case
from bot.delivery import outbox
from bot.events import (
    CaseChanged,
    CaseChosen,
    CaseWithdrawn,
    GroupForgets,
    GroupRests,
    GroupWakes,
    MeetingCancelled,
    MeetingMoved,
    MeetingPlanned,
    MemberJoined,
    MemberLeft,
    MessageGone,
    SessionEnded,
)
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.presence import rules
from bot.presence.service import absent, answering, fading, inviting, lookup, moments, older, roles, subjects
from bot.presence.service.subjects import MOMENT, OVER
from bot.storage import Tx, Workspace
from bot.timing import due

# What the version before planned; the first of it to fall due brings a meeting under the care of this room.
OLD_REMINDER = "meeting.reminder"


def on_meeting_dated(tx: Tx, workspace: Workspace, event: MeetingPlanned | MeetingMoved) -> None:
    """A meeting has a date, another date, or only another place. Of several changes at once the last one counts."""
    meeting, group = _of(tx, workspace, event)
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    fading.found_a_date(tx, group, meeting)
    over = due.moment_of(tx, workspace, OVER, meeting.id)
    before = over - rules.OVER_AFTER if over is not None else None
    has_moved = before is not None and before != meeting.starts_at
    if has_moved:
        _begin_again(tx, group, meeting)
    elif before is None:
        moments.plan(tx, group, meeting)
    meetings.take_back(tx, group, meeting)
    if meeting.invitation is not None and not meetings.is_told_by(meeting, meeting.invitation):
        # The buttons stand where people look: in the newest message.
        meeting.invitation = None
    _invite_when_near(tx, group, meeting, event)
    inviting.show(tx, group, meeting)
    if has_moved:
        _ask_again(tx, group, meeting, soon=before is not None and before <= tx.now + rules.ASK_AT_LATEST)
    _hasten_next(tx, group)


def _begin_again(tx: Tx, group: Group, meeting: Meeting) -> None:
    """What was asked for another date is closed, and all is planned for this one."""
    few_asked = lookup.chief(tx, group, meeting)
    moments.end(tx, meeting)
    moments.plan(tx, group, meeting)
    meeting.decided = None
    answering.settled(tx, group, meeting, few_asked)
    answering.another_date(tx, group, meeting)


def _ask_again(tx: Tx, group: Group, meeting: Meeting, *, soon: bool) -> None:
    """Whoever had the other date in mind hears of it in private, and the facilitator still gets the card.

    `soon`: the other date was so near that everybody has it in mind.
    """
    roles.plan_card(tx, group, meeting)
    said = {one.user: one for one in lookup.attendances(tx, meeting)}
    for member in groups.members(tx, group):
        one = said.get(member.user)
        had_answered = one is not None and one.answer is not None
        answered_now = one is not None and one.answered_for == meeting.starts_at
        wanted = had_answered or (soon and "two_weeks" in group.reminders.split())
        if wanted and not answered_now:
            inviting.ask(tx, group, meeting, member.user, moved=True, now=True)


def _invite_when_near(tx: Tx, group: Group, meeting: Meeting, event: MeetingPlanned | MeetingMoved) -> None:
    """What told of a date within two weeks becomes the invitation; what told of a whole rhythm stays what it is."""
    first = meetings.next_meeting(tx, group)
    it_is = event.version == meeting.version
    near = _invites_at(group, meeting) <= tx.now
    if not it_is or not near or first is None or first.id != meeting.id or groups.is_at_rest(group):
        return
    told = meetings.key_of(meeting, meeting.version) if event.alone else None
    inviting.invite(tx, group, meeting, instead_of=told)


def _invites_at(group: Group, meeting: Meeting) -> datetime:
    at = rules.moment_before(meeting.starts_at, rules.DAYS_BEFORE["two_weeks"], lookup.hours_of(group))
    return at - rules.spread(group.channel)


def _hasten_next(tx: Tx, group: Group) -> None:
    """What was the second meeting may be the first now, and waits no longer for the one before it."""
    meeting = meetings.next_meeting(tx, group)
    if meeting is None or meeting.invitation is not None or meeting.starts_at <= tx.now:
        return
    at, subject = max(tx.now, _invites_at(group, meeting)), f"{meeting.id}/two_weeks"
    waits = due.moment_of(tx, group.workspace, MOMENT, subject)
    if waits is None or waits > at:
        data = {"meeting": meeting.id, "at": subjects.start_of(meeting), "kind": "two_weeks"}
        due.schedule(tx, group.workspace, MOMENT, subject, at, data)


def on_meeting_cancelled(tx: Tx, workspace: Workspace, event: MeetingCancelled) -> None:
    """A meeting will not be."""
    meeting, group = _of(tx, workspace, event)
    if meeting is None or meeting.state != MeetingState.CANCELLED:
        return
    moments.end(tx, meeting)
    due.cancel(tx, workspace, OVER, meeting.id)
    absent.forget_reasons(tx, meeting)
    answering.settled(tx, group, meeting, lookup.chief(tx, group, meeting))
    answering.called_off(tx, group, meeting)
    meetings.take_back(tx, group, meeting)
    _hasten_next(tx, group)
    if meetings.next_meeting(tx, group) is None:
        fading.plan(tx, group, meeting.id)


def opened(tx: Tx, group: Group, session_id: str) -> None:
    """A session has begun: what was announced is now."""
    meeting = meetings.next_meeting(tx, group)
    meetings.opened(tx, group, session_id)
    if meeting is not None and meeting.state == MeetingState.OPENED:
        moments.end(tx, meeting)
        inviting.show(tx, group, meeting)
    else:
        # A session apart from the meeting that is announced: its case is no longer what that one is about.
        inviting.show_next(tx, group)


def _of(
    tx: Tx, workspace: Workspace, event: MeetingPlanned | MeetingMoved | MeetingCancelled
) -> tuple[Meeting | None, Group]:
    """The meeting, locked: what is told of it is written down by several."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    meeting = meetings.meeting_by_id(tx, workspace, event.meeting_id)
    if meeting is not None:
        tx.sql.refresh(meeting, with_for_update=True)
    return meeting, group


def on_case_changed(tx: Tx, workspace: Workspace, event: CaseChanged | CaseChosen | CaseWithdrawn) -> None:
    """A case was chosen, reworded or withdrawn."""
    case = tx.sql.get(Case, event.case_id)
    if case is not None:
        inviting.show_next(tx, groups.group_by_id(tx, workspace, case.group_id))


def on_session_ended(tx: Tx, workspace: Workspace, event: SessionEnded) -> None:
    """A case was treated, or has gone back on the list because nothing came of it."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    meeting = meetings.ended(tx, group, event.session_id, held=event.held)
    if event.held:
        fading.plan(tx, group, event.session_id)
    if meeting is not None and meeting.starts_at > tx.now:
        # It was tried early: all that is still to be said is said.
        moments.plan(tx, group, meeting)
        roles.plan_card(tx, group, meeting)
        for user in lookup.of_meeting(tx, meeting).unknown:
            inviting.ask(tx, group, meeting, user)
    inviting.show_next(tx, group)


def on_member_left(tx: Tx, workspace: Workspace, event: MemberLeft) -> None:
    group = groups.group_by_id(tx, workspace, event.group_id)
    for meeting in meetings.coming(tx, group):
        # Whoever comes next is chosen with the invitation.
        if meeting.invitation is None and meeting.facilitator == event.user:
            meeting.facilitator = None
        # Back in the group, they say anew whether they would lead.
        said = lookup.attendance(tx, meeting, event.user)
        if said is not None:
            said.would_lead = False
    inviting.show_next(tx, group)


def on_member_joined(tx: Tx, workspace: Workspace, event: MemberJoined) -> None:
    """Whoever joins after the invitation is asked too."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    meeting = meetings.next_meeting(tx, group)
    if meeting is not None and meeting.invitation is not None and meeting.starts_at > tx.now:
        inviting.show(tx, group, meeting)
        if "two_weeks" in group.reminders.split():
            inviting.ask(tx, group, meeting, event.user)


def on_group_wakes(tx: Tx, workspace: Workspace, event: GroupWakes) -> None:
    """A group goes on after a rest: what is still to come is said again in time."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    for meeting in meetings.coming(tx, group):
        if meeting.invitation is not None and not outbox.stands(tx, group.workspace, meeting.invitation):
            # It could not be posted: by that we heard of the channel.
            meeting.invitation = None
        moments.plan(tx, group, meeting)


def old_reminder(tx: Tx, item: due.Item) -> None:
    meeting = meetings.meeting_by_id(tx, item.workspace, str(item.data["meeting"]))
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    if due.moment_of(tx, item.workspace, OVER, meeting.id) is None:
        moments.plan(tx, groups.group_by_id(tx, item.workspace, meeting.group_id), meeting)


DUE: dict[str, due.Handler] = {
    MOMENT: moments.fall_due,
    OVER: absent.over,
    OLD_REMINDER: old_reminder,
    subjects.NOTHING_PLANNED: fading.ask,
    subjects.OLD_LETTERS: older.rewrite_cards,
    **events.on(MeetingPlanned, on_meeting_dated),
    **events.on(MeetingMoved, on_meeting_dated),
    **events.on(MeetingCancelled, on_meeting_cancelled),
    **events.on(CaseChosen, on_case_changed),
    **events.on(CaseChanged, on_case_changed),
    **events.on(CaseWithdrawn, on_case_changed),
    **events.on(SessionEnded, on_session_ended),
    **events.on(MemberLeft, on_member_left),
    **events.on(MemberJoined, on_member_joined),
    **events.on(GroupWakes, on_group_wakes),
    **events.on(MessageGone, inviting.on_message_gone),
    **events.on(GroupRests, fading.on_group_rests),
    **events.on(GroupForgets, absent.on_group_forgets),
}
