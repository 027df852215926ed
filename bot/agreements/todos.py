"""To-dos of agreements: read and accept those of a group."""

from bot.agreements import service, views
from bot.groups import service as groups
from bot.slack.todos import Todo
from bot.storage import Tx, Workspace


def asks_of(tx: Tx, workspace: Workspace, user: str) -> list[Todo]:
    t = groups.texts_of(tx, workspace, user)
    return [
        views.ask_to_agree(t, group.id, group.channel)
        for group in groups.groups_of(tx, workspace, user)
        if not groups.is_at_rest(group) and not service.is_free_to_hand_in(tx, group, user)
    ]
