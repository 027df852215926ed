"""What happens to all that is said before a meeting when its date, its case, its group or its people change."""

from datetime import datetime

from bot import events
from bot.attendance import rules
from bot.attendance.service import (
    facilitator,
    fit_checks,
    inactivity,
    invitation,
    lookup,
    old_cards,
    reminders,
    rsvp,
    subjects,
)
from bot.attendance.service.subjects import MOMENT, OVER
from bot.cases.records import Case
from bot.delivery import outbox
from bot.events import (
    CaseChanged,
    CaseChosen,
    CaseWithdrawn,
    GroupPaused,
    GroupPurged,
    GroupResumed,
    MeetingCancelled,
    MeetingMoved,
    MeetingPlanned,
    MemberJoined,
    MemberLeft,
    MessageLost,
    SessionEnded,
)
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.storage import Tx, Workspace

# What the version before planned; the first of it to fall due brings a meeting under the care of this room.
OLD_REMINDER = "meeting.reminder"


def on_meeting_scheduled(tx: Tx, workspace: Workspace, event: MeetingPlanned | MeetingMoved) -> None:
    """A meeting has a date, another date, or only another place. Of several changes at once the last one counts."""
    meeting, group = _of(tx, workspace, event)
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    inactivity.plan_instead(tx, group, meeting)
    over = queue.scheduled_time(tx, workspace, OVER, meeting.id)
    before = over - rules.OVER_AFTER if over is not None else None
    has_moved = before is not None and before != meeting.starts_at
    if has_moved:
        _begin_again(tx, group, meeting)
    elif before is None:
        reminders.schedule_reminders(tx, group, meeting)
    meetings.correct_announcements(tx, group, meeting)
    if meeting.invitation is not None and not meetings.is_announcement_current(meeting, meeting.invitation):
        # The buttons stand where people look: in the newest message.
        meeting.invitation = None
    _invite_when_near(tx, group, meeting, event)
    invitation.show_invitation(tx, group, meeting)
    if has_moved:
        _ask_again(tx, group, meeting, soon=before is not None and before <= tx.now + rules.ASK_AT_LATEST)
    _hasten_next(tx, group)


def _begin_again(tx: Tx, group: Group, meeting: Meeting) -> None:
    """What was asked for another date is closed, and all is planned for this one."""
    few_asked = lookup.meeting_contact(tx, group, meeting)
    reminders.end_reminders(tx, meeting)
    reminders.schedule_reminders(tx, group, meeting)
    meeting.decided = None
    rsvp.close_question(tx, group, meeting, few_asked)
    rsvp.another_date(tx, group, meeting)


def _ask_again(tx: Tx, group: Group, meeting: Meeting, *, soon: bool) -> None:
    """Whoever had the other date in mind hears of it in private, and the facilitator still gets the card.

    `soon`: the other date was so near that everybody has it in mind.
    """
    facilitator.plan_card(tx, group, meeting)
    said = {one.user: one for one in lookup.attendances(tx, meeting)}
    for member in groups.members(tx, group):
        one = said.get(member.user)
        had_answered = one is not None and one.answer is not None
        answered_now = one is not None and one.answered_for == meeting.starts_at
        wanted = had_answered or (soon and "two_weeks" in group.reminders.split())
        if wanted and not answered_now:
            invitation.ask_members(tx, group, meeting, member.user, moved=True, now=True)


def _invite_when_near(tx: Tx, group: Group, meeting: Meeting, event: MeetingPlanned | MeetingMoved) -> None:
    """What told of a date within two weeks becomes the invitation; what told of a whole rhythm stays what it is."""
    first = meetings.next_meeting(tx, group)
    it_is = event.version == meeting.version
    near = _invites_at(group, meeting) <= tx.now
    if not it_is or not near or first is None or first.id != meeting.id or groups.is_at_rest(group):
        return
    told = meetings.announcement_key(meeting, meeting.version) if event.alone else None
    invitation.post_invitation(tx, group, meeting, instead_of=told)


def _invites_at(group: Group, meeting: Meeting) -> datetime:
    at = rules.reminder_before(meeting.starts_at, rules.DAYS_BEFORE["two_weeks"], group.working_hours)
    return at - rules.spread(group.channel)


def _hasten_next(tx: Tx, group: Group) -> None:
    """What was the second meeting may be the first now, and waits no longer for the one before it."""
    meeting = meetings.next_meeting(tx, group)
    if meeting is None or meeting.invitation is not None or meeting.starts_at <= tx.now:
        return
    at, subject = max(tx.now, _invites_at(group, meeting)), f"{meeting.id}/two_weeks"
    waits = queue.scheduled_time(tx, group.workspace, MOMENT, subject)
    if waits is None or waits > at:
        data = {"meeting": meeting.id, "at": subjects.start_of(meeting), "kind": "two_weeks"}
        queue.schedule(tx, group.workspace, MOMENT, subject, at, data)


