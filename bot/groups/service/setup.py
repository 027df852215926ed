"""Setting up a group in a channel."""

from collections.abc import Collection

from bot import events
from bot.delivery import outbox
from bot.events import GroupSetUp
from bot.groups import queries, rules, views
from bot.groups.records import Group
from bot.groups.service import (
    access,
    channels,
    gathering,
    greeting,
    membership,
    people,
    retention,
    settings,
)
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
    meets: str = "",
    hierarchy: bool | None = None,
    trial: bool = False,
) -> Group:
    """Sets up a group, with whoever does it as its one member; the others are asked. When somebody else was quicker,
    their group is returned unchanged.

    The same person who sends the form again changes the group. `meets`: empty when nobody has said.
    `present`: the people in the channel, as Slack lists
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
            messages_go_since=tx.now,
            gathering=True,
            **belonging_to(tx.workspace),
        )
        tx.sql.add(group)
    language_before = group.language
    group.language, group.zone = settings.language_of(language), settings.zone_of(zone)
    group.name, group.hierarchy = name or None, hierarchy
    if meets:
        group.meets, group.meets_chosen = settings.one_of(meets, tuple(rules.Meets)), True
    group.trial = "first" if trial else ""
    group.first_text = rules.first_text_of(group.meets)
    tx.sql.flush()
    if not is_new:
        people.drop_cached_locales(tx)
        settings.update_card(tx, group)
        if group.language != language_before:
            gathering.update_who_joins(tx, group)
        return group
    greeting.close_greeting(tx, channel, user)
    membership.add_member(tx, group, user)
    channels.ask_for_members(tx, group)
    retention.schedule_purge(tx, group)
    events.publish(tx, GroupSetUp(group.id))
    message = views.card(languages.texts_in(group), group)
    key = settings.card_key(group)
    outbox.post(tx, channel, message, key=key, expires_at=rules.CARD_EXPIRES_AT)
    gathering.ask_who_joins(tx, group)
    return group
