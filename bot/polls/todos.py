"""To-dos of polls: bring in the chosen case, and vote."""

from bot.groups import service as groups
from bot.polls import queries, views
from bot.slack.todos import Todo
from bot.storage import Tx


def todos_of(tx: Tx, user: str) -> list[Todo]:
    t = groups.texts_of(tx, user)
    found = [
        views.ask_to_bring(t, poll.id, case.id, case.title, group.channel, poll.closes_at)
        for poll, group, case in queries.questions_to_presenter(tx, user)
    ]
    return found + [
        views.ask_to_vote(t, poll.id, group.channel, poll.closes_at, group.zone)
        for poll, group in queries.polls_without_vote(tx, user)
    ]
