"""Who comes, who leads, and to which meeting; the rooms above ask here."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select

from bot.attendance import rules
from bot.attendance.records import Attendance
from bot.attendance.rules import Rsvp
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.storage import Tx, Workspace, belonging_to, statement
from bot.texts import Refused, Texts, date_in


class OtherDate(Refused):
    """The meeting has another date than the one that was answered for."""

    def __init__(self, meeting: Meeting) -> None:
        def say(t: Texts) -> str:
            return t(
                "This meeting has another date now: {when}. Say once more whether you come.",
                when=date_in(meeting.starts_at, meeting.zone, t),
            )

        super().__init__(say)
        self.meeting = meeting


def meeting_of(tx: Tx, meeting: Meeting) -> rules.HeadCount:
    """Who comes to a meeting, who does not, and who has not said so yet."""
    said = {one.user: answer_to(meeting, one) for one in attendances(tx, meeting)}
    found = rules.HeadCount()
    group = groups.group_by_id(tx, meeting.workspace, meeting.group_id)
    for member in groups.members(tx, group):
        getattr(found, said.get(member.user) or "unknown").append(member.user)
    return found


def attendance_of_user(tx: Tx, meeting: Meeting, user: str) -> Rsvp | None:
    """What somebody said about a meeting: "yes", "late", "no", or None."""
    return answer_to(meeting, attendance(tx, meeting, user))


def answer_to(meeting: Meeting, found: Attendance | None) -> Rsvp | None:
    """What was said of another date does not count."""
    if found is None or found.answered_for != meeting.starts_at:
        return None
    return found.answer


def attendances(tx: Tx, meeting: Meeting) -> list[Attendance]:
    return list(
        tx.sql.scalars(
            select(Attendance).where(Attendance.meeting_id == meeting.id).order_by(Attendance.user)
        )
    )


def attendance(tx: Tx, meeting: Meeting, user: str) -> Attendance | None:
    return tx.sql.scalars(
        select(Attendance).where(Attendance.meeting_id == meeting.id, Attendance.user == user)
    ).one_or_none()


def attendance_for(tx: Tx, meeting: Meeting, user: str) -> Attendance:
    """Somebody's row, made when there is none yet."""
    found = attendance(tx, meeting, user)
    if found is None:
        found = Attendance(
            meeting_id=meeting.id, group_id=meeting.group_id, user=user, **belonging_to(meeting.workspace)
        )
        tx.sql.add(found)
        tx.sql.flush()
    return found


def open_meeting(
    tx: Tx, workspace: Workspace, meeting_id: str, user: str, starts_at: int | None = None
) -> tuple[Meeting, Group]:
    """A meeting that a member can still answer for, locked. Raises Refused when it is over, and OtherDate when it has
    another start (in seconds) than the button was made for."""
    meeting, group = meetings.meeting_for(tx, workspace, meeting_id, user)
    # Two who answer in one instant make one list.
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
    """The meeting that a session of this moment belongs to, if there is one."""
    near = timedelta(hours=12)
    found = tx.scalars(_held(group.workspace, group.id, tx.now - near, tx.now + near)).all()
    return min(found, key=lambda one: (abs(one.starts_at - tx.now), one.id), default=None)


@statement
def _held(workspace: Workspace, group_id: str, after: datetime, before: datetime) -> Select[Meeting]:
    return select(Meeting).where(
        Meeting.of(workspace),
        Meeting.group_id == group_id,
        Meeting.state.in_((MeetingState.PLANNED, MeetingState.OPENED)),
        Meeting.starts_at > after,
        Meeting.starts_at < before,
    )


def meeting_contact(tx: Tx, group: Group, meeting: Meeting | None) -> str:
    """Who is asked what to do about a meeting: its facilitator, the group's fixed one, whoever planned it, or whoever
    keeps the group."""
    users = {member.user for member in groups.members(tx, group)}
    wanted = (
        meeting.facilitator if meeting else None,
        group.facilitator if group.facilitation == "fixed" else None,
        meeting.planned_by if meeting else None,
    )
    return next((user for user in wanted if user in users), None) or groups.group_owner(tx, group)


def group_contact(tx: Tx, group: Group) -> str:
    """Who sees to the group now: who hears of what people share about it, and how many stay away."""
    return meeting_contact(tx, group, meetings.next_meeting(tx, group))
