"""Jobs, events and digest items of fit checks."""

from bot import events
from bot.attendance import service as attendance
from bot.events import GroupPurged
from bot.fit_checks import queries, views
from bot.fit_checks.service import fit_checks
from bot.groups import service as groups
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.rules import MeetingState
from bot.nudges.records import Nudge
from bot.nudges.service import Compose, DigestItem
from bot.storage import Tx
from bot.texts import Texts


def on_meeting_over(tx: Tx, item: queue.Job) -> None:
    """A meeting is over. The room of attendance handled this job before: it is known who came, or would have come."""
    meeting = meetings.meeting_by_id(tx, str(item.data["meeting"]))
    if meeting is None or not (meeting.is_missed or meeting.state == MeetingState.OPENED):
        return
    group = groups.group_by_id(tx, meeting.group_id)
    for member in groups.participants_of(tx, group):
        missed = attendance.has_just_missed_enough(tx, group, member, meeting)
        if member.since <= meeting.starts_at and missed:
            held = attendance.has_missed_held_meetings(tx, group, member)
            fit_checks.ask_whether_group_fits(tx, group, meeting, member.user, held=held)


def on_group_purged(tx: Tx, event: GroupPurged) -> None:
    """Purge why members stayed away, and the lines that they shared, in old fit checks."""
    for fit in queries.fit_checks_before(tx, event.group_id, event.before):
        fit.line, fit.reason, fit.unnamed = "", "", False


def compose_fit_question(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    fit = queries.fit_check_by_id(tx, str(nudge.data["fit"]))
    group = attendance.group_of_reader(tx, nudge)
    if fit is None or fit.answer is not None or group is None or nudge.user in group.leaders:
        return None
    if groups.require_member(tx, group, nudge.user).since > fit.asked_at:
        # The member left and came back since: that is an answer.
        return None
    meeting = meetings.meeting_by_id(tx, fit.meeting_id)
    if meeting is None or not attendance.has_missed(tx, meeting, nudge.user):
        # The group met without the bot, as somebody said since.
        return None
    held = bool(nudge.data.get("held", True))
    return DigestItem(*views.fit_question(t, fit.id, group.channel, held=held))


def compose_shared_answer(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    fit = queries.fit_check_by_id(tx, str(nudge.data["fit"]))
    group = attendance.group_of_reader(tx, nudge)
    if fit is None or not fit.shared or not fit.reason_given or group is None:
        return None
    return DigestItem(*views.shared_answer(t, group.id, group.channel, fit.user, fit.reason_given, fit.line))


def compose_reasons(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    group = attendance.group_of_reader(tx, nudge)
    reason = str(nudge.data["reason"])
    if group is None or not fit_checks.pass_on_reason(tx, group, reason):
        return None
    return DigestItem(*views.shared_reason(t, group.id, group.channel, reason))


JOBS: dict[str, queue.Handler] = {
    attendance.OVER: on_meeting_over,
    **events.on(GroupPurged, on_group_purged),
}
DIGESTS: dict[str, Compose] = {
    fit_checks.ASK_FIT: compose_fit_question,
    queries.SHARED: compose_shared_answer,
    queries.SHARED_REASON: compose_shared_answer,
    fit_checks.REASONS_SHARED: compose_reasons,
}
