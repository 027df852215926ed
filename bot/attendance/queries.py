"""Queries of attendance: RSVPs, who came, who leads, and which meeting a session belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select

from bot.attendance import rules
from bot.attendance.records import Attendance
from bot.attendance.rules import Rsvp
from bot.cases.records import Case
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.nudges.records import Nudge
from bot.polls import service as polls
from bot.storage import Tx, statement
from bot.texts import Refused, Texts, moment

# The last held meetings that are looked at to see how many somebody missed in a row.
MEETINGS_LOOKED_AT = 4


class OtherDate(Refused):
    """The meeting has another date than the one that was answered for."""

    def __init__(self, meeting: Meeting) -> None:
        def other_date(t: Texts) -> str:
            return t(
                "This meeting has another date now: {when}. Say once more whether you come.",
                when=moment(meeting.starts_at, meeting.zone, t, with_date=True),
            )

        super().__init__(other_date)
        self.meeting = meeting


def head_count(tx: Tx, meeting: Meeting) -> rules.HeadCount:
    """The RSVPs of the participants for a meeting, in the group's order; a leader from outside stands beside them."""
    said = {one.user: valid_rsvp(meeting, one) for one in attendances(tx, meeting)}
    group = groups.group_by_id(tx, meeting.group_id)
    leader = groups.leader_of(tx, group)
    found = rules.HeadCount()
    if leader is not None:
        found = rules.HeadCount(leader=leader.user, leader_says=said.get(leader.user))
    for member in groups.participants_of(tx, group):
        getattr(found, said.get(member.user) or "unknown").append(member.user)
    return found


def rsvp_of(tx: Tx, meeting: Meeting, user: str) -> Rsvp | None:
    """A user's RSVP for a meeting: "yes", "late", "no", or None."""
    return valid_rsvp(meeting, attendance_of(tx, meeting, user))


def valid_rsvp(meeting: Meeting, found: Attendance | None) -> Rsvp | None:
    """The RSVP in a row; None when it was given for another date of the meeting."""
    if found is None or found.answered_for != meeting.starts_at:
        return None
    return found.answer


def people_coming(tx: Tx, group: Group) -> list[str]:
    """Who said that they come to the meeting of this moment, with a leader from outside."""
    meeting = meeting_now(tx, group)
    return [] if meeting is None else who_comes(tx, meeting)


def who_comes(tx: Tx, meeting: Meeting) -> list[str]:
    """Who said that they come, with a leader from outside."""
    coming = head_count(tx, meeting)
    leader = [coming.leader] if coming.leader is not None and coming.leader_says in rules.COMING else []
    return [*coming.there, *leader]


def who_has_not_said(tx: Tx, meeting: Meeting) -> list[str]:
    """Who has not said whether they come, with a leader from outside."""
    coming = head_count(tx, meeting)
    leader = [coming.leader] if coming.leader is not None and coming.leader_says is None else []
    return [*coming.unknown, *leader]


def attendances(tx: Tx, meeting: Meeting) -> list[Attendance]:
    return list(tx.scalars(_of_meeting(meeting.id)))


@statement
def _of_meeting(meeting_id: str) -> Select[Attendance]:
    return select(Attendance).where(Attendance.meeting_id == meeting_id).order_by(Attendance.user)


def attendance_of(tx: Tx, meeting: Meeting, user: str) -> Attendance | None:
    return tx.scalars(_of_user(meeting.id, user)).one_or_none()


@statement
def _of_user(meeting_id: str, user: str) -> Select[Attendance]:
    return select(Attendance).where(Attendance.meeting_id == meeting_id, Attendance.user == user)


def open_meeting_for(
    tx: Tx, meeting_id: str, user: str, starts_at: int | None = None
) -> tuple[Meeting, Group]:
    """A meeting that a member can still answer for, locked. Raises Refused once it has begun or is over.

    Raises OtherDate when it no longer starts at `starts_at`, the Unix seconds that the button carries.
    """
    meeting, group = meetings.meeting_for(tx, meeting_id, user)
    # The lock makes two members who answer at once take turns, so that the invitation shows both.
    tx.sql.refresh(meeting, with_for_update=True)
    if meeting.state == MeetingState.CANCELLED:
        raise Refused(lambda t: t("This meeting is cancelled, so there is nothing to answer any more."))
    if meeting.state == MeetingState.PLANNED and meeting.starts_at + rules.OVER_AFTER <= tx.now:
        raise Refused(lambda t: t("This meeting has passed, so there is nothing to answer any more."))
    if meeting.state != MeetingState.PLANNED:
        raise Refused(
            lambda t: t("This meeting has begun already. Join in its thread, also when you are late.")
        )
    if starts_at is not None and starts_at != int(meeting.starts_at.timestamp()):
        raise OtherDate(meeting)
    return meeting, group


def meeting_now(tx: Tx, group: Group) -> Meeting | None:
    """The meeting that a session of this moment belongs to: the nearest one within half a day."""
    near = meetings.meetings_between(tx, group, tx.now - rules.OVER_AFTER, tx.now + rules.OVER_AFTER)
    return min(near, key=lambda one: (abs(one.starts_at - tx.now), one.id), default=None)


def facilitator_of(tx: Tx, meeting: Meeting) -> str | None:
    """The facilitator of a meeting, while they are in the group."""
    if meeting.facilitator is None:
        return None
    group = groups.group_by_id(tx, meeting.group_id)
    found = groups.member(tx, group, meeting.facilitator)
    return meeting.facilitator if found is not None and found.left_at is None else None


def presenter_of(tx: Tx, group: Group) -> str | None:
    """The presenter of the chosen case. They do not lead the same meeting."""
    case: Case | None = polls.chosen_case(tx, group)
    return case.presenter if case is not None else None


