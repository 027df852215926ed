"""Who hears of a date: the rooms above through due work, the Home tabs, the calendars."""

from collections.abc import Sequence

from bot import events
from bot.delivery import outbox
from bot.events import MeetingCancelled, MeetingMoved, MeetingPlanned, NextMeetingSet
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import rules, views
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.meetings.service.lookup import coming
from bot.storage import Tx


def key_of(meeting: Meeting, version: int) -> str:
    """The key of the message that told the channel of a version of a meeting."""
    return f"meeting/{meeting.id}/planned/{version}"


def record_announcement(meeting: Meeting, key: str) -> None:
    """A message in the channel tells the date that the meeting has now."""
    meeting.announcements = {**meeting.announcements, key: _start(meeting)}


def announced_with(meeting: Meeting, key: str) -> bool:
    """Whether a message tells the date that the meeting has now."""
    return meeting.state == MeetingState.PLANNED and meeting.announcements.get(key) == _start(meeting)


def correct(tx: Tx, group: Group, meeting: Meeting) -> None:
    """What told of another date, or of a meeting that will not be, says what holds now; what was not posted yet need not
    be."""
    told = dict(meeting.announcements)
    instead = views.no_longer(groups.texts_in(group), meeting)
    for key in meeting.announcements:
        if announced_with(meeting, key):
            continue
        if outbox.ts_of(tx, group.workspace, key) is None:
            outbox.delete(tx, group.workspace, key)
            del told[key]
        else:
            outbox.update(tx, group.workspace, key, instead)
            told[key] = 0
    meeting.announcements = told


def _start(meeting: Meeting) -> int:
    return int(meeting.starts_at.timestamp())


def announce_change(meeting: Meeting, tx: Tx) -> None:
    """Calendars take what is newer for the truth."""
    meeting.sequence += 1
    meeting.changed_at = tx.now


def publish(
    tx: Tx,
    group: Group,
    event: type[MeetingPlanned | MeetingMoved | MeetingCancelled],
    meetings: Sequence[Meeting],
    *,
    alone: bool = True,
) -> None:
    """The rooms above hear of each meeting. `alone` in what they are told: one meeting was meant, and not a series."""
    for meeting in meetings:
        events.publish(tx, group.workspace, event(meeting.id, group.id, meeting.version, alone))
    ask_before(tx, group, {meeting.id for meeting in meetings})
    for member in groups.members(tx, group):
        groups.refresh_home(tx, group.workspace, member.user)


def ask_before(tx: Tx, group: Group, about: set[str]) -> None:
    """The room of follow-ups hears of the next meeting now, of each later one when the one before it is over."""
    ahead = coming(tx, group, 12)
    for number, meeting in enumerate(ahead):
        at = tx.now if number == 0 else ahead[number - 1].starts_at + rules.STILL_GOING
        if number or meeting.id in about:
            event = NextMeetingSet(meeting.id, group.id, meeting.starts_at.timestamp())
            events.publish(tx, group.workspace, event, at)


def cancel_announcements(tx: Tx, meeting: Meeting) -> None:
    """Nothing more is to be said before this meeting."""
    events.retract(tx, meeting.workspace, NextMeetingSet, meeting.id)
