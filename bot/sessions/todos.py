"""What sessions ask of a person now: whether their case may be brought."""

from sqlalchemy import select

from bot.cases import service as cases
from bot.groups import service as groups
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import group_of
from bot.sessions.views import SessionRef
from bot.sessions.views.private import ask_presenter
from bot.slack.todos import Todo
from bot.storage import Tx, Workspace


def asks_of(tx: Tx, workspace: Workspace, user: str) -> list[Todo]:
    t = groups.texts_of(tx, workspace, user)
    asked = select(Session).where(
        Session.of(workspace), Session.presenter == user, Session.state == State.ASKED
    )
    found = []
    for session in tx.sql.scalars(asked):
        group = group_of(tx, session)
        title = cases.case_of_group(tx, group, session.case_id).title
        found.append(
            ask_presenter(t, SessionRef(session.id), title, session.started_by, group.channel, tx.now)
        )
    return found