def meeting_contact(tx: Tx, group: Group, meeting: Meeting | None) -> str:
    """The member who is asked what to do about a meeting.

    In this order: its facilitator, the group's fixed facilitator, its planner, the group owner.
    """
    users = {member.user for member in groups.members(tx, group)}
    wanted = (
        meeting.facilitator if meeting else None,
        groups.fixed_facilitator(tx, group),
        meeting.planned_by if meeting else None,
    )
    return next((user for user in wanted if user in users), None) or groups.group_owner(tx, group)


def group_contact(tx: Tx, group: Group) -> str:
    """The member who reads shared fit checks and the number of absent members."""
    return meeting_contact(tx, group, meetings.next_meeting(tx, group))


def group_of_reader(tx: Tx, nudge: Nudge) -> Group | None:
    """The group of a nudge, if its reader is still a member and the group is not paused."""
    group = groups.group_by_id(tx, nudge.group_id)
    member = groups.member(tx, group, nudge.user)
    if member is None or member.left_at is not None or groups.is_at_rest(group):
        return None
    return group


def reasons_for(tx: Tx, meeting: Meeting, reader: str) -> dict[str, str]:
    """The reasons that were given to a reader while they were the facilitator, by user."""
    return {
        one.user: one.reason
        for one in attendances(tx, meeting)
        if one.reason and one.reason_for == reader and valid_rsvp(meeting, one) is not None
    }


def own_reason(tx: Tx, meeting: Meeting, user: str) -> str:
    found = attendance_of(tx, meeting, user)
    return found.reason if found is not None and valid_rsvp(meeting, found) else ""


def is_reason_wanted(tx: Tx, meeting: Meeting, user: str) -> bool:
    """Whether somebody else leads the meeting, who would read a reason."""
    return facilitator_of(tx, meeting) not in (None, user)


def attendance_list(tx: Tx, meeting_id: str, user: str) -> tuple[Meeting, rules.HeadCount, dict[str, str]]:
    """The head count of a meeting, with the reasons that were given to this user."""
    meeting, _ = meetings.meeting_for(tx, meeting_id, user)
    return meeting, head_count(tx, meeting), reasons_for(tx, meeting, user)


def has_nothing_to_bring(tx: Tx, meeting: Meeting, user: str) -> bool:
    """Whether a user has said that they bring no case to this meeting."""
    found = attendance_of(tx, meeting, user)
    return found is not None and found.brings_nothing


def missed_in_a_row(tx: Tx, group: Group, member: Member) -> int:
    """The number of held meetings that a member missed in a row, up to the last one."""
    came = tx.scalars(_came_lately(group.id, member.user, member.since, MEETINGS_LOOKED_AT)).all()
    return rules.missed_in_a_row(came)


def has_just_missed_enough(tx: Tx, group: Group, member: Member, meeting: Meeting) -> bool:
    """Whether this meeting was the second in a row that a member missed, also when it was not held."""
    lately = _came_lately(group.id, member.user, member.since, MEETINGS_LOOKED_AT, with_missed=True)
    missed = rules.missed_in_a_row(tx.scalars(lately).all())
    return missed == rules.MISSED_IN_A_ROW and has_missed(tx, meeting, member.user)


def has_missed_held_meetings(tx: Tx, group: Group, member: Member) -> bool:
    """Whether a member missed the last two meetings that were held."""
    return missed_in_a_row(tx, group, member) >= rules.MISSED_IN_A_ROW


def has_missed(tx: Tx, meeting: Meeting, user: str) -> bool:
    """Whether it is known that a user did not come to a meeting, or would not have come."""
    found = attendance_of(tx, meeting, user)
    return found is not None and found.came is False


@statement
def _came_lately(
    group_id: str, user: str, since: datetime, limit: int, *, with_missed: bool = False
) -> Select[bool | None]:
    """Whether a member came to the latest meetings. `with_missed`: also to those that nobody began or were called off."""
    # Whoever said yes to a meeting that was not held has missed nothing: such a row says neither.
    counted = Meeting.state == MeetingState.OPENED
    if with_missed:
        counted = or_(counted, Attendance.came.is_not(None))
    return (
        select(Attendance.came)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(
            Attendance.group_id == group_id,
            Attendance.user == user,
            counted,
            Meeting.starts_at >= since,
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id)
        .limit(limit)
    )


@dataclass(frozen=True)
class AttendanceNumbers:
    """Numbers that any member may see: how many stay away, never who or why."""

    members: int
    # The number of members who came to the last held meeting; None when none was held.
    came_last: int | None
    missed_two: int


def attendance_numbers(tx: Tx, group: Group) -> AttendanceNumbers:
    """How many members came to the last meeting, and how many missed two or more in a row."""
    present = groups.participants_of(tx, group)
    last = meetings.last_held_meeting(tx, group)
    came_last = None
    if last is not None:
        came_last = sum(one.came is True and one.user not in group.leaders for one in attendances(tx, last))
    missed = sum(has_missed_held_meetings(tx, group, member) for member in present)
    return AttendanceNumbers(len(present), came_last, missed)


def came_before(tx: Tx, group: Group) -> dict[str, bool]:
    """For each member whether they have come to a meeting of the group before."""
    been = _users_who_came(tx, group)
    return {member.user: member.user in been for member in groups.participants_of(tx, group)}


def _users_who_came(tx: Tx, group: Group) -> Sequence[str]:
    return tx.scalars(_who_came(group.id)).all()


@statement
def _who_came(group_id: str) -> Select[str]:
    return select(Attendance.user).where(Attendance.group_id == group_id, Attendance.came.is_(True))
