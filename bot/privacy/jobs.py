"""Jobs of privacy: what is swept away after somebody was forgotten, what waited too long, and messages of long ago."""

from collections.abc import Callable, Mapping

from bot import events
from bot.delivery.message import Answer
from bot.events import GroupPurged, MessagesWillGo
from bot.jobs import queue
from bot.nudges.service import Compose
from bot.privacy import service
from bot.privacy.service import searching, waiting
from bot.storage import Tx

JOBS: dict[str, queue.Handler] = {
    searching.LOOK_UP: searching.on_look_up,
    service.SWEEP: service.on_sweep,
    **events.on(GroupPurged, service.on_group_purged),
    **events.on(MessagesWillGo, searching.on_messages_will_go),
}
ANSWERS: dict[str, Callable[[Tx, Answer], None]] = {
    searching.CHANNEL_PAGE: searching.on_channel_page,
    searching.THREAD_PAGE: searching.on_thread_page,
}
DIGESTS: Mapping[str, Compose] = {
    waiting.ASK: waiting.compose_question,
    waiting.TELL: waiting.compose_notice,
}
