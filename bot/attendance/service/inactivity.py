"""A group that met and planned nothing more: asked once, in the channel, before it fades away."""

from bot.attendance import rules, views
from bot.attendance.service.subjects import NOTHING_PLANNED
from bot.cases import service as cases
from bot.date_polls import service as date_polls
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.events import GroupPaused
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.storage import Tx, Workspace


def schedule_check(tx: Tx, group: Group, after: str) -> None:
    """Something is over (`after`: which meeting or session); looks after three weeks whether there is another date."""
    at = group.working_hours.next_open(tx.now + rules.NOTHING_PLANNED_AFTER)
    about = {"group": group.id, "after": after}
    queue.schedule(tx, group.workspace, NOTHING_PLANNED, group.id, at, about)


def on_nothing_planned(tx: Tx, item: queue.Job) -> None:
    group = groups.group_by_id(tx, item.workspace, str(item.data["group"]))
    # A group that tries it once is asked by another message.
    if groups.is_at_rest(group) or group.trial or meetings.next_meeting(tx, group) is not None:
        return
    if date_polls.going_on(tx, group) is not None:
        schedule_check(tx, group, str(item.data["after"]))
        return
    message = views.nothing_planned(groups.texts_in(group), group.id, cases.count_waiting(tx, group))
    group.asks_for_a_date = f"presence/{group.id}/nothing/{item.data['after']}"
    outbox.post(tx, group.workspace, group.channel, message, key=group.asks_for_a_date)


def plan_instead(tx: Tx, group: Group, meeting: Meeting) -> None:
    """What asked for a date says that there is one."""
    _answered(tx, group, views.date_found(groups.texts_in(group), meeting))


def on_group_paused(tx: Tx, workspace: Workspace, event: GroupPaused) -> None:
    """The group rests: it is not asked for a date any more."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    _answered(tx, group, views.no_date(groups.texts_in(group)))


def _answered(tx: Tx, group: Group, message: Message) -> None:
    if group.asks_for_a_date is not None:
        outbox.update(tx, group.workspace, group.asks_for_a_date, message)
        group.asks_for_a_date = None
