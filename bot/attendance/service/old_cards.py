"""What older versions of the bot wrote in private, and what takes its place.

The card of whoever leads gave the reasons of those who could not come, and a letter stays. It is edited.
"""

from bot.attendance import views
from bot.attendance.service import digests, subjects
from bot.groups import service as groups
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.rules import MeetingState
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx
from bot.texts import Refused, Texts


def on_old_digests(tx: Tx) -> None:
    """Plans it where it is needed. At each start and each night: a process of before may still write some."""
    for workspace in nudges.workspaces_with_old_digests(tx):
        queue.schedule(tx, workspace, subjects.OLD_LETTERS, "letters", tx.now, {"after": ""})


def rewrite_cards(tx: Tx, item: queue.Job) -> None:
    """Some letters at a time, until all have been looked at."""
    last = nudges.rewrite_digest(tx, item.workspace, subjects.CARD, _again, str(item.data["after"]))
    if last:
        queue.schedule(tx, item.workspace, subjects.OLD_LETTERS, "letters", tx.now, {"after": last})


def _again(tx: Tx, nudge: Nudge, t: Texts) -> nudges.Rewritten:
    """The card without reasons; where it no longer holds, what became of it."""
    try:
        group = groups.group_by_id(tx, nudge.workspace, nudge.group_id)
        part = digests.card(tx, nudge, t)
    except Refused:
        part, group = None, None
    if part is not None:
        return nudges.Rewritten(part, answered=False)
    meeting = meetings.meeting_by_id(tx, nudge.workspace, str(nudge.data["meeting"]))
    if meeting is None or group is None:
        text = t("Here stood a card about a meeting that is no longer known.")
        return nudges.Rewritten(DigestItem(text), answered=True)
    if meeting.state == MeetingState.CANCELLED:
        words = views.private.called_off(t, meeting, group.channel)
    elif meeting.state == MeetingState.OPENED or meeting.starts_at <= tx.now:
        words = views.private.passed(t, meeting, group.channel)
    else:
        words = views.private.passed_on(t, meeting, group.channel)
    return nudges.Rewritten(DigestItem(*words), answered=True)
