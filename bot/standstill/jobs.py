"""Jobs and events of a standstill."""

from bot import events
from bot.attendance import service as attendance
from bot.events import (
    GroupPaused,
    GroupResumed,
    GroupSetUp,
    MeetingCancelled,
    MeetingMoved,
    MeetingPlanned,
    SessionEnded,
    SessionOpened,
)
from bot.groups import service as groups
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.rules import MeetingState
from bot.standstill import service
from bot.storage import Tx


def on_meeting_over(tx: Tx, item: queue.Job) -> None:
    """The time of a meeting is over, also of one that was called off."""
    meeting = meetings.meeting_by_id(tx, str(item.data["meeting"]))
    if meeting is None:
        return
    group = groups.group_by_id(tx, meeting.group_id)
    if meeting.state != MeetingState.CANCELLED:
        service.schedule_check(tx, group, meeting.id)
    if meeting.is_missed:
        service.stall_after_missed(tx, group)


def on_nothing_planned(tx: Tx, item: queue.Job) -> None:
    """Three weeks have passed since a meeting or session, or since the group was set up."""
    group = groups.group_by_id(tx, str(item.data["group"]))
    service.stall_without_date(tx, group, str(item.data["after"]))


def on_ask_due(tx: Tx, item: queue.Job) -> None:
    """The working hours of a group that is at a standstill have begun."""
    service.ask_what_is_needed(tx, item.subject)


def on_group_set_up(tx: Tx, event: GroupSetUp) -> None:
    service.schedule_check(tx, groups.group_by_id(tx, event.group_id), service.SET_UP)


def on_meeting_scheduled(tx: Tx, event: MeetingPlanned | MeetingMoved) -> None:
    """Somebody planned or moved a meeting. A rhythm is not extended by itself during a standstill."""
    group = groups.group_by_id(tx, event.group_id)
    meeting = meetings.meeting_by_id(tx, event.meeting_id)
    if meeting is not None and meeting.state == MeetingState.PLANNED and meeting.starts_at > tx.now:
        service.end_with_date(tx, group, meeting)


def on_meeting_cancelled(tx: Tx, event: MeetingCancelled) -> None:
    group = groups.group_by_id(tx, event.group_id)
    meeting = meetings.meeting_by_id(tx, event.meeting_id)
    if meeting is None or meeting.state != MeetingState.CANCELLED:
        return
    if meetings.next_meeting(tx, group) is None:
        service.schedule_check(tx, group, meeting.id)


def on_session_opened(tx: Tx, event: SessionOpened) -> None:
    service.end_with_session(tx, groups.group_by_id(tx, event.group_id))


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    if event.held:
        group = groups.group_by_id(tx, event.group_id)
        service.schedule_check(tx, group, event.session_id)


def on_group_paused(tx: Tx, event: GroupPaused) -> None:
    service.end_with_pause(tx, groups.group_by_id(tx, event.group_id))


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    service.count_afresh(tx, groups.group_by_id(tx, event.group_id))


JOBS: dict[str, queue.Handler] = {
    attendance.OVER: on_meeting_over,
    service.NOTHING_PLANNED: on_nothing_planned,
    service.ASK_GROUP: on_ask_due,
    **events.on(GroupSetUp, on_group_set_up),
    **events.on(MeetingPlanned, on_meeting_scheduled),
    **events.on(MeetingMoved, on_meeting_scheduled),
    **events.on(MeetingCancelled, on_meeting_cancelled),
    **events.on(SessionOpened, on_session_opened),
    **events.on(SessionEnded, on_session_ended),
    **events.on(GroupPaused, on_group_paused),
    **events.on(GroupResumed, on_group_resumed),
}
