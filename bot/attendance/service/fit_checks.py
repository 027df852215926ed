"""Who was there, known once a meeting is over, and the one question to whoever missed two in a row."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.attendance import rules, views
from bot.attendance.records import Attendance, FitCheck
from bot.attendance.service import inactivity, lookup, subjects
from bot.delivery import outbox
from bot.events import GroupPurged
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused

# How far back a row of meetings is looked at.
LAST = 4


@dataclass(frozen=True)
class Numbers:
    """What any member may know of who stays away: how many, never who or why."""

    members: int
    # Who came to the last meeting that was held; None when none was.
    came_last: int | None
    missed_two: int


def on_meeting_over(tx: Tx, item: queue.Job) -> None:
    """A meeting is over: settles who was there. One that was cancelled, or never held, counts for nobody."""
    meeting = meetings.meeting_by_id(tx, item.workspace, str(item.data["meeting"]))
    if meeting is None:
        return
    tx.sql.refresh(meeting, with_for_update=True)
    purge_reasons(tx, meeting)
    group = groups.group_by_id(tx, item.workspace, meeting.group_id)
    inactivity.schedule_check(tx, group, meeting.id)
    if meeting.state == MeetingState.PLANNED:
        _passed(tx, group, meeting)
    if meeting.state != MeetingState.OPENED:
        return
    for member in groups.members(tx, group):
        if member.since > meeting.starts_at:
            continue
        found = lookup.attendance_for(tx, meeting, member.user)
        answer = lookup.answer_to(meeting, found)
        found.came = rules.has_come(answer, found.came, in_a_room=group.meets == "room")
        tx.sql.flush()
        if rules.missed_in_a_row(_came(tx, group, member)) == rules.MISSED_IN_A_ROW:
            _ask(tx, group, meeting, member.user)


def _passed(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Nobody began a session: what was asked about it is asked no more, wherever it still stands."""
    if meeting.invitation is not None:
        message = views.passed(groups.texts_in(group), meeting)
        outbox.update(tx, group.workspace, meeting.invitation, message)
    for member in groups.members(tx, group):
        part = DigestItem(
            *views.private.passed(groups.texts_of(tx, group.workspace, member.user), meeting, group.channel)
        )
        for kind in (subjects.ASK, subjects.PREPARE, subjects.FEW):
            nudges.mark_answered(tx, group.workspace, member.user, kind, subjects.of(meeting), part)


def purge_reasons(tx: Tx, meeting: Meeting) -> None:
    """Why somebody could not come was for whoever led; after the meeting nobody needs it."""
    for one in lookup.attendances(tx, meeting):
        one.reason, one.reason_for = "", None


def on_group_purged(tx: Tx, workspace: Workspace, event: GroupPurged) -> None:
    """What somebody shared about the group goes when the group's other texts go."""
    of_group = (FitCheck.of(workspace), FitCheck.group_id == event.group_id)
    for fit in tx.sql.scalars(select(FitCheck).where(*of_group, FitCheck.asked_at < event.before)):
        fit.line = ""


def _came(tx: Tx, group: Group, member: Member) -> list[bool | None]:
    """Whether somebody came to the last meetings that were held since they joined, the latest first."""
    found = tx.sql.scalars(
        select(Attendance.came)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(
            Attendance.group_id == group.id,
            Attendance.user == member.user,
            Meeting.state == MeetingState.OPENED,
            Meeting.starts_at >= member.since,
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id)
        .limit(LAST)
    )
    return list(found)


def _ask(tx: Tx, group: Group, meeting: Meeting, user: str) -> None:
    known = select(FitCheck.id).where(FitCheck.user == user, FitCheck.meeting_id == meeting.id)
    if tx.sql.scalars(known).first() is not None:
        return
    fit = FitCheck(
        group_id=group.id,
        user=user,
        meeting_id=meeting.id,
        asked_at=tx.now,
        **belonging_to(group.workspace),
    )
    tx.sql.add(fit)
    tx.sql.flush()
    nudges.plan_nudge(
        tx, group.workspace, user, subjects.FITS, fit.id, tx.now, group=group.id, data={"fit": fit.id}
    )


