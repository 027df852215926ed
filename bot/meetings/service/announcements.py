"""Announcements of a meeting's date: messages in the channel, events for other rooms, Home tabs and calendars."""

from collections.abc import Sequence

from bot import events
from bot.delivery import outbox
from bot.events import MeetingCancelled, MeetingMoved, MeetingPlanned, NextMeetingSet
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import queries, rules, views
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.storage import Tx


def announcement_key(meeting: Meeting, version: int) -> str:
    """The outbox key of the message that announced a version of a meeting."""
    return f"meeting/{meeting.id}/planned/{version}"


def record_announcement(meeting: Meeting, key: str) -> None:
    """Record that a message in the channel announces the present date of the meeting."""
    meeting.announcements = {**meeting.announcements, key: _start(meeting)}


def is_announcement_current(meeting: Meeting, key: str) -> bool:
    """Whether a message announces the present date of the meeting."""
    return meeting.state == MeetingState.PLANNED and meeting.announcements.get(key) == _start(meeting)


def correct_announcements(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Correct the announcements of another date or of a cancelled meeting; discard those not posted yet."""
    announced = dict(meeting.announcements)
    instead = views.no_longer(groups.texts_in(group), meeting)
    for key in meeting.announcements:
        if is_announcement_current(meeting, key):
            continue
        if outbox.ts_of(tx, key) is None:
            outbox.delete(tx, key)
            del announced[key]
        else:
            outbox.update(tx, key, instead)
            announced[key] = 0
    meeting.announcements = announced


def _start(meeting: Meeting) -> int:
    return int(meeting.starts_at.timestamp())


def increment_sequence(tx: Tx, meeting: Meeting) -> None:
    """Mark a change for calendars: they take the higher SEQUENCE for the newer state (RFC 5545, 3.8.7.4)."""
    meeting.sequence += 1
    meeting.changed_at = tx.now


def publish_change(
    tx: Tx,
    group: Group,
    event: type[MeetingPlanned | MeetingMoved | MeetingCancelled],
    meetings: Sequence[Meeting],
    *,
    alone: bool = True,
) -> None:
    """Publish an event for each meeting. `alone`: one meeting was planned or changed, and not a series."""
    for meeting in meetings:
        events.publish(tx, event(meeting.id, group.id, meeting.version, alone))
    publish_next_meeting(tx, group, {meeting.id for meeting in meetings})
    for member in groups.members(tx, group):
        groups.refresh_home(tx, member.user)


def publish_next_meeting(tx: Tx, group: Group, changed: set[str]) -> None:
    """Publish NextMeetingSet: now for the next meeting, for each later one when the one before it is over."""
    ahead = queries.upcoming_meetings(tx, group, 12)
    for number, meeting in enumerate(ahead):
        at = tx.now if number == 0 else ahead[number - 1].starts_at + rules.STILL_GOING
        if number or meeting.id in changed:
            event = NextMeetingSet(meeting.id, group.id, meeting.starts_at.timestamp())
            events.publish(tx, event, at)


def retract_next_meeting(tx: Tx, meeting: Meeting) -> None:
    """Retract the NextMeetingSet of a meeting that is cancelled or has begun."""
    events.retract(tx, NextMeetingSet, meeting.id)
