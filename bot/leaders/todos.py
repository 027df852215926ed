"""To-dos of a leader from outside: the request to lead."""

from bot.groups import service as groups
from bot.leaders import views
from bot.slack.todos import Todo
from bot.storage import Tx


def todos_of(tx: Tx, user: str) -> list[Todo]:
    t = groups.texts_of(tx, user)
    return [views.request_todo(t, group) for group in groups.groups_that_ask(tx, user)]
