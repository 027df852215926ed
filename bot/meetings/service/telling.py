"""Who hears of a date: the rooms above through due work, the Home tabs, the calendars."""

from collections.abc import Sequence

from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import rules, views
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.meetings.service.lookup import coming
from bot.storage import Tx
from bot.timing import due

PLANNED = "meeting.planned"
MOVED = "meeting.moved"
CANCELLED = "meeting.cancelled"
# Told to the room of follow-ups, which asks the previous presenter how it went.
BEFORE = "followup.before_meeting"


def key_of(meeting: Meeting, version: int) -> str:
    """The key of the message that told the channel of a version of a meeting."""
    return f"meeting/{meeting.id}/planned/{version}"


def tells(meeting: Meeting, key: str) -> None:
    """A message in the channel tells the date that the meeting has now."""
    meeting.told = {**meeting.told, key: _start(meeting)}


def is_told_by(meeting: Meeting, key: str) -> bool:
    """Whether a message tells the date that the meeting has now."""
    return meeting.state == MeetingState.PLANNED and meeting.told.get(key) == _start(meeting)


def take_back(tx: Tx, group: Group, meeting: Meeting) -> None:
    """What told of another date, or of a meeting that will not be, says what holds now; what was not posted yet need not
    be."""
    told = dict(meeting.told)
    instead = views.no_longer(groups.texts_in(group), meeting)
    for key in meeting.told:
        if is_told_by(meeting, key):
            continue
        if outbox.ts_of(tx, group.workspace, key) is None:
            outbox.delete(tx, group.workspace, key)
            del told[key]
        else:
            outbox.update(tx, group.workspace, key, instead)
            told[key] = 0
    meeting.told = told


def _start(meeting: Meeting) -> int:
    return int(meeting.starts_at.timestamp())


def changed(meeting: Meeting, tx: Tx) -> None:
    """Calendars take what is newer for the truth."""
    meeting.sequence += 1
    meeting.changed_at = tx.now


def tell(tx: Tx, group: Group, kind: str, meetings: Sequence[Meeting], *, alone: bool = True) -> None:
    """The rooms above hear of each meeting. `alone` in what they are told: one meeting was meant, and not a series."""
    for meeting in meetings:
        data = {"meeting": meeting.id, "group": group.id, "version": meeting.version, "alone": alone}
        due.schedule(tx, group.workspace, kind, meeting.id, tx.now, data)
    ask_before(tx, group, {meeting.id for meeting in meetings})
    for member in groups.members(tx, group):
        groups.refresh_home(tx, group.workspace, member.user)


def ask_before(tx: Tx, group: Group, about: set[str]) -> None:
    """The room of follow-ups hears of the next meeting now, of each later one when the one before it is over."""
    ahead = coming(tx, group, 12)
    for number, meeting in enumerate(ahead):
        at = tx.now if number == 0 else ahead[number - 1].starts_at + rules.STILL_GOING
        if number or meeting.id in about:
            data = {"group": group.id, "starts_at": meeting.starts_at.timestamp()}
            due.schedule(tx, group.workspace, BEFORE, meeting.id, at, data)


def stop(tx: Tx, meeting: Meeting) -> None:
    """Nothing more is to be said before this meeting."""
    due.cancel(tx, meeting.workspace, BEFORE, meeting.id)
