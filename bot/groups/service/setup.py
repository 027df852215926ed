"""Setting up a group in a channel."""

from collections.abc import Collection

from bot.delivery import outbox
from bot.groups import queries, rules, views
from bot.groups.records import Group
from bot.groups.service import access, channels, greeting, membership, people, retention, settings
from bot.groups.service import language as languages
from bot.storage import Tx, belonging_to


def set_up(
    tx: Tx,
    channel: str,
    user: str,
    present: Collection[str],
    *,
    language: str,
    zone: str,
    name: str = "",
    meets: str = "room",
    hierarchy: bool | None = None,
    trial: bool = False,
) -> Group:
    """Sets up a group. When somebody else was quicker, their group is returned unchanged.

    The same person who sends the form again changes the group. `present`: the people in the channel, as Slack lists
    them now. Somebody who is not in it, or has left the group since, is refused.
    """
    membership.require_presence(channel, user, present)
    group = queries.channel_group(tx, channel)
    if group is not None and group.set_up_by != user:
        return group
    is_new = group is None
    if group is not None:
        access.require_member(tx, group, user)
    else:
        group = Group(
            channel=channel,
            set_up_by=user,
            created_at=tx.now,
            language=language,
            zone=settings.zone_of(zone),
            retention_days=rules.DEFAULT_RETENTION_DAYS,
            **belonging_to(tx.workspace),
        )
        tx.sql.add(group)
    group.language, group.zone = settings.language_of(language), settings.zone_of(zone)
    group.name, group.meets, group.hierarchy = name or None, settings.one_of(meets, settings.MEETS), hierarchy
    group.trial = "first" if trial else ""
    tx.sql.flush()
    if not is_new:
        people.drop_cached_locales(tx)
        settings.update_card(tx, group)
        return group
    greeting.close_greeting(tx, channel, user)
    membership.add_member(tx, group, user)
    channels.ask_for_members(tx, group)
    retention.schedule_purge(tx, group)
    message = views.card(languages.texts_in(group), group)
    key = settings.card_key(group)
    outbox.post(tx, channel, message, key=key, expires_at=settings.CARD_EXPIRES_AT)
    return group
