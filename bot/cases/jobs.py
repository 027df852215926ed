"""Jobs of cases: retention."""

from bot import events
from bot.cases import service
from bot.events import GroupPurged
from bot.groups import service as groups
from bot.jobs import queue
from bot.storage import Tx


def on_group_purged(tx: Tx, event: GroupPurged) -> None:
    """Deletes the words of cases that the group keeps no longer."""
    service.purge_before(tx, groups.group_by_id(tx, event.group_id), event.before)


JOBS: dict[str, queue.Handler] = events.on(GroupPurged, on_group_purged)
