"""Reminders: a month, two weeks, a day and an hour before a meeting."""

from bot.attendance import queries, rules, views
from bot.attendance.service import invitation, rsvp, subjects
from bot.cases import service as cases
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.nudges import service as nudges
from bot.storage import Tx


def schedule_reminders(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Schedule the reminders of a meeting and its end, in the place of those scheduled before."""
    _cancel_reminders(tx, meeting)
    hours = group.working_hours
    data = subjects.about(meeting)
    for one in rules.reminders(meeting.starts_at, hours, group.channel, tx.now):
        if one.kind == "over":
            queue.schedule(tx, subjects.OVER, meeting.id, one.at, data)
        else:
            about = {**data, "kind": one.kind}
            queue.schedule(tx, subjects.REMINDER, f"{meeting.id}/{one.kind}", one.at, about)


def _cancel_reminders(tx: Tx, meeting: Meeting) -> None:
    for kind in rules.REMINDERS:
        queue.cancel(tx, subjects.REMINDER, f"{meeting.id}/{kind}")


def end_reminders(tx: Tx, meeting: Meeting) -> None:
    """Cancel the reminders of a meeting and all nudges about it."""
    _cancel_reminders(tx, meeting)
    nudges.cancel_nudges(tx, subjects.of_meeting(meeting))


def on_reminder_due(tx: Tx, item: queue.Job) -> None:
    """A reminder is due. It is dropped when the meeting has moved, begun or been cancelled since."""
    meeting = meetings.meeting_by_id(tx, str(item.data["meeting"]))
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    tx.sql.refresh(meeting, with_for_update=True)
    if meeting.state != MeetingState.PLANNED or subjects.start_of(meeting) != item.data["at"]:
        return
    group = groups.group_by_id(tx, meeting.group_id)
    if groups.is_quiet(group):
        return
    kind = str(item.data["kind"])
    if kind in ("month", "two_weeks") and _waits_for_meeting_before(tx, group, meeting, item):
        return
    send = {
        "month": _remind_a_month_before,
        "two_weeks": invitation.post_invitation,
        "day": _remind_a_day_before,
        "hour": _remind_an_hour_before,
    }[kind]
    send(tx, group, meeting)


def _waits_for_meeting_before(tx: Tx, group: Group, meeting: Meeting, item: queue.Job) -> bool:
    """Whether a reminder waits, or lapses, because another meeting comes first. It is scheduled after that one."""
    first = meetings.next_meeting(tx, group)
    if first is None or first.id == meeting.id:
        return False
    over = first.starts_at + rules.OVER_AFTER
    at = group.working_hours.next_open(over)
    latest = rules.MONTH_AT_LEAST if item.data["kind"] == "month" else rules.OVER_AFTER
    if at <= meeting.starts_at - latest:
        queue.schedule(tx, subjects.REMINDER, item.subject, at, item.data)
        return True
    return bool(item.data["kind"] == "month")


def _remind_a_month_before(tx: Tx, group: Group, meeting: Meeting) -> None:
    if "month" not in group.reminders.split():
        return
    for member in groups.participants_of(tx, group):
        if not cases.waiting_of(tx, group, member.user):
            subjects.plan_meeting_nudge(tx, group, meeting, member.user, subjects.PREPARE, tx.now)


def _remind_a_day_before(tx: Tx, group: Group, meeting: Meeting) -> None:
    invitation.post_invitation(tx, group, meeting)
    rsvp.ask_if_too_few(tx, group, meeting)
    if "day" not in group.reminders.split():
        return
    _post_reminder(tx, group, meeting, "day")
    for user in queries.who_has_not_said(tx, meeting):
        invitation.plan_question(tx, group, meeting, user, now=True)
    presenter = queries.presenter_of(tx, group)
    if presenter is not None:
        subjects.plan_meeting_nudge(tx, group, meeting, presenter, subjects.PRESENT, tx.now)


def _remind_an_hour_before(tx: Tx, group: Group, meeting: Meeting) -> None:
    if "hour" in group.reminders.split():
        _post_reminder(tx, group, meeting, "hour")


def _post_reminder(tx: Tx, group: Group, meeting: Meeting, kind: str) -> None:
    key = _reminder_key(meeting, kind)
    meetings.record_announcement(meeting, key)
    message = _reminder(tx, group, meeting, kind)
    outbox.post(tx, group.channel, message, key=key, expires_at=meeting.starts_at)


def update_last_reminder(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Edit the reminder of an hour before: its button goes when the session opens, and returns if it was not held."""
    message = (
        _reminder(tx, group, meeting, "hour")
        if meeting.state == MeetingState.PLANNED
        else views.notice_settled(groups.texts_in(group), meeting)
    )
    outbox.update(tx, _reminder_key(meeting, "hour"), message)


def _reminder_key(meeting: Meeting, kind: str) -> str:
    return f"presence/{meeting.id}/{kind}/{subjects.start_of(meeting)}"


def _reminder(tx: Tx, group: Group, meeting: Meeting, kind: str) -> Message:
    near = (
        rules.is_in_an_hour(meeting.starts_at, tx.now)
        if kind == "hour"
        else rules.is_tomorrow(meeting.starts_at, tx.now, group.zone)
    )
    view = invitation.invitation_view(tx, group, meeting)
    return invitation.with_words_of_case(
        group, view, views.notice(groups.texts_in(group), view, kind, near=near)
    )


def change_reminders(tx: Tx, group_id: str, user: str, ticked: list[str]) -> None:
    """Choose the reminders of a group. Scheduled jobs stay: each looks at the choice when it is due."""
    groups.group_for(tx, group_id, user).reminders = rules.chosen_reminders(ticked)
