"""Inbox: handles every envelope once, however often and on whichever connection it arrives."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic

import structlog
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

log = structlog.get_logger()

# Slack repeats an envelope without an ack within 3 s, and events within minutes. A repeated event may have a new
# envelope_id; dedup.py catches that one. https://docs.slack.dev/apis/events-api/#retries
KEPT_SECONDS = 600.0
KEPT_AT_MOST = 1000

Handle = Callable[[SocketModeRequest], Awaitable[BoltResponse]]


class Inbox:
    """Inbox: keeps the answers to envelopes for a while."""

    def __init__(self, handle: Handle) -> None:
        self.repeats = 0
        self._handle = handle
        self._under_way: dict[str, asyncio.Task[SocketModeResponse | None]] = {}
        self._answered: OrderedDict[str, tuple[float, SocketModeResponse]] = OrderedDict()

    async def answer(self, request: SocketModeRequest) -> SocketModeResponse | None:
        """The answer for the ack; None if the envelope must not be acknowledged.

        A repeated envelope waits for the first answer and gets it too. An empty ack would close a form that is still being
        validated.
        """
        known = self._answered.get(request.envelope_id)
        if known:
            self.repeats += 1
            return known[1]
        running = self._under_way.get(request.envelope_id)
        if running:
            self.repeats += 1
        else:
            running = asyncio.create_task(self._handled(request))
            self._under_way[request.envelope_id] = running
        return await asyncio.shield(running)

    async def _handled(self, request: SocketModeRequest) -> SocketModeResponse | None:
        answer = None
        try:
            response = await self._handle(request)
            if response.status == 200:
                answer = _answer(request, response)
            else:
                log.warning("envelope_not_taken", kind=request.type, outcome=response.status)
        except Exception as problem:
            log.error("envelope_failed", kind=request.type, error=type(problem).__name__)
        finally:
            del self._under_way[request.envelope_id]
        if answer:
            # Failed envelopes are not stored, so that a repeated one is handled again.
            self._answered[request.envelope_id] = (monotonic(), answer)
            self._forget()
        return answer

    def _forget(self) -> None:
        while self._answered:
            at, _ = next(iter(self._answered.values()))
            if len(self._answered) <= KEPT_AT_MOST and monotonic() - at < KEPT_SECONDS:
                return
            self._answered.popitem(last=False)


def _answer(request: SocketModeRequest, response: BoltResponse) -> SocketModeResponse:
    if not response.body or not request.accepts_response_payload:
        return SocketModeResponse(request.envelope_id)
    if response.headers.get("content-type", [""])[0].startswith("application/json"):
        return SocketModeResponse(request.envelope_id, json.loads(response.body))
    return SocketModeResponse(request.envelope_id, {"text": response.body})
