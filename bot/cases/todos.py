"""To-dos of cases: go on with a draft."""

from bot.cases import queries, views
from bot.groups import service as groups
from bot.slack.todos import Todo
from bot.storage import Tx


def asks_of(tx: Tx, user: str) -> list[Todo]:
    """The newest draft of each of somebody's groups."""
    t = groups.texts_of(tx, user)
    return [views.ask_to_go_on(t, case, group.channel) for case, group in queries.newest_drafts(tx, user)]
