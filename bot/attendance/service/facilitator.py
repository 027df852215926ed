"""Who leads a meeting: in turn, always the same, or whoever wants to; and swapping."""

from datetime import datetime

from bot.attendance import rules
from bot.attendance.records import Attendance
from bot.attendance.rules import Rsvp
from bot.attendance.service import lookup, subjects
from bot.groups import rules as group_rules
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.meetings.records import Meeting
from bot.methods import catalogue
from bot.methods.catalogue import Method
from bot.nudges import service as nudges
from bot.polls import service as polls
from bot.storage import Tx

SHORT = "short"


def facilitator_of(tx: Tx, meeting: Meeting) -> str | None:
    """Who leads a meeting, as far as that is known."""
    if meeting.facilitator is None:
        return None
    group = groups.group_by_id(tx, meeting.workspace, meeting.group_id)
    found = groups.member(tx, group, meeting.facilitator)
    return meeting.facilitator if found is not None and found.left_at is None else None


def leader_for(tx: Tx, group: Group, starter: str) -> str:
    """Who leads a session that begins now: whoever leads the meeting it belongs to, or else whose turn it is."""
    meeting = lookup.meeting_now(tx, group)
    leads = facilitator_of(tx, meeting) if meeting is not None else None
    return leads or groups.next_facilitator(tx, group, starter)


def methods_for(tx: Tx, group: Group) -> tuple[Method, ...]:
    """The methods for a session that begins now; the short form first when it was chosen for this meeting."""
    meeting = lookup.meeting_now(tx, group)
    full = catalogue.methods()
    if meeting is None or meeting.decided != SHORT:
        return full
    return (*(catalogue.shortened(method.key) for method in full), *full)


def method_for(tx: Tx, group: Group) -> str:
    """The key of the method that is chosen at first for a session that begins now."""
    meeting = lookup.meeting_now(tx, group)
    short = meeting is not None and meeting.decided == SHORT
    return catalogue.shortened(group.method).key if short else group.method


def settle_facilitator(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Sees to it that someone leads who can and wants to. Whoever leads already and still can keeps it."""
    before = meeting.facilitator
    said = {one.user: one for one in lookup.attendances(tx, meeting)}
    able = [
        member
        for member in groups.members(tx, group)
        if _can_lead(tx, group, meeting, member, said.get(member.user))
    ]
    if before not in {member.user for member in able}:
        meeting.facilitator = _next(group, able, said)
    if meeting.facilitator != before:
        _told(tx, group, meeting, before)


def _can_lead(tx: Tx, group: Group, meeting: Meeting, member: Member, said: Attendance | None) -> bool:
    if said is not None and (said.would_not_lead or lookup.answer_to(meeting, said) == Rsvp.NO):
        return False
    asked_for = said is not None and said.would_lead
    fixed = group.facilitation == "fixed" and member.user == group.facilitator
    return (member.leads or asked_for or fixed) and member.user != presenter_of(tx, group)


def presenter_of(tx: Tx, group: Group) -> str | None:
    """Whoever brings the case has their hands full."""
    case = polls.chosen(tx, group)
    return case.presenter if case is not None else None


def _next(group: Group, able: list[Member], said: dict[str, Attendance]) -> str | None:
    offers = {user for user, one in said.items() if one.would_lead}
    if group.facilitation == "fixed" and any(one.user == group.facilitator for one in able):
        return group.facilitator
    if group.facilitation != "rotating":
        able = [member for member in able if member.user in offers]
    return group_rules.whose_turn(
        [group_rules.Turn(one.user, one.led_at, one.facilitated, offers=one.user in offers) for one in able]
    )


def _told(tx: Tx, group: Group, meeting: Meeting, before: str | None) -> None:
    """The one who leads now gets the card in time; the one who did hears no more of it."""
    workspace, subject = group.workspace, subjects.of(meeting)
    for user in filter(None, (before, meeting.facilitator)):
        for kind in (subjects.CARD, subjects.LEADS, subjects.FEW):
            nudges.cancel_nudge(tx, workspace, user, kind, subject)
        groups.refresh_home(tx, workspace, user)
    if meeting.facilitator is None or meeting.invitation is None:
        return
    card_at = plan_card(tx, group, meeting)
    offered = lookup.attendance(tx, meeting, meeting.facilitator)
    asked_for = offered is not None and offered.would_lead
    if before is not None and not asked_for and card_at > tx.now:
        _plan(tx, group, meeting, meeting.facilitator, subjects.LEADS, tx.now)


def plan_card(tx: Tx, group: Group, meeting: Meeting) -> datetime:
    """Plans the facilitator's card; returns when it comes."""
    at = rules.reminder_before(meeting.starts_at, rules.DAYS_BEFORE["card"], group.working_hours)
    at = max(at, tx.now)
    if meeting.facilitator is not None:
        _plan(tx, group, meeting, meeting.facilitator, subjects.CARD, at)
    return at


def _plan(tx: Tx, group: Group, meeting: Meeting, user: str, kind: str, at: datetime) -> None:
    data = {"meeting": meeting.id, "at": subjects.start_of(meeting)}
    subject, until = subjects.of(meeting), meeting.starts_at
    nudges.plan_nudge(tx, group.workspace, user, kind, subject, at, group=group.id, until=until, data=data)
