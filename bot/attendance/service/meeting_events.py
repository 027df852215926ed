"""The events of a meeting: scheduled, moved, cancelled, a session opened or ended. Its messages follow."""

from datetime import datetime

from bot import events
from bot.attendance import queries, rules
from bot.attendance.rules import Rsvp
from bot.attendance.service import attendance, facilitator, invitation, reminders, rsvp, subjects
from bot.date_polls import service as date_polls
from bot.events import MeetingCancelled, MeetingMoved, MeetingPlanned, SessionEnded, SessionOpened
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingOutcome, MeetingState
from bot.storage import Tx


def on_meeting_scheduled(tx: Tx, event: MeetingPlanned | MeetingMoved) -> None:
    """A meeting was planned or moved, or has another place. Of several changes at once the last one counts."""
    meeting, group = _locked_meeting(tx, event)
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    over = queue.scheduled_time(tx, subjects.OVER, meeting.id)
    before = over - rules.OVER_AFTER if over is not None else None
    has_moved = before is not None and before != meeting.starts_at
    if has_moved:
        _restart_reminders(tx, group, meeting)
    elif before is None:
        reminders.schedule_reminders(tx, group, meeting)
    meetings.correct_announcements(tx, group, meeting)
    if meeting.invitation is not None and not meetings.is_announcement_current(meeting, meeting.invitation):
        # The old invitation was corrected above; a new one carries the buttons further down the channel.
        meeting.invitation = None
    _keep_votes_for_date(tx, group, meeting)
    _invite_when_near(tx, group, meeting, event)
    invitation.update_invitation(tx, group, meeting)
    if has_moved:
        _ask_about_new_date(
            tx, group, meeting, soon=before is not None and before <= tx.now + rules.ASK_AT_LATEST
        )
    _advance_next_invitation(tx, group)


