"""Compose the digest items about a meeting. None when there is nothing left to do for the reader."""

from bot.attendance import queries, rules, views
from bot.attendance.service import additions, facilitator, invitation, rsvp, subjects
from bot.cases import service as cases
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.methods import catalogue
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.polls import service as polls
from bot.storage import Tx
from bot.texts import Texts

# The number of people for whom the short form is made.
SHORT_FOR = 3


def _meeting_and_group(tx: Tx, nudge: Nudge) -> tuple[Meeting, Group] | None:
    """The meeting of a nudge and its group; None once the date has changed or passed, or the reader has left."""
    meeting = meetings.meeting_by_id(tx, str(nudge.data["meeting"]))
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return None
    if subjects.start_of(meeting) != nudge.data["at"]:
        return None
    group = queries.group_of_reader(tx, nudge)
    # After a standstill the reminders are scheduled anew.
    return (meeting, group) if group is not None and not groups.is_stalled(group) else None


def compose_prepare(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _meeting_and_group(tx, nudge)
    if found is None:
        return None
    meeting, group = found
    if nudge.user in group.leaders:
        return None
    if cases.waiting_of(tx, group, nudge.user) or queries.has_nothing_to_bring(tx, meeting, nudge.user):
        return None
    return DigestItem(*views.private.prepare(t, meeting, group.channel))


def compose_ask(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _meeting_and_group(tx, nudge)
    if found is None or queries.rsvp_of(tx, found[0], nudge.user) is not None:
        return None
    meeting, group = found
    moved = bool(nudge.data.get("moved"))
    tomorrow = rules.is_tomorrow(meeting.starts_at, tx.now, groups.ensure_person(tx, nudge.user).zone)
    return DigestItem(*views.private.ask(t, meeting, group.channel, moved=moved, tomorrow=tomorrow))


def compose_presents(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _meeting_and_group(tx, nudge)
    case = polls.chosen_case(tx, found[1]) if found is not None else None
    if found is None or case is None or case.presenter != nudge.user:
        return None
    meeting, group = found
    words = views.private.presents(t, meeting, group.channel, case.title, case.id)
    return DigestItem(*additions.joined(words, additions.to_presenter(tx, group, meeting, case, t)))


def compose_leads_now(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _meeting_and_group(tx, nudge)
    if found is None or found[0].facilitator != nudge.user:
        return None
    return DigestItem(*views.private.leads_now(t, found[0], found[1].channel))


def compose_card(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _meeting_and_group(tx, nudge)
    if found is None or found[0].facilitator != nudge.user:
        return None
    meeting, group = found
    method = (
        catalogue.shortened(group.method)
        if meeting.decided == facilitator.SHORT
        else catalogue.method(group.method)
    )
    been = queries.came_before(tx, group)
    shown = views.Card(
        meeting,
        group.channel,
        invitation.agenda(tx, group),
        method,
        queries.head_count(tx, meeting),
        bool(queries.reasons_for(tx, meeting, nudge.user)),
        rules.newcomers(been),
        first=not any(been.values()),
    )
    return DigestItem(*additions.joined(views.card(t, shown), additions.to_leader(tx, group, meeting, t)))


def compose_few(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    found = _meeting_and_group(tx, nudge)
    if found is None:
        return None
    meeting, group = found
    coming = queries.head_count(tx, meeting)
    if meeting.decided in rsvp.DECISIONS or not rules.is_too_few(len(coming.there), group.minimum):
        return None
    meeting.decided = rsvp.ASKED
    fits_short = rules.can_become(SHORT_FOR, coming)
    short = catalogue.shortened(group.method).minutes if fits_short else None
    return DigestItem(*views.private.too_few(t, meeting, group.channel, coming, group.minimum, short=short))


def compose_off(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    meeting = meetings.meeting_by_id(tx, str(nudge.data["meeting"]))
    group = queries.group_of_reader(tx, nudge)
    if meeting is None or meeting.state != MeetingState.CANCELLED or group is None:
        return None
    return DigestItem(*views.private.called_off(t, meeting, group.channel))
