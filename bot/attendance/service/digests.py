"""What is said in private, asked at the moment of sending: only to those for whom there is still something to do."""

from bot.attendance import rules, views
from bot.attendance.records import FitCheck
from bot.attendance.service import facilitator, fit_checks, invitation, lookup, rsvp, subjects
from bot.cases import service as cases
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.methods import catalogue
from bot.nudges.records import Nudge
from bot.nudges.service import Compose, DigestItem
from bot.polls import service as polls
from bot.storage import Tx
from bot.texts import Texts

# The short form is made for as many people as this.
SHORT_FOR = 3


def _still(tx: Tx, nudge: Nudge) -> tuple[Meeting, Group] | None:
    """The meeting that a message is about, if it is still to come on that date and its reader is in the group."""
    meeting = meetings.meeting_by_id(tx, nudge.workspace, str(nudge.data["meeting"]))
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return None
    if subjects.start_of(meeting) != nudge.data["at"]:
        return None
    group = _group_of_reader(tx, nudge)
    return (meeting, group) if group is not None else None


def _group_of_reader(tx: Tx, nudge: Nudge) -> Group | None:
    group = groups.group_by_id(tx, nudge.workspace, nudge.group_id)
    member = groups.member(tx, group, nudge.user)
    if member is None or member.left_at is not None or groups.is_at_rest(group):
        return None
    return group


def prepare(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _still(tx, nudge)
    if found is None:
        return None
    meeting, group = found
    if cases.waiting_of(tx, group, nudge.user) or rsvp.brings_nothing(tx, meeting, nudge.user):
        return None
    return DigestItem(*views.private.prepare(t, meeting, group.channel))


def ask(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _still(tx, nudge)
    if found is None or lookup.attendance_of_user(tx, found[0], nudge.user) is not None:
        return None
    meeting, group = found
    moved = bool(nudge.data.get("moved"))
    tomorrow = rules.is_tomorrow(
        meeting.starts_at, tx.now, groups.person(tx, nudge.workspace, nudge.user).zone
    )
    return DigestItem(*views.private.ask(t, meeting, group.channel, moved=moved, tomorrow=tomorrow))


def presents(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _still(tx, nudge)
    case = polls.chosen(tx, found[1]) if found is not None else None
    if found is None or case is None or case.presenter != nudge.user:
        return None
    return DigestItem(*views.private.presents(t, found[0], found[1].channel, case.title, case.id))


def leads_now(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _still(tx, nudge)
    if found is None or found[0].facilitator != nudge.user:
        return None
    return DigestItem(*views.private.leads_now(t, found[0], found[1].channel))


def card(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _still(tx, nudge)
    if found is None or found[0].facilitator != nudge.user:
        return None
    meeting, group = found
    method = (
        catalogue.shortened(group.method)
        if meeting.decided == facilitator.SHORT
        else catalogue.method(group.method)
    )
    been = fit_checks.has_come_before(tx, group)
    shown = views.Card(
        meeting,
        group.channel,
        invitation.agenda(tx, group),
        method,
        lookup.meeting_of(tx, meeting),
        bool(rsvp.reasons(tx, meeting, nudge.user)),
        rules.newcomers(been),
        first=not any(been.values()),
    )
    return DigestItem(*views.card(t, groups.texts_in(group), shown))


def few(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _still(tx, nudge)
    if found is None:
        return None
    meeting, group = found
    coming = lookup.meeting_of(tx, meeting)
    if meeting.decided in rsvp.DECISIONS or not rules.is_too_few(len(coming.there), group.minimum):
        return None
    meeting.decided = rsvp.ASKED
    fits_short = rules.may_be(SHORT_FOR, coming)
    short = catalogue.shortened(group.method).minutes if fits_short else None
    return DigestItem(*views.private.too_few(t, meeting, group.channel, coming, group.minimum, short=short))


def off(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    meeting = meetings.meeting_by_id(tx, nudge.workspace, str(nudge.data["meeting"]))
    group = _group_of_reader(tx, nudge)
    if meeting is None or meeting.state != MeetingState.CANCELLED or group is None:
        return None
    return DigestItem(*views.private.called_off(t, meeting, group.channel))


def fits(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    fit = tx.sql.get(FitCheck, nudge.data["fit"])
    group = _group_of_reader(tx, nudge)
    if fit is None or fit.answer is not None or group is None:
        return None
    if groups.require_member(tx, group, nudge.user).since > fit.asked_at:
        # They left and came back since: that is an answer.
        return None
    return DigestItem(*views.fit_checks.question(t, fit.id, group.channel))


def shared(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    fit = tx.sql.get(FitCheck, nudge.data["fit"])
    group = _group_of_reader(tx, nudge)
    if fit is None or not fit.shared or fit.answer is None or group is None:
        return None
    return DigestItem(*views.private.shared(t, group.id, group.channel, fit.user, fit.answer, fit.line))


NUDGES: dict[str, Compose] = {
    subjects.PREPARE: prepare,
    subjects.ASK: ask,
    subjects.PRESENT: presents,
    subjects.LEADS: leads_now,
    subjects.CARD: card,
    subjects.FEW: few,
    subjects.OFF: off,
    subjects.FITS: fits,
    subjects.SHARED: shared,
}
