"""The facilitator of a meeting: in turn, fixed, or a volunteer; and the method of its session."""

from datetime import datetime

from bot.attendance import queries, rules
from bot.attendance.records import Attendance
from bot.attendance.rules import Rsvp
from bot.attendance.service import subjects
from bot.groups import rules as group_rules
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.groups.rules import Role
from bot.meetings.records import Meeting
from bot.methods import catalogue
from bot.methods.catalogue import Method
from bot.nudges import service as nudges
from bot.storage import Tx

SHORT = "short"


def facilitator_for_session(tx: Tx, group: Group, starter: str) -> str:
    """The facilitator of a session that begins now: that of its meeting, or else the next in turn."""
    meeting = queries.meeting_now(tx, group)
    leads = queries.facilitator_of(tx, meeting) if meeting is not None else None
    return leads or groups.next_facilitator(tx, group, starter)


def methods_for_session(tx: Tx, group: Group) -> tuple[Method, ...]:
    """The methods for a session that begins now. The short forms come first when the meeting was shortened."""
    meeting = queries.meeting_now(tx, group)
    full = catalogue.methods()
    if meeting is None or meeting.decided != SHORT:
        return full
    return (*(catalogue.shortened(method.key) for method in full), *full)


def default_method(tx: Tx, group: Group) -> str:
    """The key of the preselected method for a session that begins now."""
    meeting = queries.meeting_now(tx, group)
    short = meeting is not None and meeting.decided == SHORT
    return catalogue.shortened(group.method).key if short else group.method


def assign_facilitator(tx: Tx, group: Group, meeting: Meeting, *, anew: bool = False) -> None:
    """Assign a facilitator who can lead. The present facilitator stays while they still can, unless it goes `anew`."""
    before = meeting.facilitator
    said = {one.user: one for one in queries.attendances(tx, meeting)}
    fixed = groups.fixed_facilitator(tx, group)
    able = [
        member
        for member in groups.members(tx, group)
        if _can_lead(tx, group, meeting, member, said.get(member.user), fixed)
    ]
    if anew or before not in {member.user for member in able}:
        meeting.facilitator = _next_in_turn(tx, group, able, said, fixed)
    if meeting.facilitator != before:
        _notify_facilitators(tx, group, meeting, before)


def let_leader_lead(tx: Tx, group: Group, meeting: Meeting) -> None:
    """A leader from outside has come: they lead this meeting, unless its facilitator had offered to."""
    before = meeting.facilitator
    said = queries.attendance_of(tx, meeting, before) if before is not None else None
    if said is None or not said.would_lead:
        assign_facilitator(tx, group, meeting, anew=True)


def _can_lead(
    tx: Tx, group: Group, meeting: Meeting, member: Member, said: Attendance | None, fixed: str | None
) -> bool:
    if said is not None and (said.would_not_lead or queries.valid_rsvp(meeting, said) == Rsvp.NO):
        return False
    asked_for = said is not None and said.would_lead
    # After their sessions a leader from outside leads only when they offer it.
    in_turn = member.leads and member.role != Role.LEADER
    return (in_turn or asked_for or member.user == fixed) and member.user != queries.presenter_of(tx, group)


def _next_in_turn(
    tx: Tx, group: Group, able: list[Member], said: dict[str, Attendance], fixed: str | None
) -> str | None:
    offers = {user for user, one in said.items() if one.would_lead}
    if fixed is not None and any(one.user == fixed for one in able):
        return fixed
    if not groups.is_led_in_turn(tx, group):
        able = [member for member in able if member.user in offers]
    return group_rules.whose_turn(
        [group_rules.Turn(one.user, one.led_at, one.facilitated, offers=one.user in offers) for one in able]
    )


def _notify_facilitators(tx: Tx, group: Group, meeting: Meeting, before: str | None) -> None:
    """Plan the card of the new facilitator, and cancel the nudges of the former one."""
    subject = subjects.of_meeting(meeting)
    for user in filter(None, (before, meeting.facilitator)):
        for kind in (subjects.CARD, subjects.LEADS, subjects.FEW, subjects.READ_ALONG):
            nudges.cancel_nudge(tx, user, kind, subject)
        groups.refresh_home(tx, user)
    if meeting.facilitator is None or meeting.invitation is None:
        return
    card_at = plan_facilitator_card(tx, group, meeting)
    offered = queries.attendance_of(tx, meeting, meeting.facilitator)
    asked_for = offered is not None and offered.would_lead
    if before is not None and not asked_for and card_at > tx.now:
        subjects.plan_meeting_nudge(tx, group, meeting, meeting.facilitator, subjects.LEADS, tx.now)


def is_card_due(tx: Tx, meeting: Meeting) -> bool:
    """Whether a facilitator of now gets the card at once, because the meeting is near."""
    return _card_moment(groups.group_by_id(tx, meeting.group_id), meeting) <= tx.now


def _card_moment(group: Group, meeting: Meeting) -> datetime:
    return rules.reminder_before(meeting.starts_at, rules.DAYS_BEFORE["card"], group.working_hours)


def plan_facilitator_card(tx: Tx, group: Group, meeting: Meeting) -> datetime:
    """Plan the private card of the facilitator. Returns the moment for which it is planned."""
    at = max(_card_moment(group, meeting), tx.now)
    if meeting.facilitator is not None:
        subjects.plan_meeting_nudge(tx, group, meeting, meeting.facilitator, subjects.CARD, at)
    return at
