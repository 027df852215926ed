"""The sender: takes from the outbox what may go now, sends it, and writes down what became of it.

The order of things is what keeps a message from being lost or doubled: the claim commits before the call, and a
row that is claimed for the second time is looked up by its key before it goes again. docs/architecture.md has the
protocol with its failure windows.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery import queue
from bot.delivery.errors import Failure, Meaning, meaning_of
from bot.delivery.message import Answer, AtWorst
from bot.delivery.pacing import Pace
from bot.delivery.queue import Sending
from bot.storage import Store, Tx, Workspace
from bot.timing.clock import Clock

log = structlog.get_logger()

# Pauses before another try, in seconds; the last one repeats.
PAUSES = (1, 5, 20, 60, 300)
TRIES = 12
CALL_TIMEOUT = 10

Answers = Mapping[str, Callable[[Tx, Workspace, Answer], None]]
OnFailure = Callable[[Tx, Failure], None]


class Sender:
    """A worker for the waker: `run` sends everything that may go now."""

    def __init__(
        self,
        store: Store,
        client_for: Callable[[Workspace], AsyncWebClient],
        clock: Clock,
        answers: Answers,
        on_failure: OnFailure,
    ) -> None:
        self._store = store
        self._client_for = client_for
        self._clock = clock
        self._answers = answers
        self._on_failure = on_failure
        self._pace = Pace()
        self._paced_until: datetime | None = None

    async def run(self) -> None:
        """Sends until nothing more may go now."""
        while chosen := self._choose(await self._store.read(queue.ready)):
            claimed = await self._store.transact(queue.claim, chosen)
            await asyncio.gather(*(self._send(sending) for sending in claimed))

    async def next_at(self) -> datetime | None:
        """When there may be something to send again."""
        waiting = await self._store.read(queue.next_at)
        if waiting is None:
            return None
        if self._paced_until and waiting <= self._clock.now():
            return self._paced_until
        return waiting

    def _choose(self, candidates: list[tuple[int, str, str, str | None]]) -> list[int]:
        now = self._clock.monotonic()
        chosen: list[int] = []
        waits: list[float] = []
        for row_id, team, kind, channel in candidates:
            method = queue.METHODS.get(kind, kind)
            wait = self._pace.wait(team, method, channel, now)
            if wait > 0:
                waits.append(wait)
            elif len(chosen) < queue.IN_FLIGHT:
                self._pace.take(team, method, channel, now)
                chosen.append(row_id)
        self._paced_until = self._clock.now() + timedelta(seconds=min(waits)) if waits else None
        return chosen

    async def _send(self, sending: Sending) -> None:
        if sending.expired or sending.lost_target:
            await self._store.transact(
                queue.give_up, sending, "dropped", "expired" if sending.expired else "target"
            )
            return
        try:
            if sending.token > 1 and not sending.key and sending.at_worst == AtWorst.NEVER:
                await self._unknown(sending)
                return
            if sending.token > 1 and sending.key:
                found = await asyncio.wait_for(self._look_up(sending), CALL_TIMEOUT)
                if found is not None:
                    await self._store.transact(queue.sent, sending, *found)
                    return
            response = await asyncio.wait_for(self._call(sending), CALL_TIMEOUT)
        except SlackApiError as problem:
            await self._refused(sending, problem)
        except (TimeoutError, aiohttp.ClientError, OSError):
            await self._unknown(sending)
        else:
            await self._arrived(sending, response)

    async def _arrived(self, sending: Sending, response: dict[str, Any]) -> None:
        if sending.kind == "ask":
            await self._store.transact(self._answer, sending, response, "")
            return
        kept = await self._store.transact(queue.sent, sending, response.get("ts"), response.get("channel"))
        if not kept and sending.kind in ("post", "direct"):
            # We were taken over while we hung: the other one has posted it too, so ours goes.
            await self._take_back(sending, response)

    async def _take_back(self, sending: Sending, response: dict[str, Any]) -> None:
        client = self._client_for(sending.workspace)
        try:
            await asyncio.wait_for(
                client.chat_delete(channel=response["channel"], ts=response["ts"]), CALL_TIMEOUT
            )
        except (SlackApiError, TimeoutError, aiohttp.ClientError, OSError) as problem:
            log.warning("sent_twice", method=sending.method, error=type(problem).__name__)

    async def _refused(self, sending: Sending, problem: SlackApiError) -> None:
        response: Any = problem.response
        if not isinstance(response, AsyncSlackResponse):
            # An answer that could not be read: cut short, or not from Slack.
            await self._unknown(sending)
            return
        now = self._clock.monotonic()
        if response.status_code == 429:
            seconds = float(response.headers.get("Retry-After", 1))
            self._pace.refused(sending.workspace.team_id, sending.method, seconds, now)
            await self._store.transact(queue.give_back, sending, timedelta(seconds=seconds))
            return
        code = (
            str(response.get("error") or "internal_error") if response.status_code < 500 else "internal_error"
        )
        meaning = meaning_of(code)
        log.info("slack_refused", method=sending.method, outcome=code)
        if meaning is Meaning.AGAIN and sending.tries < TRIES:
            await self._store.transact(queue.give_back, sending, _pause(sending.tries))
        elif meaning is Meaning.UNKNOWN:
            await self._unknown(sending)
        elif sending.kind == "ask":
            await self._store.transact(self._answer, sending, {}, code)
        else:
            await self._store.transact(self._fail, sending, meaning, code)

    async def _unknown(self, sending: Sending) -> None:
        if sending.tries >= TRIES:
            await self._store.transact(self._fail, sending, Meaning.UNKNOWN, "no_answer")
        elif sending.key:
            await self._store.transact(queue.in_doubt, sending)
        elif sending.at_worst == AtWorst.NEVER:
            # It may have been seen; seeing it twice is worse than trusting that it was.
            await self._store.transact(queue.give_up, sending, "dropped", "no_answer")
        else:
            # Edits, Home views, deletions and questions can simply be repeated.
            await self._store.transact(queue.give_back, sending, _pause(sending.tries))

    async def _look_up(self, sending: Sending) -> tuple[str, str] | None:
        """Where our message with this key stands, if it was posted after all."""
        client = self._client_for(sending.workspace)
        channel = sending.channel
        if sending.kind == "direct" and not channel:
            opened = await client.conversations_open(users=sending.user)
            channel = opened["channel"]["id"]
        assert channel is not None
        oldest = str((sending.started_before or self._clock.now()).timestamp() - 5)
        try:
            if sending.thread_ts:
                found = await client.conversations_replies(
                    channel=channel, ts=sending.thread_ts, oldest=oldest, limit=200, include_all_metadata=True
                )
            else:
                found = await client.conversations_history(
                    channel=channel, oldest=oldest, limit=200, include_all_metadata=True
                )
        except SlackApiError as problem:
            if (
                meaning_of(str(problem.response.get("error"))) is Meaning.NOT_ALLOWED
                and sending.at_worst == "twice"
            ):
                # Installed without the history scopes: this kind of message may rather appear twice than not at all.
                log.warning("sent_without_look_up", method=sending.method)
                return None
            raise
        for message in found["messages"]:
            if message.get("metadata", {}).get("event_payload", {}).get("key") == sending.key:
                return message["ts"], channel
        return None

    async def _call(self, sending: Sending) -> dict[str, Any]:
        arguments = _arguments(sending)
        client = self._client_for(sending.workspace)
        if sending.kind == "ask":
            response = await client.api_call(sending.method, params=arguments)
        else:
            response = await client.api_call(sending.method, json=arguments)
        return dict(response.data) if isinstance(response.data, dict) else {}

    def _answer(self, tx: Tx, sending: Sending, response: dict[str, Any], error: str) -> None:
        if queue.sent(tx, sending, None, None):
            payload = sending.payload
            self._answers[payload["answer"]](
                tx, sending.workspace, Answer(payload["subject"], response, error)
            )

    def _fail(self, tx: Tx, sending: Sending, meaning: Meaning, code: str) -> None:
        queue.give_up(tx, sending, "failed", code)
        self._on_failure(
            tx, Failure(sending.workspace, meaning, code, sending.channel, sending.user, sending.key)
        )


def _pause(tries: int) -> timedelta:
    return timedelta(seconds=PAUSES[min(tries, len(PAUSES) - 1)])


def _arguments(sending: Sending) -> dict[str, Any]:
    payload = sending.payload
    match sending.kind:
        case "post" | "direct":
            arguments = {
                "channel": sending.channel or sending.user,
                "unfurl_links": False,
                "unfurl_media": False,
                **payload,
            }
            if sending.key:
                # Readable by every app in the workspace: a key, never a word of content.
                arguments["metadata"] = {"event_type": "intervisie", "event_payload": {"key": sending.key}}
            if sending.thread_ts:
                arguments["thread_ts"] = sending.thread_ts
        case "whisper":
            arguments = {"channel": sending.channel, "user": sending.user, **payload}
            if sending.thread_ts:
                arguments["thread_ts"] = sending.thread_ts
        case "update":
            arguments = {"channel": sending.channel, "ts": sending.target_ts, **payload}
        case "delete":
            arguments = {"channel": sending.channel, "ts": sending.target_ts}
        case "home":
            arguments = {"user_id": sending.user, **payload}
        case _:
            arguments = payload["arguments"]
    return arguments
