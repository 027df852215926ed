"""What happens to follow-up when a moment comes, or when a group no longer wants to keep what is old."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from bot.followups.records import Keepsake, Reflection
from bot.followups.service import looking_back, reflections, steps
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.nudges.service import Compose
from bot.storage import Tx
from bot.timing import due


def forget_before(tx: Tx, group: Group, moment: datetime) -> None:
    """Deletes what people took home before a moment, and what they wrote about it."""
    older = (
        select(Keepsake).where(Keepsake.group_id == group.id, Keepsake.kept_at < moment),
        select(Reflection).where(
            Reflection.group_id == group.id,
            func.coalesce(Reflection.written_at, Reflection.held_at) < moment,
        ),
    )
    for wanted in older:
        for found in tx.sql.scalars(wanted):
            nudges.drop_all(tx, group.workspace, found.id)
            groups.refresh_home(tx, group.workspace, found.user)
            tx.sql.delete(found)
    tx.sql.flush()


def forget(tx: Tx, item: due.Item) -> None:
    group = groups.group_by_id(tx, item.workspace, str(item.data["group"]))
    forget_before(tx, group, datetime.fromisoformat(str(item.data["before"])))


NUDGES: Mapping[str, Compose] = {
    steps.STEP: steps.compose,
    looking_back.ASK: looking_back.compose,
    reflections.REFLECTION: reflections.compose,
}
DUE: dict[str, due.Handler] = {
    steps.NUDGE: steps.ask,
    looking_back.LOOK_BACK: looking_back.ask,
    "followup.before_meeting": looking_back.meeting_planned,
    groups.FORGET: forget,
}
