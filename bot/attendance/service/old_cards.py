"""Rewrite facilitator cards of older versions: they gave the reasons of absent members, and stay in the DM."""

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


def schedule_card_rewrites(tx: Tx) -> None:
    """Schedule the rewriting where it is needed. At each start and each night: an older process may still run."""
    for workspace in nudges.workspaces_with_old_digests(tx):
        queue.schedule(tx.of(workspace), subjects.OLD_DIGESTS, "letters", tx.now, {"after": ""})


def on_rewrite_due(tx: Tx, item: queue.Job) -> None:
    """Rewrite some digests at a time, until all have been looked at."""
    last = nudges.rewrite_digest(tx, subjects.CARD, _rewritten_card, str(item.data["after"]))
    if last:
        queue.schedule(tx, subjects.OLD_DIGESTS, "letters", tx.now, {"after": last})


def _rewritten_card(tx: Tx, nudge: Nudge, t: Texts) -> nudges.Rewritten:
    """The card without reasons; for a card that no longer holds, how the meeting went on."""
    try:
        group = groups.group_by_id(tx, nudge.group_id)
        item = digests.compose_card(tx, nudge, t)
    except Refused:
        item, group = None, None
    if item is not None:
        return nudges.Rewritten(item, answered=False)
    meeting = meetings.meeting_by_id(tx, str(nudge.data["meeting"]))
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