def own_fit_check(tx: Tx, workspace: Workspace, fit_id: str, user: str) -> tuple[FitCheck, Group]:
    """The question that was put to somebody. Raises Refused for anyone else and any other id."""
    fit = tx.sql.scalars(
        select(FitCheck).where(FitCheck.of(workspace), FitCheck.id == fit_id, FitCheck.user == user)
    ).one_or_none()
    if fit is None:
        raise Refused(lambda t: t("I can't find this question any more. You can let it go."))
    return fit, groups.group_by_id(tx, workspace, fit.group_id)


def answer_fit_check(tx: Tx, workspace: Workspace, fit_id: str, user: str, answer: str) -> Group:
    """Whether the group still fits. For oneself alone; "stop" is only kept when it is confirmed (`stop`)."""
    fit, group = own_fit_check(tx, workspace, fit_id, user)
    if answer not in rules.FITS:
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the message."))
    if answer != "stop":
        fit.answer, fit.line, fit.shared = answer, "", False
        _show(tx, group, fit)
    return group


def share_fit_check(
    tx: Tx, workspace: Workspace, fit_id: str, user: str, answer: str, line: str, told: str
) -> None:
    """Somebody may know, with a line of one's own: `told`, and nobody else. Raises Refused when they see to it no longer."""
    fit, group = own_fit_check(tx, workspace, fit_id, user)
    if answer not in ("time", "rhythm"):
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the message."))
    if told != lookup.group_contact(tx, group):
        raise Refused(
            lambda t: t("Somebody else sees to the group by now, so nothing was shared. Send it once more."),
            "line",
        )
    again = fit.shared
    fit.answer, fit.line, fit.shared = answer, line, True
    _show(tx, group, fit)
    if told == user:
        return
    if again and not _is_still_to_be_told(tx, fit):
        t = groups.texts_of(tx, workspace, told)
        words = views.private.shared(t, group.id, group.channel, user, answer, line)
        nudges.mark_answered(tx, workspace, told, subjects.SHARED, fit.id, DigestItem(*words))
        return
    about = {"fit": fit.id}
    nudges.plan_nudge(tx, workspace, told, subjects.SHARED, fit.id, tx.now, group=group.id, data=about)


def _is_still_to_be_told(tx: Tx, fit: FitCheck) -> bool:
    waits = select(Nudge.id).where(
        Nudge.of(fit.workspace), Nudge.kind == subjects.SHARED, Nudge.subject == fit.id
    )
    return tx.sql.scalars(waits).first() is not None


def stop_fit_checks(tx: Tx, workspace: Workspace, fit_id: str, user: str) -> None:
    """Leaves the group, as was asked and confirmed. The facilitator is told nothing that the group does not see."""
    fit, group = own_fit_check(tx, workspace, fit_id, user)
    fit.answer, fit.line, fit.shared = "stop", "", False
    _show(tx, group, fit)
    groups.leave_group(tx, workspace, group.id, user)


def _show(tx: Tx, group: Group, fit: FitCheck) -> None:
    assert fit.answer is not None
    tx.sql.flush()
    t = groups.texts_of(tx, group.workspace, fit.user)
    part = DigestItem(*views.fit_checks.answered(t, group.channel, fit.answer, shared=fit.shared))
    nudges.mark_answered(tx, group.workspace, fit.user, subjects.FITS, fit.id, part)


def attendance_numbers(tx: Tx, group: Group) -> Numbers:
    """How many come and stay away, for the group's own eyes."""
    present = groups.members(tx, group)
    rows = [_came(tx, group, member) for member in present]
    last = tx.sql.scalars(
        select(Meeting)
        .where(
            Meeting.of(group.workspace), Meeting.group_id == group.id, Meeting.state == MeetingState.OPENED
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id)
    ).first()
    came_last = None
    if last is not None:
        came_last = sum(one.came is True for one in lookup.attendances(tx, last))
    missed = sum(rules.missed_in_a_row(row) >= rules.MISSED_IN_A_ROW for row in rows)
    return Numbers(len(present), came_last, missed)


def has_come_before(tx: Tx, group: Group) -> dict[str, bool]:
    """For each member whether they have been to a meeting of the group."""
    been = set(
        tx.sql.scalars(
            select(Attendance.user).where(Attendance.group_id == group.id, Attendance.came.is_(True))
        )
    )
    return {member.user: member.user in been for member in groups.members(tx, group)}
