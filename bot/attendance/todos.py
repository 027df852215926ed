"""What presence asks of a person now: whether they come to a meeting, and whether they have something to bring in."""

from datetime import timedelta

from bot.attendance import service, views
from bot.attendance.rules import Rsvp
from bot.cases import service as cases
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.slack.todos import Todo
from bot.storage import Tx, Workspace

# From so long before a meeting on, whoever has no case is asked for one: as early as the first letter about it.
TIME_FOR_A_CASE = timedelta(days=31)


def asks_of(tx: Tx, workspace: Workspace, user: str) -> list[Todo]:
    """Of each of somebody's groups, about the next meeting: a group that rests asks nothing."""
    t = groups.texts_of(tx, workspace, user)
    found: list[Todo] = []
    for group in groups.groups_of(tx, workspace, user):
        meeting = meetings.next_meeting(tx, group)
        if meeting is None or meeting.starts_at <= tx.now or groups.is_at_rest(group):
            continue
        if meeting.invitation is not None and service.attendance_of_user(tx, meeting, user) is None:
            text, [_, buttons] = views.private.ask(t, meeting, group.channel)
            found.append(Todo(text, buttons["elements"], meeting.starts_at))
        if _may_bring_a_case(tx, group, meeting, user):
            text, [_, buttons] = views.private.prepare(t, meeting, group.channel)
            found.append(Todo(text, buttons["elements"], meeting.starts_at))
    return found


def _may_bring_a_case(tx: Tx, group: Group, meeting: Meeting, user: str) -> bool:
    """It is soon, they may come, nothing has been begun, and they have not said that there is nothing this time."""
    if (
        meeting.starts_at > tx.now + TIME_FOR_A_CASE
        or service.attendance_of_user(tx, meeting, user) == Rsvp.NO
    ):
        return False
    begun = cases.cases_of(tx, group.workspace, user, group)
    return not any(case.state != CaseState.TREATED for case in begun) and not service.brings_nothing(
        tx, meeting, user
    )
