"""Jobs, events and digest items of follow-up."""

from collections.abc import Mapping

from bot import events
from bot.events import GroupPurged, GroupResumed, NextMeetingSet
from bot.followups import queries
from bot.followups.records import Takeaway
from bot.followups.service import looking_back, reflections, retention, steps
from bot.groups import service as groups
from bot.jobs import queue
from bot.nudges import service as nudges
from bot.nudges.service import Compose
from bot.storage import Tx

# Jobs of versions before digests existed.
OLD_STEP = "followup.nudge"
OLD_LOOK_BACK = "followup.look_back"


def on_old_step_due(tx: Tx, item: queue.Job) -> None:
    """A question about a step that an older version scheduled: it becomes a nudge."""
    kept = tx.get(Takeaway, item.subject)
    if kept is not None:
        nudges.plan_nudge(tx, kept.user, queries.STEP_NUDGE, kept.id, tx.now, group=kept.group_id)


def on_old_look_back_due(tx: Tx, item: queue.Job) -> None:
    """A question about a look-back that an older version scheduled: it becomes a nudge."""
    kept = tx.get(Takeaway, item.subject)
    if kept is not None:
        looking_back.plan_look_backs(tx, groups.group_by_id(tx, kept.group_id))


def on_next_meeting_set(tx: Tx, event: NextMeetingSet) -> None:
    """The next meeting of a group has a date, or another one."""
    looking_back.plan_look_backs(tx, groups.group_by_id(tx, event.group_id))


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    """A group goes on, perhaps after a standstill, in which nothing was asked about its next meeting."""
    looking_back.plan_look_backs(tx, groups.group_by_id(tx, event.group_id))


def on_group_purged(tx: Tx, event: GroupPurged) -> None:
    retention.purge_before(tx, groups.group_by_id(tx, event.group_id), event.before)


JOBS: dict[str, queue.Handler] = {
    OLD_STEP: on_old_step_due,
    OLD_LOOK_BACK: on_old_look_back_due,
    **events.on(NextMeetingSet, on_next_meeting_set),
    **events.on(GroupResumed, on_group_resumed),
    **events.on(GroupPurged, on_group_purged),
}
DIGESTS: Mapping[str, Compose] = {
    queries.STEP_NUDGE: steps.compose_step_question,
    queries.SETTLE_NUDGE: steps.compose_question_after_settling,
    looking_back.ASK: looking_back.compose_look_back,
    reflections.REFLECTION: reflections.compose_reflection,
}
