"""The sender: takes from the outbox what may go now, sends it, and writes down what became of it.

The order of things is what keeps a message from being lost or doubled: the claim commits before the call, and a
row that is claimed for the second time is looked up by its key before it goes again. docs/architecture.md has the
protocol with its failure windows.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import logs, metrics
from bot.delivery import claims, lost_messages, outbox, outcomes, rate_limits, web_api
from bot.delivery.claims import Sending
from bot.delivery.errors import NO_SUCH_MESSAGE, ErrorKind, Failure, kind_of
from bot.delivery.message import Answer, Guarantee
from bot.delivery.states import OutboxState
from bot.jobs.clock import Clock
from bot.storage import Store, StoreUnavailable, Tx, Workspace

log = structlog.get_logger()

# Pauses before another try, in seconds; the last one repeats. Together about an hour: Slack's longer troubles.
PAUSES = (1, 5, 15, 30, 60)
MAX_ATTEMPTS = 60
CALL_TIMEOUT = 10
# What this process does not know is left for so long to one that does.
UNKNOWN_ANSWER_WAIT = timedelta(minutes=1)
# How often a process looks whether another one has died with messages in its hands, in seconds.
DEAD_CHECK_SECONDS = 5

Answers = Mapping[str, Callable[[Tx, Workspace, Answer], None]]
OnFailure = Callable[[Tx, Failure], None]
P = ParamSpec("P")
R = TypeVar("R")


class Sender:
    """A worker for the waker: `run` begins to send everything that may go now, at most twenty at a time.

    One call that takes long holds up nothing but its own thread. `process_id` is the number of this process, by which the
    others know whether it is still there.
    """

    def __init__(
        self,
        store: Store,
        client_for: Callable[[Workspace], AsyncWebClient],
        clock: Clock,
        answers: Answers,
        on_failure: OnFailure,
        on_free: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._client_for = client_for
        self._clock = clock
        self._answers = answers
        self._on_failure = on_failure
        self.on_free = on_free
        self._process_id = store.notifier.process_id if store.notifier else secrets.randbelow(2**31 - 1) + 1
        self._under_way: set[asyncio.Task[None]] = set()
        self._limited_until: datetime | None = None
        self._dead_checked_at: float | None = None
        self._stopping = False

    @property
    def busy(self) -> bool:
        return bool(self._under_way)

    def stop_accepting(self) -> None:
        """Begins nothing more; what is being sent is sent."""
        self._stopping = True

    async def under_way(self) -> None:
        """Waits until what has been begun has ended."""
        await asyncio.gather(*self._under_way)

    async def run(self) -> None:
        """Begins to send what may go now."""
        await self._expire_dead_claims()
        while not self._stopping and (free := claims.MAX_IN_FLIGHT - len(self._under_way)):
            ids, self._limited_until = await self._store.read(claims.select_sendable, free)
            if not ids:
                return
            claimed = await self._store.transact(claims.claim, ids, self._process_id)
            for sending in claimed:
                task = asyncio.create_task(self._send_one(sending), name=f"send-{sending.id}")
                self._under_way.add(task)
                task.add_done_callback(self._ended)
            if not claimed:
                return

    async def next_at(self) -> datetime | None:
        """When there may be something to send again."""
        if len(self._under_way) == claims.MAX_IN_FLIGHT:
            # Whichever ends first wakes us.
            return None
        waiting = await self._store.read(claims.next_at)
        moments = [at for at in (waiting, self._limited_until) if at is not None]
        return min(moments) if moments else None

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            # What it was stays claimed, and is looked up once the claim has run out.
            log.warning("send_failed", error=type(problem).__name__)
        self.on_free()

    async def _expire_dead_claims(self) -> None:
        now = self._clock.monotonic()
        if self._dead_checked_at is not None and now - self._dead_checked_at < DEAD_CHECK_SECONDS:
            return
        self._dead_checked_at = now
        if await self._store.read(claims.claimed_by_others, self._process_id):
            await self._store.transact(claims.expire_claims_of_dead_processes, self._process_id)

    async def _send_one(self, sending: Sending) -> None:
        with logs.about(**_log_context(sending)):
            await self._send(sending)

    async def _send(self, sending: Sending) -> None:
        begun = self._clock.monotonic()
        perhaps_posted = sending.claim_count > 1 and sending.key is not None
        if sending.lost_target or (sending.expired and not perhaps_posted):
            reason = "expired" if sending.expired else outbox.NO_TARGET
            await self._drop(sending, reason)
            return
        if sending.unreadable:
            log.error("message_unreadable", method=sending.method)
            await self._record(outcomes.mark_given_up, sending, OutboxState.FAILED, "unreadable")
            metrics.count_given_up("failed")
            return
        if sending.kind == "ask" and sending.payload["answer"] not in self._answers:
            # A newer version asks, and knows what to do with the answer.
            await self._record(outcomes.release, sending, UNKNOWN_ANSWER_WAIT)
            return
        client = self._client_for(sending.workspace)
        try:
            if sending.claim_count > 1 and not sending.key and sending.guarantee == Guarantee.AT_MOST_ONCE:
                await self._on_unknown_outcome(sending)
                return
            if sending.kind == "post" and sending.thread_ts and not await self._has_thread(client, sending):
                if perhaps_posted:
                    await self._take_back_from_channel(client, sending)
                await self._record(_on_missing_thread, sending)
                return
            if perhaps_posted:
                found = await self._in_time(web_api.look_up(client, sending, self._clock.now()))
                metrics.count_lookup(found is not None)
                if found is not None:
                    await self._note_posted(sending, *found)
                    return
                if sending.expired:
                    await self._drop(sending, "expired")
                    return
            if self._clock.monotonic() - begun > claims.LEASE.total_seconds() - CALL_TIMEOUT:
                # Too little of the claim is left: another process could take over while the call is under way.
                await self._record(outcomes.release, sending, timedelta(0))
                return
            response = await self._in_time(web_api.call_slack(client, sending))
        except SlackApiError as problem:
            await self._on_refusal(sending, problem)
        except (TimeoutError, aiohttp.ClientError, OSError):
            await self._on_unknown_outcome(sending)
        except StoreUnavailable:
            raise
        except Exception as problem:
            # The SDK stumbles over answers that are not Slack's, a proxy's for one.
            log.warning("answer_unreadable", method=sending.method, error=type(problem).__name__)
            await self._on_unknown_outcome(sending)
        else:
            await self._on_success(sending, response)

    async def _in_time(self, call: Any) -> Any:
        return await asyncio.wait_for(call, self._clock.machine_seconds(CALL_TIMEOUT))

    async def _record(
        self,
        fn: Callable[Concatenate[Tx, Sending, P], R],
        sending: Sending,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Writes down what became of it; for as long as the claim holds, also when the database is away for a while."""
        until = self._clock.monotonic() + claims.LEASE.total_seconds()
        while True:
            try:
                return await self._store.transact(fn, sending, *args, **kwargs)
            except StoreUnavailable:
                if self._stopping or self._clock.monotonic() > until:
                    raise
                await asyncio.sleep(self._clock.machine_seconds(1))

    async def _on_success(self, sending: Sending, response: dict[str, Any]) -> None:
        if sending.kind == "ask":
            await self._record(self._answer, sending, response, "")
            return
        if web_api.left_its_thread(sending, response):
            # What was said in confidence stands in the channel: away with it, before anything else.
            await self._take_back(sending, response["ts"], response["channel"])
            await self._record(_on_missing_thread, sending)
            return
        if sending.key and sending.kind in ("post", "direct"):
            await self._note_posted(sending, [response["ts"]], response["channel"])
        else:
            await self._record(outcomes.mark_sent, sending)

    async def _note_posted(self, sending: Sending, standing: list[str], channel: str) -> None:
        """Notes where it stands. Only what stands there beside the message that counts is taken back."""
        counts = await self._record(outcomes.note_posted, sending, standing[0], channel)
        for doubled in standing:
            if counts is not None and doubled != counts:
                await self._take_back(sending, doubled, channel)

    async def _has_thread(self, client: AsyncWebClient, sending: Sending) -> bool:
        try:
            standing: bool = await self._in_time(web_api.has_thread(client, sending))
        except TimeoutError:
            return True
        return standing

    async def _take_back_from_channel(self, client: AsyncWebClient, sending: Sending) -> None:
        """A reply in doubt whose thread is gone: if it was posted, it stands in the channel, where it must not stay."""
        found = await self._in_time(
            web_api.look_up(client, replace(sending, thread_ts=None), self._clock.now())
        )
        if found is not None:
            standing, channel = found
            for ts in standing:
                await self._take_back(sending, ts, channel)

    async def _take_back(self, sending: Sending, ts: str, channel: str) -> None:
        client = self._client_for(sending.workspace)
        try:
            await self._in_time(client.chat_delete(channel=channel, ts=ts))
            metrics.count_withdrawal()
        except (SlackApiError, TimeoutError, aiohttp.ClientError, OSError) as problem:
            log.warning("sent_twice", method=sending.method, error=type(problem).__name__)

    async def _on_refusal(self, sending: Sending, problem: SlackApiError) -> None:
        response: Any = problem.response
        if not isinstance(response, AsyncSlackResponse):
            # An answer that could not be read: cut short, or not from Slack.
            await self._on_unknown_outcome(sending)
            return
        if response.status_code == 429:
            await self._record(_release_after_429, sending, timedelta(seconds=_retry_after(response)))
            return
        # Text is what a proxy in between answers; what it did with the call nobody knows.
        readable = response.status_code < 500 and isinstance(response.data, dict)
        code = str(response.get("error") or "internal_error") if readable else "internal_error"
        error_kind = kind_of(code)
        log.info("slack_refused", method=sending.method, outcome=code)
        if error_kind is ErrorKind.RETRY and sending.attempts < MAX_ATTEMPTS:
            await self._record(outcomes.release, sending, _pause(sending.attempts))
        elif error_kind is ErrorKind.IN_DOUBT:
            await self._on_unknown_outcome(sending)
        elif sending.kind == "ask":
            await self._record(self._answer, sending, {}, code)
        elif sending.kind in ("update", "delete") and code in NO_SUCH_MESSAGE:
            await self._record(_on_missing_message, sending)
        else:
            await self._record(self._fail, sending, error_kind, code)
            metrics.count_given_up("failed")

    async def _on_unknown_outcome(self, sending: Sending) -> None:
        if sending.attempts >= MAX_ATTEMPTS:
            await self._record(self._fail, sending, ErrorKind.IN_DOUBT, "no_answer")
            metrics.count_given_up("failed")
        elif sending.key:
            await self._record(outcomes.mark_in_doubt, sending, _pause(sending.attempts))
        elif sending.guarantee == Guarantee.AT_MOST_ONCE:
            # It may have been seen; seeing it twice is worse than trusting that it was.
            await self._drop(sending, "no_answer")
        else:
            # Edits, Home views, deletions and questions can simply be repeated.
            await self._record(outcomes.release, sending, _pause(sending.attempts))

    async def _drop(self, sending: Sending, reason: str) -> None:
        await self._record(outcomes.mark_given_up, sending, OutboxState.DROPPED, reason)
        metrics.count_given_up("dropped")

    def _answer(self, tx: Tx, sending: Sending, response: dict[str, Any], error: str) -> None:
        if outcomes.mark_sent(tx, sending):
            payload = sending.payload
            self._answers[payload["answer"]](
                tx, sending.workspace, Answer(payload["subject"], response, error)
            )

    def _fail(self, tx: Tx, sending: Sending, error_kind: ErrorKind, code: str) -> None:
        outcomes.mark_given_up(tx, sending, OutboxState.FAILED, code)
        self._on_failure(
            tx, Failure(sending.workspace, error_kind, code, sending.channel, sending.user, sending.key)
        )


