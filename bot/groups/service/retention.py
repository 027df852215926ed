"""Retention: texts older than a group keeps them are purged, in the quiet hours."""

from datetime import timedelta

from bot import events
from bot.events import GroupPurged
from bot.groups import queries, rules
from bot.groups.records import Group
from bot.jobs import queue
from bot.storage import Tx

PURGE = "group.tidy"


def schedule_purge(tx: Tx, group: Group) -> None:
    """Schedules the purge of the coming night; none for a group that keeps everything."""
    if group.retention_days is None:
        queue.cancel(tx, PURGE, group.id)
        return
    at = rules.next_purge(group.channel, group.zone, group.from_hour, group.to_hour, tx.now)
    queue.schedule(tx, PURGE, group.id, at)


def on_purge(tx: Tx, item: queue.Job) -> None:
    """Publishes the purge to the rooms above, which delete their own texts, and schedules the next one."""
    group = queries.group_by_id(tx, item.subject)
    if group.retention_days is not None:
        before = tx.now - timedelta(days=group.retention_days)
        events.publish(tx, GroupPurged(group.id, before))
    schedule_purge(tx, group)
