"""To-dos of follow-up: a step whose day has come, the look-back, and a reflection."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.followups import rules, service, views
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.slack.todos import Todo
from bot.storage import Tx


def todos_of(tx: Tx, user: str) -> list[Todo]:
    t = groups.texts_of(tx, user)
    zone = ZoneInfo(groups.ensure_person(tx, user).zone)
    today = groups.today_of(tx, user).isoformat()
    found = []
    for step in service.open_steps(tx, user):
        if step.by and step.by <= today:
            group = groups.group_by_id(tx, step.group_id)
            day = datetime.combine(datetime.fromisoformat(step.by), time(), zone)
            found.append(views.ask_how_it_went(t, step, group.channel, day))
    for group in groups.groups_of(tx, user):
        found += _look_back(tx, group, user)
    return found + [
        views.ask_for_reflection(t, place.reflection, place.channel, place.day)
        for place in service.reflections_asked_for(tx, user)
    ]


def _look_back(tx: Tx, group: Group, user: str) -> list[Todo]:
    """The look-backs of a last presenter, from the day on which the question is sent."""
    meeting = meetings.next_meeting(tx, group)
    if meeting is None or meeting.starts_at <= tx.now:
        return []
    person = groups.ensure_person(tx, user)
    if rules.look_back_at(meeting.starts_at, tx.now, person.zone, 0, person.days) > tx.now:
        return []
    mine = [one for one in service.treated_last(tx, group, tx.now) if one.user == user]
    waiting = [one for one in mine if service.is_look_back_open(one)]
    t = groups.texts_of(tx, user)
    return [
        views.ask_for_look_back(t, service.look_back_of(kept), group.channel, meeting.starts_at)
        for kept in waiting
    ]
