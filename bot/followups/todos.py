"""What follow-up asks of a person now: how a step went whose day has come, what the look-back may tell, a reflection."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.followups import rules, service, views
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.slack.todos import Todo
from bot.storage import Tx, Workspace


def asks_of(tx: Tx, workspace: Workspace, user: str) -> list[Todo]:
    t = groups.texts_of(tx, workspace, user)
    zone = ZoneInfo(groups.person(tx, workspace, user).zone)
    now = today(tx, workspace, user)
    found = []
    for step in service.open_steps(tx, workspace, user):
        if step.by and step.by <= now:
            group = groups.group_by_id(tx, workspace, step.group_id)
            day = datetime.combine(datetime.fromisoformat(step.by), time(), zone)
            found.append(views.ask_how_it_went(t, step, group.channel, day))
    for group in groups.groups_of(tx, workspace, user):
        found += _look_back(tx, group, user)
    return found + [
        views.ask_for_reflection(t, place.reflection, place.channel, place.day)
        for place in service.asked_for(tx, workspace, user)
    ]


def today(tx: Tx, workspace: Workspace, user: str) -> str:
    """The day that it is for somebody, as YYYY-MM-DD."""
    return tx.now.astimezone(ZoneInfo(groups.person(tx, workspace, user).zone)).date().isoformat()


def _look_back(tx: Tx, group: Group, user: str) -> list[Todo]:
    """Of whoever presented last, from the day on which the question is sent."""
    meeting = meetings.next_meeting(tx, group)
    if meeting is None or meeting.starts_at <= tx.now:
        return []
    kept = service.last_of_presenter(tx, group)
    if kept is None or kept.user != user or not service.is_to_be_asked(kept):
        return []
    person = groups.person(tx, group.workspace, user)
    if rules.look_back_at(meeting.starts_at, tx.now, person.zone, 0, person.days) > tx.now:
        return []
    t = groups.texts_of(tx, group.workspace, user)
    return [views.ask_for_look_back(t, service.about(kept), group.channel, meeting.starts_at)]
