"""To-dos of date polls: say which of the proposed dates suit."""

from bot.date_polls import queries, views
from bot.date_polls.rules import DatePollState
from bot.groups import service as groups
from bot.slack.todos import Todo
from bot.storage import Tx


def todos_of(tx: Tx, user: str) -> list[Todo]:
    """The to-dos of a user: one for each open date poll that they have not answered."""
    t = groups.texts_of(tx, user)
    found = []
    for group in groups.groups_of(tx, user):
        search = queries.running_date_poll(tx, group)
        if search is None or search.state != DatePollState.OPEN:
            continue
        seen = queries.standing_of(tx, search, group)
        if not views.has_answered(seen, user):
            text, [_, buttons] = views.ask_part(t, seen, group.channel)
            found.append(Todo(text, buttons["elements"], search.closes_at))
    return found
