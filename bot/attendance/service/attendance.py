"""Use cases of attendance: who is present in a session, and who came once a meeting is over."""

from bot.attendance import queries, rules, views
from bot.attendance.records import Attendance
from bot.attendance.service import subjects
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingOutcome, MeetingState
from bot.nudges import service as nudges
from bot.nudges.service import DigestItem
from bot.storage import Tx, belonging_to


def ensure_attendance(tx: Tx, meeting: Meeting, user: str) -> Attendance:
    """A user's row for a meeting, added when there is none yet."""
    found = queries.attendance_of(tx, meeting, user)
    if found is None:
        found = Attendance(
            meeting_id=meeting.id, group_id=meeting.group_id, user=user, **belonging_to(meeting.workspace)
        )
        tx.sql.add(found)
        tx.sql.flush()
    return found


def record_attendance(tx: Tx, group: Group, user: str) -> None:
    """Record that a participant is present in a session, and so came to the meeting of this moment, if any."""
    meeting = queries.meeting_now(tx, group)
    member = groups.member(tx, group, user)
    if meeting is None or member is None or member.left_at is not None or user in group.leaders:
        return
    tx.sql.refresh(meeting, with_for_update=True)
    ensure_attendance(tx, meeting, user).came = True


def withdraw_attendance(tx: Tx, group: Group, user: str) -> None:
    """Withdraw the attendance of a member who counted as present and was not."""
    meeting = queries.meeting_now(tx, group)
    found = queries.attendance_of(tx, meeting, user) if meeting is not None else None
    if found is not None and found.came:
        found.came = False


def settle_attendance(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Settle who came to a meeting that is over, and who would not have come to one that was not held."""
    purge_reasons(tx, meeting)
    if meeting.is_missed:
        if meeting.state == MeetingState.PLANNED:
            _close_questions(tx, group, meeting)
        if meeting.starts_at > group.meetings_count_from and not groups.is_quiet(group):
            _settle_missed(tx, group, meeting)
        return
    if meeting.state == MeetingState.OPENED:
        close_letters(tx, group, meeting)
    if meeting.state != MeetingState.OPENED:
        return
    for member in groups.participants_of(tx, group):
        if member.since > meeting.starts_at:
            continue
        found = ensure_attendance(tx, meeting, member.user)
        rsvp = queries.valid_rsvp(meeting, found)
        found.came = rules.has_come(rsvp, found.came, in_a_room=group.meets == "room")
    tx.sql.flush()


def _settle_missed(tx: Tx, group: Group, meeting: Meeting) -> None:
    """A member who said yes to a meeting that was not held did not stay away."""
    for member in groups.participants_of(tx, group):
        if member.since <= meeting.starts_at:
            found = ensure_attendance(tx, meeting, member.user)
            said = queries.valid_rsvp(meeting, found)
            # A session that was broken off has seen who came.
            found.came = found.came or (None if said in rules.COMING else False)
    tx.sql.flush()


def mark_met(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Mark that the group met without the bot: nobody knows who came, so nobody stayed away."""
    meeting.outcome = MeetingOutcome.MET
    groups.end_gathering(tx, group)
    for one in queries.attendances(tx, meeting):
        if one.came is False:
            one.came = None
    tx.sql.flush()
    if meeting.invitation is not None:
        outbox.update(tx, meeting.invitation, views.met(groups.texts_in(group), meeting))


def _close_questions(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Close the invitation and the private questions of a meeting at which nobody began a session."""
    if meeting.invitation is not None:
        message = views.passed(groups.texts_in(group), meeting)
        outbox.update(tx, meeting.invitation, message)
    close_letters(tx, group, meeting)


def close_letters(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Close the private messages about a meeting that is over: they say so, and lose their buttons."""
    for member in groups.members(tx, group):
        t = groups.texts_of(tx, member.user)
        item = DigestItem(*views.private.passed(t, meeting, group.channel))
        for kind in subjects.ABOUT_A_MEETING:
            nudges.mark_answered(tx, member.user, kind, subjects.of_meeting(meeting), item)


def purge_reasons(tx: Tx, meeting: Meeting) -> None:
    """Purge why members could not come: the facilitator needs it only before the meeting."""
    for one in queries.attendances(tx, meeting):
        one.reason, one.reason_for = "", None
