"""To-dos of attendance: the RSVP for a meeting, and a case to bring in."""

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
from bot.storage import Tx

# A member without a case is asked for one from this long before a meeting, like in the first reminder.
TIME_FOR_A_CASE = timedelta(days=31)


def todos_of(tx: Tx, user: str) -> list[Todo]:
    """The to-dos of a user about the next meeting of each group; a group that is told nothing has none."""
    t = groups.texts_of(tx, user)
    found: list[Todo] = []
    for group in groups.groups_of(tx, user):
        meeting = meetings.next_meeting(tx, group)
        if meeting is None or meeting.starts_at <= tx.now or groups.is_quiet(group):
            continue
        if meeting.invitation is not None and service.rsvp_of(tx, meeting, user) is None:
            text, [_, buttons] = views.private.ask(t, meeting, group.channel)
            found.append(Todo(text, buttons["elements"], meeting.starts_at))
        if _may_bring_a_case(tx, group, meeting, user):
            text, [_, buttons] = views.private.prepare(t, meeting, group.channel)
            found.append(Todo(text, buttons["elements"], meeting.starts_at))
    return found


def _may_bring_a_case(tx: Tx, group: Group, meeting: Meeting, user: str) -> bool:
    """Whether to ask for a case: the meeting is near, the user may come, and has neither a case nor declined."""
    if user in group.leaders:
        return False
    if meeting.starts_at > tx.now + TIME_FOR_A_CASE:
        return False
    if any(case.state != CaseState.TREATED for case in cases.cases_of(tx, user, group)):
        return False
    declined = service.rsvp_of(tx, meeting, user) == Rsvp.NO
    return not declined and not service.has_nothing_to_bring(tx, meeting, user)
