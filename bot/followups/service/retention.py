"""What happens to follow-up when a moment comes, or when a group no longer wants to keep what is old."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from bot import events
from bot.events import GroupPurged, NextMeetingSet
from bot.followups.records import Reflection, Takeaway
from bot.followups.service import looking_back, reflections, steps
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.nudges import service as nudges
from bot.nudges.service import Compose
from bot.storage import Tx, Workspace


def purge_before(tx: Tx, group: Group, moment: datetime) -> None:
    """Deletes what people took home before a moment, and what they wrote about it."""
    older = (
        select(Takeaway).where(Takeaway.group_id == group.id, Takeaway.kept_at < moment),
        select(Reflection).where(
            Reflection.group_id == group.id,
            func.coalesce(Reflection.written_at, Reflection.held_at) < moment,
        ),
    )
    for wanted in older:
        for found in tx.sql.scalars(wanted):
            nudges.cancel_nudges(tx, group.workspace, found.id)
            groups.refresh_home(tx, group.workspace, found.user)
            tx.sql.delete(found)
    tx.sql.flush()


def on_group_purged(tx: Tx, workspace: Workspace, event: GroupPurged) -> None:
    purge_before(tx, groups.group_by_id(tx, workspace, event.group_id), event.before)


NUDGES: Mapping[str, Compose] = {
    steps.STEP_NUDGE: steps.compose_steps,
    looking_back.ASK: looking_back.compose_look_back,
    reflections.REFLECTION: reflections.compose_reflection,
}
DUE: dict[str, queue.Handler] = {
    steps.NUDGE: steps.on_step_due,
    looking_back.LOOK_BACK: looking_back.on_look_back_due,
    **events.on(NextMeetingSet, looking_back.on_next_meeting_set),
    **events.on(GroupPurged, on_group_purged),
}
