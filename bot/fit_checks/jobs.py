"""Jobs, events and digest items of fit checks and of inactive groups."""

from bot import events
from bot.attendance import service as attendance
from bot.events import (
    GroupPaused,
    GroupPurged,
    MeetingCancelled,
    MeetingMoved,
    MeetingPlanned,
    SessionEnded,
)
from bot.fit_checks import queries, views
from bot.fit_checks.service import fit_checks, inactivity
from bot.groups import service as groups
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.rules import MeetingState
from bot.nudges.records import Nudge
from bot.nudges.service import Compose, DigestItem
from bot.storage import Tx
from bot.texts import Texts


def on_meeting_over(tx: Tx, item: queue.Job) -> None:
    """A meeting is over. The room of attendance handled this job before: it is known who came."""
    meeting = meetings.meeting_by_id(tx, str(item.data["meeting"]))
    if meeting is None:
        return
    group = groups.group_by_id(tx, meeting.group_id)
    inactivity.schedule_check(tx, group, meeting.id)
    if meeting.state != MeetingState.OPENED:
        return
    for member in groups.members(tx, group):
        if member.since <= meeting.starts_at and attendance.has_just_missed_enough(tx, group, member):
            fit_checks.ask_whether_group_fits(tx, group, meeting, member.user)


def on_nothing_planned(tx: Tx, item: queue.Job) -> None:
    """Three weeks have passed since a meeting or session."""
    group = groups.group_by_id(tx, str(item.data["group"]))
    inactivity.ask_for_a_date(tx, group, str(item.data["after"]))


def on_meeting_scheduled(tx: Tx, event: MeetingPlanned | MeetingMoved) -> None:
    group = groups.group_by_id(tx, event.group_id)
    meeting = meetings.meeting_by_id(tx, event.meeting_id)
    if meeting is not None and meeting.state == MeetingState.PLANNED and meeting.starts_at > tx.now:
        inactivity.answer_with_date(tx, group, meeting)


def on_meeting_cancelled(tx: Tx, event: MeetingCancelled) -> None:
    group = groups.group_by_id(tx, event.group_id)
    meeting = meetings.meeting_by_id(tx, event.meeting_id)
    if meeting is None or meeting.state != MeetingState.CANCELLED:
        return
    if meetings.next_meeting(tx, group) is None:
        inactivity.schedule_check(tx, group, meeting.id)


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    if event.held:
        group = groups.group_by_id(tx, event.group_id)
        inactivity.schedule_check(tx, group, event.session_id)


def on_group_paused(tx: Tx, event: GroupPaused) -> None:
    inactivity.answer_with_pause(tx, groups.group_by_id(tx, event.group_id))


def on_group_purged(tx: Tx, event: GroupPurged) -> None:
    """Purge the lines that members shared in old fit checks."""
    for fit in queries.fit_checks_before(tx, event.group_id, event.before):
        fit.line = ""


def compose_fit_question(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    fit = queries.fit_check_by_id(tx, str(nudge.data["fit"]))
    group = attendance.group_of_reader(tx, nudge)
    if fit is None or fit.answer is not None or group is None:
        return None
    if groups.require_member(tx, group, nudge.user).since > fit.asked_at:
        # The member left and came back since: that is an answer.
        return None
    return DigestItem(*views.fit_question(t, fit.id, group.channel))


def compose_shared_answer(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    fit = queries.fit_check_by_id(tx, str(nudge.data["fit"]))
    group = attendance.group_of_reader(tx, nudge)
    if fit is None or not fit.shared or fit.answer is None or group is None:
        return None
    return DigestItem(*views.shared_answer(t, group.id, group.channel, fit.user, fit.answer, fit.line))


JOBS: dict[str, queue.Handler] = {
    attendance.OVER: on_meeting_over,
    inactivity.NOTHING_PLANNED: on_nothing_planned,
    **events.on(MeetingPlanned, on_meeting_scheduled),
    **events.on(MeetingMoved, on_meeting_scheduled),
    **events.on(MeetingCancelled, on_meeting_cancelled),
    **events.on(SessionEnded, on_session_ended),
    **events.on(GroupPaused, on_group_paused),
    **events.on(GroupPurged, on_group_purged),
}
DIGESTS: dict[str, Compose] = {
    fit_checks.ASK_FIT: compose_fit_question,
    queries.SHARED: compose_shared_answer,
}
