"""To-dos of agreements: read and accept those of a group."""

from bot.agreements import service, views
from bot.groups import service as groups
from bot.slack.todos import Todo
from bot.storage import Tx


def asks_of(tx: Tx, user: str) -> list[Todo]:
    t = groups.texts_of(tx, user)
    return [
        views.ask_to_agree(t, group.id, group.channel)
        for group in groups.groups_of(tx, user)
        if not groups.is_at_rest(group) and not service.is_free_to_hand_in(tx, group, user)
    ]
