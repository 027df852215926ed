"""What cases ask of a person now: to go on with a draft."""

from sqlalchemy import select

from bot.cases import views
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.slack.todos import Todo
from bot.storage import Tx, Workspace


def asks_of(tx: Tx, workspace: Workspace, user: str) -> list[Todo]:
    """The newest draft of each of somebody's groups."""
    t = groups.texts_of(tx, workspace, user)
    drafts = (
        select(Case, Group)
        .join(Group, Group.id == Case.group_id)
        .join(Member, (Member.group_id == Group.id) & (Member.user == user))
        .where(
            Case.of(workspace),
            Case.presenter == user,
            Case.state == CaseState.DRAFT,
            Member.left_at.is_(None),
        )
        .order_by(Case.created_at, Case.id)
    )
    newest = {group.id: (case, group) for case, group in tx.sql.execute(drafts)}
    return [views.ask_to_go_on(t, case, group.channel) for case, group in newest.values()]
