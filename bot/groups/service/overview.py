"""The overview of a group, for whoever opens it."""

from bot.groups import queries, rules, views
from bot.groups.records import Group
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


def overview(tx: Tx, t: Texts, group: Group, user: str) -> Block:
    """The window of a group: its settings for a member, an offer to join for anyone else."""
    users = [member.user for member in queries.participants_of(tx, group)]
    leader = queries.leader_of(tx, group)
    if user not in users and (leader is None or leader.user != user):
        return views.outsider_view(t, group)
    is_filling = rules.is_filling(group.created_at, tx.now)
    return views.group_overview(t, group, users, leader, user, is_filling=is_filling)
