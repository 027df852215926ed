"""What is said when a moment before a meeting comes: a month, two weeks, a day and an hour before."""

from bot.attendance import rules, views
from bot.attendance.service import facilitator, invitation, lookup, rsvp, subjects
from bot.attendance.service.subjects import MOMENT, OVER
from bot.cases import service as cases
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.nudges import service as nudges
from bot.storage import Tx


def schedule_reminders(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Plans what is to be said before a meeting, in the place of what was planned."""
    _stop(tx, meeting)
    hours = group.working_hours
    data = {"meeting": meeting.id, "at": subjects.start_of(meeting)}
    for one in rules.moments(meeting.starts_at, hours, group.channel, tx.now):
        if one.kind == "over":
            queue.schedule(tx, group.workspace, OVER, meeting.id, one.at, data)
        else:
            about = {**data, "kind": one.kind}
            queue.schedule(tx, group.workspace, MOMENT, f"{meeting.id}/{one.kind}", one.at, about)


def _stop(tx: Tx, meeting: Meeting) -> None:
    for kind in rules.REMINDERS:
        queue.cancel(tx, meeting.workspace, MOMENT, f"{meeting.id}/{kind}")


def end_reminders(tx: Tx, meeting: Meeting) -> None:
    """Nothing more is to be said before this meeting, in the channel or in private."""
    _stop(tx, meeting)
    nudges.cancel_nudges(tx, meeting.workspace, subjects.of(meeting))


def on_reminder_due(tx: Tx, item: queue.Job) -> None:
    """A moment before a meeting has come. It is checked once more whether it still holds."""
    meeting = meetings.meeting_by_id(tx, item.workspace, str(item.data["meeting"]))
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    tx.sql.refresh(meeting, with_for_update=True)
    if meeting.state != MeetingState.PLANNED or subjects.start_of(meeting) != item.data["at"]:
        return
    group = groups.group_by_id(tx, item.workspace, meeting.group_id)
    if groups.is_at_rest(group):
        return
    kind = str(item.data["kind"])
    if kind in ("month", "two_weeks") and _after_the_one_before(tx, group, meeting, item):
        return
    {"month": _month, "two_weeks": invitation.post_invitation, "day": _day, "hour": _hour}[kind](
        tx, group, meeting
    )


def _after_the_one_before(tx: Tx, group: Group, meeting: Meeting, item: queue.Job) -> bool:
    """Nobody is asked for a second meeting while the first is still to come: it waits until that one is over."""
    first = meetings.next_meeting(tx, group)
    if first is None or first.id == meeting.id:
        return False
    over = first.starts_at + rules.OVER_AFTER
    at = group.working_hours.next_open(over)
    latest = rules.MONTH_AT_LEAST if item.data["kind"] == "month" else rules.OVER_AFTER
    if at <= meeting.starts_at - latest:
        queue.schedule(tx, item.workspace, MOMENT, item.subject, at, item.data)
        return True
    return bool(item.data["kind"] == "month")


def _month(tx: Tx, group: Group, meeting: Meeting) -> None:
    if "month" not in group.reminders.split():
        return
    for member in groups.members(tx, group):
        if not cases.waiting_of(tx, group, member.user):
            _nudge(tx, group, meeting, member.user, subjects.PREPARE)


def _day(tx: Tx, group: Group, meeting: Meeting) -> None:
    invitation.post_invitation(tx, group, meeting)
    rsvp.ask_if_too_few(tx, group, meeting)
    if "day" not in group.reminders.split():
        return
    _post(tx, group, meeting, "day")
    for user in lookup.meeting_of(tx, meeting).unknown:
        invitation.ask_members(tx, group, meeting, user, now=True)
    presenter = facilitator.presenter_of(tx, group)
    if presenter is not None:
        _nudge(tx, group, meeting, presenter, subjects.PRESENT)


def _hour(tx: Tx, group: Group, meeting: Meeting) -> None:
    if "hour" in group.reminders.split():
        _post(tx, group, meeting, "hour")


def _post(tx: Tx, group: Group, meeting: Meeting, kind: str) -> None:
    near = (
        rules.is_in_an_hour(meeting.starts_at, tx.now)
        if kind == "hour"
        else rules.is_tomorrow(meeting.starts_at, tx.now, group.zone)
    )
    message = views.notice(
        groups.texts_in(group), invitation.invitation_view(tx, group, meeting), kind, near=near
    )
    key = f"presence/{meeting.id}/{kind}/{subjects.start_of(meeting)}"
    meetings.record_announcement(meeting, key)
    outbox.post(tx, group.workspace, group.channel, message, key=key, expires_at=meeting.starts_at)


def _nudge(tx: Tx, group: Group, meeting: Meeting, user: str, kind: str) -> None:
    data = {"meeting": meeting.id, "at": subjects.start_of(meeting)}
    subject, until = subjects.of(meeting), meeting.starts_at
    nudges.plan_nudge(
        tx, group.workspace, user, kind, subject, tx.now, group=group.id, until=until, data=data
    )