def _log_context(sending: Sending) -> dict[str, str]:
    """What the log may say of it: a key begins with what it belongs to, and its id."""
    known = {"workspace": sending.workspace.team_id}
    belongs_to, _, rest = sending.about.partition("/")
    if belongs_to in ("session", "group"):
        known[belongs_to] = rest.partition("/")[0]
    return known


def _release_after_429(tx: Tx, sending: Sending, retry_after: timedelta) -> None:
    """Slack said 429: certainly not sent, and nothing of this kind goes before its time, from no process."""
    rate_limits.record_429(tx, sending.workspace, sending.method, retry_after)
    outcomes.release(tx, sending, retry_after)


def _on_missing_message(tx: Tx, sending: Sending) -> None:
    """What was to be edited was deleted by hand; what was to be deleted is."""
    if sending.kind == "delete":
        outcomes.mark_sent(tx, sending)
    else:
        outcomes.mark_given_up(tx, sending, OutboxState.DROPPED, outbox.DELETED)
        lost_messages.mark_lost(tx, sending.workspace, sending.about, sending.target_ts, told=False)


def _on_missing_thread(tx: Tx, sending: Sending) -> None:
    """What it answers to was deleted by hand: it waits until that stands there again."""
    outcomes.release(tx, sending, timedelta(0))
    if sending.thread_key is not None:
        lost_messages.mark_lost(tx, sending.workspace, sending.thread_key, sending.thread_ts, told=True)


def _retry_after(response: AsyncSlackResponse) -> float:
    """Seconds. Page: Rate limits."""
    try:
        return max(1.0, float(response.headers.get("Retry-After", 1)))
    except ValueError:
        return 1.0


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=PAUSES[min(attempts, len(PAUSES) - 1)])
