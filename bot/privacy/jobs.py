"""Jobs of privacy: what is swept away after somebody was forgotten, and what waited too long."""

from collections.abc import Mapping

from bot import events
from bot.events import GroupPurged
from bot.jobs import queue
from bot.nudges.service import Compose
from bot.privacy import service
from bot.privacy.service import waiting

JOBS: dict[str, queue.Handler] = {
    service.SWEEP: service.on_sweep,
    **events.on(GroupPurged, service.on_group_purged),
}
DIGESTS: Mapping[str, Compose] = {
    waiting.ASK: waiting.compose_question,
    waiting.TELL: waiting.compose_notice,
}
