"""Known threads: the messages of which Slack has just said that they stand, so that a reply need not ask again.

The memory belongs to one process, and ends after KNOWN_SECONDS. When Slack reports a deletion, the outbox forgets the
`ts` of that message, in every process: no reply can go to it any more (lost_messages.py). A deletion that nobody
reported shows in the answer to the next reply, which is then taken back.
"""

import asyncio
from collections import OrderedDict
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.claims import Sending
from bot.delivery.web_api import CALL_TIMEOUT, has_thread
from bot.jobs.clock import Clock
from bot.storage import Workspace

# A minute covers the turns and prompts of one moment in a session.
KNOWN_SECONDS = 60
MAX_KNOWN = 1_000

_Place = tuple[Workspace, str | None, str | None]


class KnownThreads:
    """Known threads: each place in Slack with the moment when it was last seen to stand, the earliest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[_Place, float] = OrderedDict()

    async def stands(self, client: AsyncWebClient, sending: Sending) -> bool:
        """Whether the thread of this reply stands. Only a clear "no" of Slack counts."""
        # A reply in doubt may stand in the channel by now, so its thread is looked at each time.
        if sending.claim_count == 1 and self._knows(sending):
            return True
        try:
            async with asyncio.timeout(self._clock.machine_seconds(CALL_TIMEOUT)):
                standing = await has_thread(client, sending)
        except TimeoutError:
            return True
        if not standing:
            self.forget(sending)
        return standing

    def note_success(self, sending: Sending, response: dict[str, Any]) -> None:
        """Note the message that must stand, since Slack took this row: the one edited, replied to, or posted."""
        match sending.kind:
            case "update":
                ts = sending.target_ts
            case "post":
                ts = sending.thread_ts or response.get("ts")
            case _:
                return
        place = (sending.workspace, sending.channel, ts)
        self._seen[place] = self._clock.monotonic()
        self._seen.move_to_end(place)
        if len(self._seen) > MAX_KNOWN:
            self._seen.popitem(last=False)

    def forget(self, sending: Sending) -> None:
        """Forget the messages that this row edits or replies to: Slack refused it, or they are gone."""
        for ts in (sending.thread_ts, sending.target_ts):
            self._seen.pop((sending.workspace, sending.channel, ts), None)

    def _knows(self, sending: Sending) -> bool:
        seen = self._seen.get((sending.workspace, sending.channel, sending.thread_ts))
        return seen is not None and 0 <= self._clock.monotonic() - seen < KNOWN_SECONDS
