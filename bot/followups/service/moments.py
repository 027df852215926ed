"""What happens to follow-up when a moment comes, or when a group no longer wants to keep what is old."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from bot import events
from bot.events import GroupForgets, MeetingIsNext
from bot.followups.records import Keepsake, Reflection
from bot.followups.service import looking_back, reflections, steps
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.nudges.service import Compose
from bot.storage import Tx, Workspace
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


def on_group_forgets(tx: Tx, workspace: Workspace, event: GroupForgets) -> None:
    forget_before(tx, groups.group_by_id(tx, workspace, event.group_id), event.before)


NUDGES: Mapping[str, Compose] = {
    steps.STEP: steps.compose,
    looking_back.ASK: looking_back.compose,
    reflections.REFLECTION: reflections.compose,
}
DUE: dict[str, due.Handler] = {
    steps.NUDGE: steps.ask,
    looking_back.LOOK_BACK: looking_back.ask,
    **events.on(MeetingIsNext, looking_back.on_meeting_is_next),
    **events.on(GroupForgets, on_group_forgets),
}
