"""Jobs, events and digest items of attendance."""

from bot import events
from bot.attendance import queries
from bot.attendance.service import (
    attendance,
    digests,
    facilitator,
    invitation,
    meeting_events,
    old_cards,
    reminders,
    subjects,
)
from bot.cases import service as cases
from bot.delivery import outbox
from bot.events import (
    CaseChanged,
    CaseChosen,
    CaseWithdrawn,
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
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.rules import MeetingState
from bot.nudges.service import Compose
from bot.storage import Tx

# Reminders that an older version scheduled. The first one due schedules those of today.
OLD_REMINDER = "meeting.reminder"


def on_meeting_over(tx: Tx, item: queue.Job) -> None:
    """A meeting is over. The room of fit checks handles this job next, and sees who came."""
    meeting = meetings.meeting_by_id(tx, str(item.data["meeting"]))
    if meeting is not None:
        tx.sql.refresh(meeting, with_for_update=True)
        group = groups.group_by_id(tx, meeting.group_id)
        attendance.settle_attendance(tx, group, meeting)


def on_case_changed(tx: Tx, event: CaseChanged | CaseChosen | CaseWithdrawn) -> None:
    """A case was chosen, reworded or withdrawn."""
    case = cases.case_or_none(tx, event.case_id)
    if case is not None:
        invitation.update_next_invitation(tx, groups.group_by_id(tx, case.group_id))


def on_member_left(tx: Tx, event: MemberLeft) -> None:
    """A member who left leads no meeting any more."""
    group = groups.group_by_id(tx, event.group_id)
    for meeting in meetings.upcoming_meetings(tx, group):
        # Without an invitation, a facilitator is assigned later, with the invitation.
        if meeting.invitation is None and meeting.facilitator == event.user:
            meeting.facilitator = None
        # An offer to lead does not outlast the membership.
        found = queries.attendance_of(tx, meeting, event.user)
        if found is not None:
            found.would_lead = False
    invitation.update_next_invitation(tx, group)


def on_member_joined(tx: Tx, event: MemberJoined) -> None:
    """A member who joins after the invitation is asked too. A leader from outside leads, unless somebody offered to."""
    group = groups.group_by_id(tx, event.group_id)
    meeting = meetings.next_meeting(tx, group)
    if meeting is not None and meeting.invitation is not None and meeting.starts_at > tx.now:
        if event.user in group.leaders:
            facilitator.let_leader_lead(tx, group, meeting)
        invitation.update_invitation(tx, group, meeting)
        if "two_weeks" in group.reminders.split():
            invitation.plan_question(tx, group, meeting, event.user)


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    """A group goes on after a pause or a standstill: the reminders of its upcoming meetings are scheduled again."""
    group = groups.group_by_id(tx, event.group_id)
    for meeting in meetings.upcoming_meetings(tx, group):
        if meeting.invitation is not None and not outbox.is_live(tx, meeting.invitation):
            # This invitation could not be posted: the channel was unreachable.
            meeting.invitation = None
        reminders.schedule_reminders(tx, group, meeting)


def on_old_reminder(tx: Tx, item: queue.Job) -> None:
    """A reminder of an older version is due: the meeting gets the reminders of today."""
    meeting = meetings.meeting_by_id(tx, str(item.data["meeting"]))
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    if queue.scheduled_time(tx, subjects.OVER, meeting.id) is None:
        reminders.schedule_reminders(tx, groups.group_by_id(tx, meeting.group_id), meeting)


def on_message_lost(tx: Tx, event: MessageLost) -> None:
    """Somebody deleted a message by hand. The invitation of an upcoming meeting is posted again."""
    parts = event.key.split("/")
    of_a_meeting = parts[0] in ("presence", "meeting") and len(parts) > 2
    meeting = meetings.meeting_by_id(tx, parts[1]) if of_a_meeting else None
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    group = groups.group_by_id(tx, meeting.group_id)
    if meeting.invitation == event.key and not groups.is_quiet(group):
        invitation.send_invitation(tx, group, meeting)


JOBS: dict[str, queue.Handler] = {
    subjects.REMINDER: reminders.on_reminder_due,
    subjects.OVER: on_meeting_over,
    OLD_REMINDER: on_old_reminder,
    subjects.OLD_DIGESTS: old_cards.on_rewrite_due,
    **events.on(MeetingPlanned, meeting_events.on_meeting_scheduled),
    **events.on(MeetingMoved, meeting_events.on_meeting_scheduled),
    **events.on(MeetingCancelled, meeting_events.on_meeting_cancelled),
    **events.on(SessionEnded, meeting_events.on_session_ended),
    **events.on(CaseChosen, on_case_changed),
    **events.on(CaseChanged, on_case_changed),
    **events.on(CaseWithdrawn, on_case_changed),
    **events.on(MemberLeft, on_member_left),
    **events.on(MemberJoined, on_member_joined),
    **events.on(GroupResumed, on_group_resumed),
    **events.on(MessageLost, on_message_lost),
}
DIGESTS: dict[str, Compose] = {
    subjects.PREPARE: digests.compose_prepare,
    subjects.ASK: digests.compose_ask,
    subjects.PRESENT: digests.compose_presents,
    subjects.LEADS: digests.compose_leads_now,
    subjects.CARD: digests.compose_card,
    subjects.FEW: digests.compose_few,
    subjects.OFF: digests.compose_off,
}
