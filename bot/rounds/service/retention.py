"""What was written in sessions that ended long ago is deleted, when a group does not want to keep it."""

from datetime import datetime

from sqlalchemy import delete

from bot.events import GroupPurged
from bot.groups import service as groups
from bot.groups.records import Group
from bot.rounds.records import Evaluation, Note, Question
from bot.sessions import service as sessions
from bot.storage import Tx, Workspace


def purge_before(tx: Tx, group: Group, moment: datetime) -> None:
    """Questions, notes, marks and lines of sessions that ended before a moment. Who was heard holds no words."""
    ended = sessions.ended_before(group, moment)
    for kind in (Question, Note, Evaluation):
        tx.sql.execute(
            delete(kind).where(kind.session_id.in_(ended)).execution_options(synchronize_session=False)
        )


def on_group_purged(tx: Tx, workspace: Workspace, event: GroupPurged) -> None:
    purge_before(tx, groups.group_by_id(tx, workspace, event.group_id), event.before)
