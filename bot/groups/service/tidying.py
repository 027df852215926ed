"""What is older than a group wants to keep is deleted, in the quiet hours."""

from datetime import timedelta

from bot import events
from bot.events import GroupForgets
from bot.groups import rules
from bot.groups.records import Group
from bot.groups.service import lookup
from bot.storage import Tx
from bot.timing import due

TIDY = "group.tidy"


def plan(tx: Tx, group: Group) -> None:
    """The next night; none for a group that keeps everything."""
    if group.keep_days is None:
        due.cancel(tx, group.workspace, TIDY, group.id)
        return
    at = rules.next_tidying(group.channel, group.zone, group.from_hour, group.to_hour, tx.now)
    due.schedule(tx, group.workspace, TIDY, group.id, at)


def tidy(tx: Tx, item: due.Item) -> None:
    group = lookup.group_by_id(tx, item.workspace, item.subject)
    if group.keep_days is not None:
        before = tx.now - timedelta(days=group.keep_days)
        events.publish(tx, item.workspace, GroupForgets(group.id, before))
    plan(tx, group)