def on_meeting_cancelled(tx: Tx, workspace: Workspace, event: MeetingCancelled) -> None:
    """A meeting will not be."""
    meeting, group = _of(tx, workspace, event)
    if meeting is None or meeting.state != MeetingState.CANCELLED:
        return
    reminders.end_reminders(tx, meeting)
    queue.cancel(tx, workspace, OVER, meeting.id)
    fit_checks.purge_reasons(tx, meeting)
    rsvp.close_question(tx, group, meeting, lookup.meeting_contact(tx, group, meeting))
    rsvp.call_off(tx, group, meeting)
    meetings.correct_announcements(tx, group, meeting)
    _hasten_next(tx, group)
    if meetings.next_meeting(tx, group) is None:
        inactivity.schedule_check(tx, group, meeting.id)


def on_session_opened(tx: Tx, group: Group, session_id: str) -> None:
    """A session has begun: what was announced is now."""
    meeting = meetings.next_meeting(tx, group)
    meetings.open_for_session(tx, group, session_id)
    if meeting is not None and meeting.state == MeetingState.OPENED:
        reminders.end_reminders(tx, meeting)
        invitation.show_invitation(tx, group, meeting)
    else:
        # A session apart from the meeting that is announced: its case is no longer what that one is about.
        invitation.show_next(tx, group)


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
        invitation.show_next(tx, groups.group_by_id(tx, workspace, case.group_id))


def on_session_ended(tx: Tx, workspace: Workspace, event: SessionEnded) -> None:
    """A case was treated, or has gone back on the list because nothing came of it."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    meeting = meetings.close_for_session(tx, group, event.session_id, held=event.held)
    if event.held:
        inactivity.schedule_check(tx, group, event.session_id)
    if meeting is not None and meeting.starts_at > tx.now:
        # It was tried early: all that is still to be said is said.
        reminders.schedule_reminders(tx, group, meeting)
        facilitator.plan_card(tx, group, meeting)
        for user in lookup.meeting_of(tx, meeting).unknown:
            invitation.ask_members(tx, group, meeting, user)
    invitation.show_next(tx, group)


def on_member_left(tx: Tx, workspace: Workspace, event: MemberLeft) -> None:
    group = groups.group_by_id(tx, workspace, event.group_id)
    for meeting in meetings.upcoming_meetings(tx, group):
        # Whoever comes next is chosen with the invitation.
        if meeting.invitation is None and meeting.facilitator == event.user:
            meeting.facilitator = None
        # Back in the group, they say anew whether they would lead.
        said = lookup.attendance(tx, meeting, event.user)
        if said is not None:
            said.would_lead = False
    invitation.show_next(tx, group)


def on_member_joined(tx: Tx, workspace: Workspace, event: MemberJoined) -> None:
    """Whoever joins after the invitation is asked too."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    meeting = meetings.next_meeting(tx, group)
    if meeting is not None and meeting.invitation is not None and meeting.starts_at > tx.now:
        invitation.show_invitation(tx, group, meeting)
        if "two_weeks" in group.reminders.split():
            invitation.ask_members(tx, group, meeting, event.user)


def on_group_resumed(tx: Tx, workspace: Workspace, event: GroupResumed) -> None:
    """A group goes on after a rest: what is still to come is said again in time."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    for meeting in meetings.upcoming_meetings(tx, group):
        if meeting.invitation is not None and not outbox.is_live(tx, group.workspace, meeting.invitation):
            # It could not be posted: by that we heard of the channel.
            meeting.invitation = None
        reminders.schedule_reminders(tx, group, meeting)


def on_old_reminder(tx: Tx, item: queue.Job) -> None:
    meeting = meetings.meeting_by_id(tx, item.workspace, str(item.data["meeting"]))
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    if queue.scheduled_time(tx, item.workspace, OVER, meeting.id) is None:
        reminders.schedule_reminders(tx, groups.group_by_id(tx, item.workspace, meeting.group_id), meeting)


DUE: dict[str, queue.Handler] = {
    MOMENT: reminders.on_reminder_due,
    OVER: fit_checks.on_meeting_over,
    OLD_REMINDER: on_old_reminder,
    subjects.NOTHING_PLANNED: inactivity.on_nothing_planned,
    subjects.OLD_LETTERS: old_cards.rewrite_cards,
    **events.on(MeetingPlanned, on_meeting_scheduled),
    **events.on(MeetingMoved, on_meeting_scheduled),
    **events.on(MeetingCancelled, on_meeting_cancelled),
    **events.on(CaseChosen, on_case_changed),
    **events.on(CaseChanged, on_case_changed),
    **events.on(CaseWithdrawn, on_case_changed),
    **events.on(SessionEnded, on_session_ended),
    **events.on(MemberLeft, on_member_left),
    **events.on(MemberJoined, on_member_joined),
    **events.on(GroupResumed, on_group_resumed),
    **events.on(MessageLost, invitation.on_message_lost),
    **events.on(GroupPaused, inactivity.on_group_paused),
    **events.on(GroupPurged, fit_checks.on_group_purged),
}
