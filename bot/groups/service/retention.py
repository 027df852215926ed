"""Retention: texts older than a group keeps them are purged, in the quiet hours."""

from datetime import datetime, timedelta

from bot import events
from bot.delivery import outbox
from bot.events import GroupPurged, MessagesWillGo
from bot.groups import queries, rules, views
from bot.groups.records import Group
from bot.groups.service import language as languages
from bot.groups.service.card import update_card
from bot.jobs import queue
from bot.storage import Tx

PURGE, MESSAGES_GO = "group.tidy", "group.messages_go"
# So many messages of a group are deleted in a night; Slack takes some fifty a minute, and sessions go before.
MESSAGES_A_NIGHT = 500


def schedule_purge(tx: Tx, group: Group) -> None:
    """Schedules the purge of the coming night; none for a group that keeps everything."""
    if group.retention_days is None and group.retention_changes_at is None:
        queue.cancel(tx, PURGE, group.id)
        return
    queue.schedule(tx, PURGE, group.id, next_night(tx, group))


def next_night(tx: Tx, group: Group) -> datetime:
    """The moment of the coming night at which texts of a group go."""
    return rules.next_purge(group.channel, group.zone, group.from_hour, group.to_hour, tx.now)


def on_purge(tx: Tx, item: queue.Job) -> None:
    """Publishes the purge to the rooms above, which delete their own texts, and schedules the next one."""
    group = queries.group_by_id(tx, item.subject)
    if group.retention_changes_at is not None and group.retention_changes_at <= tx.now:
        group.retention_days = group.next_retention_days
        group.next_retention_days = group.retention_changes_at = None
        update_card(tx, group)
    if group.retention_days is not None:
        before = tx.now - timedelta(days=group.retention_days)
        events.publish(tx, GroupPurged(group.id, before))
        _remove_messages(tx, group, before)
    schedule_purge(tx, group)


def _remove_messages(tx: Tx, group: Group, before: datetime) -> None:
    """Deletes the bot's own messages with words from before a moment, some each night, unless the group wants them to stay."""
    until = messages_go_until(tx, group, before)
    if until is not None:
        keys = outbox.old_keys_with_words(tx, group.channel, until, MESSAGES_A_NIGHT)
        outbox.remove_words(tx, keys, views.emptied(languages.texts_in(group)))


def messages_go_until(tx: Tx, group: Group, before: datetime) -> datetime | None:
    """The moment before which the bot's messages with words go, when the words of before a moment do; None: they stay."""
    until = before - rules.MESSAGES_LATER
    may = not group.messages_stay and rules.may_messages_go(group.messages_go_since, until, tx.now)
    return until if may else None


def announce_messages_go(tx: Tx, after: str = "") -> str | None:
    """Schedules, for some groups of before, the message that its words go from Slack too. At each start and each night.

    Returns the id of the group after which to go on; None after the last one.
    """
    found = queries.groups_not_told(tx, after)
    for group in found:
        at = group.working_hours.next_working(tx.now)
        queue.schedule_no_later_than(tx.of(group.workspace), MESSAGES_GO, group.id, at)
    return found[-1].id if found else None


def on_messages_go(tx: Tx, item: queue.Job) -> None:
    """Tells a group's channel once, in its hours, that the bot's own messages go with their words."""
    group = queries.group_by_id(tx, item.subject)
    if group.messages_go_since is None and group.unreachable is None:
        group.messages_go_since = tx.now
        message = views.messages_will_go(languages.texts_in(group), group)
        outbox.post(tx, group.channel, message, key=f"group/{group.id}/messages_go")
        events.publish(tx, MessagesWillGo(group.id))
