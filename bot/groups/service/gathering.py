"""Gathering: until a new group has met, one message in its channel asks who takes part and names who does."""

from bot.delivery import outbox
from bot.groups import queries, rules, views
from bot.groups.records import Group
from bot.groups.service import language
from bot.storage import Tx


def ask_who_joins(tx: Tx, group: Group) -> None:
    """Posts the question. Whoever set the group up is in it by their own press."""
    message = views.who_joins(language.texts_in(group), group, _users(tx, group))
    outbox.post(tx, group.channel, message, key=gathering_key(group), expires_at=rules.CARD_EXPIRES_AT)


def update_who_joins(tx: Tx, group: Group) -> None:
    """Names in the question who is in the group now. Nothing happens once the group has met."""
    if group.gathering:
        tx.sql.flush()
        # The names of members were read with the group, before this one came.
        tx.sql.expire(group, ["member_names", "member_zones"])
        message = views.who_joins(language.texts_in(group), group, _users(tx, group))
        outbox.update(tx, gathering_key(group), message)


def end_gathering(tx: Tx, group: Group) -> None:
    """The group has met: from now on a line in the channel says who joins. Twice is as good as once."""
    if group.gathering:
        group.gathering = False
        message = views.has_begun(language.texts_in(group), group, _users(tx, group))
        outbox.update(tx, gathering_key(group), message)


def gathering_key(group: Group) -> str:
    return f"group/{group.id}/who_joins"


def _users(tx: Tx, group: Group) -> list[str]:
    return [found.user for found in queries.participants_of(tx, group)]
