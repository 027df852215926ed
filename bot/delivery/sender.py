"""Sender: claims outbox rows, sends them to Slack, and records the outcome.

The order prevents lost and duplicate messages: the claim commits before the call, and on its second claim a row is looked
up by its key before it is sent again. docs/decisions/0002 has the failure windows.
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
from bot.delivery import claims, lost_messages, outbox, outcomes, rate_limits, sendable, web_api
from bot.delivery.after_absence import look_up_of_before, may_stand_already
from bot.delivery.claims import Sending
from bot.delivery.errors import NO_SUCH_MESSAGE, ErrorKind, Failure, kind_of
from bot.delivery.known_threads import KnownThreads
from bot.delivery.message import Answer, Guarantee
from bot.delivery.states import OutboxState
from bot.delivery.token_watch import TokenWatch, refuses_token, release_for_token, select_work
from bot.jobs.clock import Clock
from bot.jobs.heartbeat import LastAbsence
from bot.storage import Store, StoreUnavailable, Tx, Workspace, in_workspace

log = structlog.get_logger()

# Seconds before another attempt; the last pause repeats. MAX_ATTEMPTS together last about an hour.
PAUSES = (1, 5, 15, 30, 60)
MAX_ATTEMPTS = 60
# After these attempts, for the edit that gives a discreet message its full text: without it nobody can have it read out.
PAUSE_OF_FULL_TEXT = timedelta(minutes=10)
# How long a call with an unknown answer name is left to processes of a newer version.
UNKNOWN_ANSWER_WAIT = timedelta(minutes=1)
# How often a process checks the claims of dead processes.
DEAD_CHECK_SECONDS = 5

Answers = Mapping[str, Callable[[Tx, Answer], None]]
OnFailure = Callable[[Tx, Failure], None]
P = ParamSpec("P")
R = TypeVar("R")


class Sender:
    """Sender: a worker whose `run` starts to send every sendable row, at most MAX_IN_FLIGHT at a time.

    A slow call delays only the rows of its own ordering key. Other processes see by the process id of a claim whether its
    sender is still alive.
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
        self._process_id = store.notifier.process_id if store.notifier else secrets.randbits(31)
        self._tokens = TokenWatch(store, client_for, clock)
        self._threads = KnownThreads(clock)
        self._under_way: set[asyncio.Task[None]] = set()
        self._limited_until: datetime | None = None
        self._absence: LastAbsence | None = None
        self._dead_checked_at: float | None = None
        self._stopping = False

    @property
    def busy(self) -> bool:
        return bool(self._under_way)

    def stop_accepting(self) -> None:
        """Start no further calls; running calls are finished."""
        self._stopping = True

    async def under_way(self) -> None:
        """Wait until the running calls have ended."""
        await asyncio.gather(*self._under_way)

    async def run(self) -> None:
        """Start to send every sendable row."""
        await self._expire_dead_claims()
        while not self._stopping and (free := sendable.MAX_IN_FLIGHT - len(self._under_way)):
            work = await self._store.read(select_work, free)
            self._tokens.known, self._limited_until, self._absence = (
                work.pauses,
                work.limited_until,
                work.absence,
            )
            if await self._tokens.probe():
                continue
            if not work.ids:
                return
            claimed = await self._store.transact(claims.claim, work.ids, self._process_id)
            for sending in claimed:
                task = asyncio.create_task(self._send_one(sending), name=f"send-{sending.id}")
                self._under_way.add(task)
                task.add_done_callback(self._ended)
            if not claimed or len(claimed) == len(work.ids) < free:
                # All sendable rows are under way. The end of each call wakes the loop for the rows behind it.
                return

    async def next_at(self) -> datetime | None:
        """When there may be rows to send again."""
        if len(self._under_way) == sendable.MAX_IN_FLIGHT:
            # The first call that ends wakes the worker loop.
            return None
        waiting = await self._store.read(sendable.next_at)
        moments = [at for at in (waiting, self._limited_until) if at is not None]
        return min(moments) if moments else None

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            # The row stays claimed, and is looked up once its lease has run out.
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
            # A newer version made this call and handles its answer.
            await self._record(outcomes.release, sending, UNKNOWN_ANSWER_WAIT)
            return
        client = self._client_for(sending.workspace)
        try:
            if sending.claim_count > 1 and not sending.key and sending.guarantee == Guarantee.AT_MOST_ONCE:
                await self._on_unknown_outcome(sending)
                return
            if (
                sending.kind == "post"
                and sending.thread_ts
                and not await self._threads.stands(client, sending)
            ):
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
            elif await self._was_posted_before_absence(client, sending):
                return
            if self._clock.monotonic() - begun > claims.LEASE.total_seconds() - web_api.CALL_TIMEOUT:
                # Too little of the lease is left: another process could take over during the call.
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
            # The SDK fails on answers that are not Slack's, for example a proxy's.
            log.warning("answer_unreadable", method=sending.method, error=type(problem).__name__)
            await self._on_unknown_outcome(sending)
        else:
            await self._on_success(sending, response)

    async def _in_time(self, call: Any) -> Any:
        async with asyncio.timeout(self._clock.machine_seconds(web_api.CALL_TIMEOUT)):
            return await call

    async def _record(
        self,
        fn: Callable[Concatenate[Tx, Sending, P], R],
        sending: Sending,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Record an outcome. While the lease holds, retry if the database is unavailable."""
        until = self._clock.monotonic() + claims.LEASE.total_seconds()
        while True:
            try:
                return await self._store.transact(
                    in_workspace(sending.workspace, fn), sending, *args, **kwargs
                )
            except StoreUnavailable:
                if self._stopping or self._clock.monotonic() > until:
                    raise
                await asyncio.sleep(self._clock.machine_seconds(1))

    async def _on_success(self, sending: Sending, response: dict[str, Any]) -> None:
        await self._tokens.on_success(sending)
        if sending.kind == "ask":
            await self._record_answer(sending, response, "")
            return
        if web_api.left_its_thread(sending, response):
            # A confidential reply was posted in the channel itself: delete it before anything else.
            self._threads.forget(sending)
            await self._take_back(sending, response["ts"], response["channel"])
            await self._record(_on_missing_thread, sending)
            return
        self._threads.note_success(sending, response)
        if sending.key and sending.kind in ("post", "direct"):
            await self._note_posted(sending, [response["ts"]], response["channel"])
        else:
            await self._record(outcomes.mark_sent, sending)

    async def _was_posted_before_absence(self, client: AsyncWebClient, sending: Sending) -> bool:
        if self._absence is None or not may_stand_already(sending, self._absence):
            return False
        found = await self._in_time(look_up_of_before(client, sending, self._absence))
        if found is None:
            return False
        await self._note_posted(sending, *found, is_of_before=True)
        return True

    async def _note_posted(
        self, sending: Sending, standing: list[str], channel: str, *, is_of_before: bool = False
    ) -> None:
        """Record the message that counts, and delete its duplicates."""
        counts = await self._record(
            outcomes.note_posted, sending, standing[0], channel, is_of_before=is_of_before
        )
        for doubled in standing:
            if counts is not None and doubled != counts:
                await self._take_back(sending, doubled, channel)

    async def _take_back_from_channel(self, client: AsyncWebClient, sending: Sending) -> None:
        """Delete a reply in doubt whose thread was deleted: Slack may have posted it in the channel itself."""
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
            # An unreadable answer: cut short, or not from Slack.
            await self._on_unknown_outcome(sending)
            return
        if response.status_code == 429:
            await self._record(_release_after_429, sending, rate_limits.retry_after(response.headers))
            return
        # Plain text comes from a proxy, which may or may not have passed the call on.
        readable = response.status_code < 500 and isinstance(response.data, dict)
        code = str(response.get("error") or "internal_error") if readable else "internal_error"
        error_kind = kind_of(code)
        log.info("slack_refused", method=sending.method, outcome=code)
        self._threads.forget(sending)
        if refuses_token(sending, response, code):
            await self._record(release_for_token, sending, code)
        elif error_kind is ErrorKind.RETRY and sending.attempts < MAX_ATTEMPTS:
            await self._record(outcomes.release, sending, _pause(sending.attempts))
        elif _must_hold(sending) and error_kind in (ErrorKind.RETRY, ErrorKind.NOT_ALLOWED):
            await self._record(outcomes.release, sending, PAUSE_OF_FULL_TEXT)
        elif error_kind is ErrorKind.IN_DOUBT:
            await self._on_unknown_outcome(sending)
        elif sending.kind == "ask":
            await self._record_answer(sending, {}, code)
        elif sending.kind in ("update", "delete") and code in NO_SUCH_MESSAGE:
            await self._record(_on_missing_message, sending)
        else:
            await self._record(self._fail, sending, error_kind, code)
            metrics.count_given_up("failed")

    async def _record_answer(self, sending: Sending, response: dict[str, Any], error: str) -> None:
        """Record an answer. While its room cannot handle it Slack is asked again, with growing pauses and not for ever."""
        try:
            await self._record(self._answer, sending, response, error)
        except StoreUnavailable:
            raise
        except Exception as problem:
            log.warning("answer_not_handled", method=sending.method, error=type(problem).__name__)
            if sending.attempts < MAX_ATTEMPTS:
                await self._record(outcomes.release, sending, _pause(sending.attempts))
                return
            await self._record(outcomes.mark_given_up, sending, OutboxState.FAILED, "answer_not_handled")
            metrics.count_given_up("failed")

    async def _on_unknown_outcome(self, sending: Sending) -> None:
        if sending.attempts >= MAX_ATTEMPTS and _must_hold(sending):
            await self._record(outcomes.release, sending, PAUSE_OF_FULL_TEXT)
        elif sending.attempts >= MAX_ATTEMPTS:
            await self._record(self._fail, sending, ErrorKind.IN_DOUBT, "no_answer")
            metrics.count_given_up("failed")
        elif sending.key:
            await self._record(outcomes.mark_in_doubt, sending, _pause(sending.attempts))
        elif sending.guarantee == Guarantee.AT_MOST_ONCE:
            # It may have arrived, and a second copy would be worse than none.
            await self._drop(sending, "no_answer")
        else:
            # Edits, Home views, deletions and reading calls can be repeated without harm.
            await self._record(outcomes.release, sending, _pause(sending.attempts))

    async def _drop(self, sending: Sending, reason: str) -> None:
        await self._record(outcomes.mark_given_up, sending, OutboxState.DROPPED, reason)
        metrics.count_given_up("dropped")

    def _answer(self, tx: Tx, sending: Sending, response: dict[str, Any], error: str) -> None:
        if outcomes.mark_sent(tx, sending):
            payload = sending.payload
            # Calls of an older version carry no "about".
            answer = Answer(payload["subject"], response, error, payload.get("about") or {})
            self._answers[payload["answer"]](tx, answer)

    def _fail(self, tx: Tx, sending: Sending, error_kind: ErrorKind, code: str) -> None:
        outcomes.mark_given_up(tx, sending, OutboxState.FAILED, code)
        self._on_failure(
            tx, Failure(sending.workspace, error_kind, code, sending.channel, sending.user, sending.key)
        )


def _log_context(sending: Sending) -> dict[str, str]:
    """Log context of a row: its key begins with the owner and its id, as in "session/<id>/…"."""
    known = {"workspace": sending.workspace.team_id}
    belongs_to, _, rest = sending.about.partition("/")
    if belongs_to in ("session", "group"):
        known[belongs_to] = rest.partition("/")[0]
    return known


def _release_after_429(tx: Tx, sending: Sending, retry_after: timedelta) -> None:
    """Handle a 429: the row was certainly not sent, and all processes pause this method."""
    rate_limits.record_429(tx, sending.method, retry_after)
    outcomes.release(tx, sending, retry_after)


def _on_missing_message(tx: Tx, sending: Sending) -> None:
    """Handle a missing message: a deletion is done, and an edit shows that the message was lost."""
    if sending.kind == "delete":
        outcomes.mark_sent(tx, sending)
    else:
        outcomes.mark_given_up(tx, sending, OutboxState.DROPPED, outbox.DELETED)
        lost_messages.mark_lost(tx, sending.about, sending.target_ts, told=False)


def _on_missing_thread(tx: Tx, sending: Sending) -> None:
    """Handle a deleted thread: release the reply, which waits until the thread is posted again."""
    outcomes.release(tx, sending, timedelta(0))
    if sending.thread_key is not None:
        lost_messages.mark_lost(tx, sending.thread_key, sending.thread_ts, told=True)


def _must_hold(sending: Sending) -> bool:
    """Whether this edit gives a discreet message its full text."""
    return sending.kind == "update" and sending.discreet is not None


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=PAUSES[min(attempts, len(PAUSES) - 1)])
