"""A group that met and planned nothing more: asked once, in the channel, before it fades away."""

from bot.cases import service as cases
from bot.delivery import outbox
from bot.groups import rules as group_rules
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.presence import rules, views
from bot.presence.service.subjects import NOTHING_PLANNED
from bot.storage import Tx
from bot.timing import due


def plan(tx: Tx, group: Group, after: str) -> None:
    """Something is over (`after`: which meeting or session); looks after three weeks whether there is another date."""
    at = group_rules.next_working_moment(
        tx.now + rules.NOTHING_PLANNED_AFTER, group.zone, group.from_hour, group.to_hour, group.days
    )
    about = {"group": group.id, "after": after}
    due.schedule(tx, group.workspace, NOTHING_PLANNED, group.id, at, about)


def ask(tx: Tx, item: due.Item) -> None:
    group = groups.group_by_id(tx, item.workspace, str(item.data["group"]))
    # A group that tries it once is asked by another message.
    if groups.is_at_rest(group) or group.trial or meetings.next_meeting(tx, group) is not None:
        return
    message = views.nothing_planned(groups.texts_in(group), group.id, cases.count_waiting(tx, group))
    key = f"presence/{group.id}/nothing/{item.data['after']}"
    outbox.post(tx, group.workspace, group.channel, message, key=key)
