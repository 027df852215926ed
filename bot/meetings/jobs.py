"""Jobs and events of meetings: a series goes on, and old places are purged."""

from sqlalchemy import update

from bot import events
from bot.events import GroupPurged, GroupResumed
from bot.groups import service as groups
from bot.jobs import queue
from bot.meetings import queries
from bot.meetings.records import Meeting, Series
from bot.meetings.service import series
from bot.storage import Tx


def on_extend_due(tx: Tx, item: queue.Job) -> None:
    """A meeting of a series has begun: one more is planned. The channel knows the rhythm, so it reads nothing."""
    found = tx.get(Series, item.subject)
    if found is not None:
        series.extend_series(tx, groups.group_by_id(tx, found.group_id))


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    """A group goes on after a pause, during which its series was not extended."""
    series.extend_series(tx, groups.group_by_id(tx, event.group_id))


def on_group_purged(tx: Tx, event: GroupPurged) -> None:
    """Purge the places of old meetings and series; their dates stay."""
    group, before = event.group_id, event.before
    for over in queries.series_over_before(tx, group, before):
        over.place = ""
    old = (Meeting.of(tx.workspace), Meeting.group_id == group, Meeting.starts_at < before)
    tx.change((update(Meeting).where(*old).values(place=""), {}))


JOBS: dict[str, queue.Handler] = {
    series.EXTEND: on_extend_due,
    **events.on(GroupResumed, on_group_resumed),
    **events.on(GroupPurged, on_group_purged),
}
