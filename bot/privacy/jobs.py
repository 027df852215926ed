"""Jobs of privacy: what is swept away after somebody was forgotten."""

from bot import events
from bot.events import GroupPurged
from bot.jobs import queue
from bot.privacy import service

JOBS: dict[str, queue.Handler] = {
    service.SWEEP: service.on_sweep,
    **events.on(GroupPurged, service.on_group_purged),
}
