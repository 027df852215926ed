"""Beginning a group."""

from collections.abc import Collection

from bot.delivery import outbox
from bot.groups import rules, views
from bot.groups.records import Group
from bot.groups.service import channels, lookup, membership, retention, settings
from bot.storage import Tx, Workspace, belonging_to


def set_up(
    tx: Tx,
    workspace: Workspace,
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
    """Begins a group; when somebody else was quicker, their group. Whoever sends the form again changes it.

    `present`: who is in the channel, by Slack's word of now. Who is not, or has left the group since, changes nothing.
    """
    membership.require_presence(channel, user, present)
    group = lookup.find_by_channel(tx, workspace, channel)
    if group is not None and group.set_up_by != user:
        return group
    begins = group is None
    if group is not None:
        lookup.require_member(tx, group, user)
    else:
        group = Group(
            channel=channel,
            set_up_by=user,
            created_at=tx.now,
            language=language,
            zone=settings.zone_of(zone),
            retention_days=rules.KEEP_AT_FIRST,
            **belonging_to(workspace),
        )
        tx.sql.add(group)
    group.language, group.zone = settings.language_of(language), settings.zone_of(zone)
    group.name, group.meets, group.hierarchy = name or None, settings.one_of(meets, settings.MEETS), hierarchy
    group.trial = "first" if trial else ""
    tx.sql.flush()
    if not begins:
        settings.show_card(tx, group)
        return group
    membership.add_member(tx, group, user)
    channels.ask_for_members(tx, group)
    retention.schedule_purge(tx, group)
    message = views.card(lookup.texts_in(group), group)
    key = settings.card_key(group)
    outbox.post(tx, workspace, channel, message, key=key, expires_at=settings.CARD_LASTS)
    return group