def _keep_votes_for_date(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Take over who said yes to this date while the group looked for one: they are not asked again."""
    for user in date_polls.users_who_said_yes(tx, group, meeting):
        found = attendance.ensure_attendance(tx, meeting, user)
        if found.answered_for != meeting.starts_at:
            found.answer, found.answered_for = Rsvp.YES, meeting.starts_at
    tx.sql.flush()


def _restart_reminders(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Close the questions about the former date, and schedule all reminders for the new one."""
    few_asked = queries.meeting_contact(tx, group, meeting)
    reminders.end_reminders(tx, meeting)
    reminders.schedule_reminders(tx, group, meeting)
    meeting.decided = None
    rsvp.close_few_question(tx, group, meeting, few_asked)
    rsvp.ask_about_new_date(tx, group, meeting)


def _ask_about_new_date(tx: Tx, group: Group, meeting: Meeting, *, soon: bool) -> None:
    """Ask in private those who answered for the former date, and plan the facilitator's card.

    `soon`: the former date was near, so every member is asked.
    """
    facilitator.plan_facilitator_card(tx, group, meeting)
    said = {one.user: one for one in queries.attendances(tx, meeting)}
    for member in groups.members(tx, group):
        one = said.get(member.user)
        had_answered = one is not None and one.answer is not None
        answered_now = one is not None and one.answered_for == meeting.starts_at
        wanted = had_answered or (soon and "two_weeks" in group.reminders.split())
        if wanted and not answered_now:
            invitation.plan_question(tx, group, meeting, member.user, moved=True, now=True)


def _invite_when_near(tx: Tx, group: Group, meeting: Meeting, event: MeetingPlanned | MeetingMoved) -> None:
    """Invite to the next meeting within two weeks. The announcement of one date becomes the invitation itself."""
    first = meetings.next_meeting(tx, group)
    it_is = event.version == meeting.version
    near = _invites_at(group, meeting) <= tx.now
    if not it_is or not near or first is None or first.id != meeting.id or groups.is_at_rest(group):
        return
    key = meetings.announcement_key(meeting, meeting.version) if event.alone else None
    invitation.post_invitation(tx, group, meeting, instead_of=key)


def _invites_at(group: Group, meeting: Meeting) -> datetime:
    at = rules.reminder_before(meeting.starts_at, rules.DAYS_BEFORE["two_weeks"], group.working_hours)
    return at - rules.offset_of_channel(group.channel)


def _advance_next_invitation(tx: Tx, group: Group) -> None:
    """Schedule the invitation of the next meeting earlier, if it waited for a meeting that is gone."""
    meeting = meetings.next_meeting(tx, group)
    if meeting is None or meeting.invitation is not None or meeting.starts_at <= tx.now:
        return
    at, subject = max(tx.now, _invites_at(group, meeting)), f"{meeting.id}/two_weeks"
    waits = queue.scheduled_time(tx, subjects.REMINDER, subject)
    if waits is None or waits > at:
        data = {**subjects.about(meeting), "kind": "two_weeks"}
        queue.schedule(tx, subjects.REMINDER, subject, at, data)


def on_meeting_cancelled(tx: Tx, event: MeetingCancelled) -> None:
    """A meeting was cancelled."""
    meeting, group = _locked_meeting(tx, event)
    if meeting is None or meeting.state != MeetingState.CANCELLED:
        return
    reminders.end_reminders(tx, meeting)
    if meeting.outcome != MeetingOutcome.CALLED_OFF:
        # A meeting that was called off by itself counts as missed, once its time is over.
        queue.cancel(tx, subjects.OVER, meeting.id)
    attendance.purge_reasons(tx, meeting)
    rsvp.close_few_question(tx, group, meeting, queries.meeting_contact(tx, group, meeting))
    rsvp.announce_cancellation(tx, group, meeting)
    meetings.correct_announcements(tx, group, meeting)
    _advance_next_invitation(tx, group)


def on_session_opened(tx: Tx, group: Group, session_id: str) -> None:
    """A session was opened: its meeting has begun, and nothing more is asked about it."""
    meeting = meetings.next_meeting(tx, group)
    meetings.open_for_session(tx, group, session_id)
    events.publish(tx, SessionOpened(session_id, group.id))
    if meeting is not None and meeting.state == MeetingState.OPENED:
        reminders.end_reminders(tx, meeting)
        invitation.update_invitation(tx, group, meeting)
        reminders.update_last_reminder(tx, group, meeting)


def on_session_begun(tx: Tx, group: Group) -> None:
    """A session begins and takes the chosen case. One that belongs to no meeting took that of the next invitation."""
    invitation.update_next_invitation(tx, group)


def _locked_meeting(
    tx: Tx, event: MeetingPlanned | MeetingMoved | MeetingCancelled
) -> tuple[Meeting | None, Group]:
    """The meeting of an event, locked: several use cases write `Meeting.announcements`."""
    group = groups.group_by_id(tx, event.group_id)
    meeting = meetings.meeting_by_id(tx, event.meeting_id)
    if meeting is not None:
        tx.sql.refresh(meeting, with_for_update=True)
    return meeting, group


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    """A session ended: its case was treated, or waits again because the session was not held."""
    group = groups.group_by_id(tx, event.group_id)
    over = meetings.meeting_of_session(tx, group, event.session_id) if event.held else None
    if over is not None:
        attendance.close_letters(tx, group, over)
    meeting = meetings.close_for_session(tx, group, event.session_id, held=event.held)
    if meeting is not None:
        reminders.update_last_reminder(tx, group, meeting)
    if meeting is not None and meeting.starts_at > tx.now:
        # The session was tried before the meeting, and not held: everything before the meeting is planned again.
        reminders.schedule_reminders(tx, group, meeting)
        facilitator.plan_facilitator_card(tx, group, meeting)
        for user in queries.who_has_not_said(tx, meeting):
            invitation.plan_question(tx, group, meeting, user)
    invitation.update_next_invitation(tx, group)
