"""To-dos of sessions on the Home tab: a presenter is asked whether their case may be treated now."""

from bot.cases import service as cases
from bot.groups import service as groups
from bot.sessions import queries
from bot.sessions.service import group_of
from bot.sessions.views import SessionRef
from bot.sessions.views.private import presenter_todo
from bot.slack.todos import Todo
from bot.storage import Tx


def asks_of(tx: Tx, user: str) -> list[Todo]:
    t = groups.texts_of(tx, user)
    found = []
    for session in queries.requests_to_presenter(tx, user):
        group = group_of(tx, session)
        title = cases.case_of_group(tx, group, session.case_id).title
        ref = SessionRef(session.id)
        found.append(presenter_todo(t, ref, title, session.started_by, group.channel, tx.now))
    return found
