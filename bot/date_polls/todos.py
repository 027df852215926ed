"""What the search for a date asks of a person now: which of the proposed dates suit."""

from bot.date_polls import views
from bot.date_polls.rules import DateSearchState
from bot.date_polls.service import lookup
from bot.groups import service as groups
from bot.slack.todos import Todo
from bot.storage import Tx, Workspace


def asks_of(tx: Tx, workspace: Workspace, user: str) -> list[Todo]:
    """Of each of somebody's groups that is looking for a date, as long as they have not answered."""
    t = groups.texts_of(tx, workspace, user)
    found = []
    for group in groups.groups_of(tx, workspace, user):
        search = lookup.going_on(tx, group)
        if search is None or search.state != DateSearchState.OPEN:
            continue
        seen = lookup.poll_view(tx, search, group)
        if user in seen.missing:
            text, [_, buttons] = views.ask_part(t, seen, group.channel)
            found.append(Todo(text, buttons["elements"], search.closes_at))
    return found
