"""Socket pool: keeps connections to Slack open, and reports truthfully whether there are any."""

import asyncio
import contextlib
from time import monotonic

import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.errors import ErrorKind, kind_of
from bot.logs import Advice
from bot.slack.sockets.backoff import error_and_pause, pause_after
from bot.slack.sockets.connection import (
    CROWDED,
    LINK_DISABLED,
    LOST,
    RECOUNT,
    SILENT,
    TOO_MANY,
    UNCOUNTED,
    Connection,
    NoHello,
)
from bot.slack.sockets.crowding import Crowding
from bot.slack.sockets.inbox import Inbox
from bot.slack.sockets.ledger import Ledger
from bot.slack.sockets.times import CONNECTIONS, CONNECTIONS_WHEN_CROWDED, Times

log = structlog.get_logger()


class SocketPool:
    """Socket pool of this process. `start` and `stop` it once.

    Counters: `opened`, `announced` (replaced at Slack's request), `lost` (closed without one),
    `ghosts`, `unacked` (answers whose connection had gone), `repeats`, `counted` (connections of the app according to
    Slack's last hello, those of other processes included), `trouble` (why there are too few, or "").
    """

    def __init__(
        self,
        bolt: AsyncApp,
        app_token: str,
        client: AsyncWebClient,
        *,
        connections: int = CONNECTIONS,
        times: Times | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.opened = self.announced = self.lost = self.ghosts = self.unacked = 0
        self.counted: int | None = None
        self.trouble = ""
        self._bolt = bolt
        self._token = app_token
        self._client = client
        self._connections = self._wanted = connections
        self._times = times or Times()
        self._ledger = ledger
        self._crowding = Crowding(self._times.crowded)
        self._inbox = Inbox(self._handle)
        self._held: list[Connection] = []
        self._loops: list[asyncio.Task[None]] = []
        self._retiring: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._logged: set[str] = set()
        self._failures = self._young_ends = 0
        self._not_before = self._recounted_at = float("-inf")

    @property
    def repeats(self) -> int:
        return self._inbox.repeats

    @property
    def live(self) -> int:
        """The number of live connections: heard from lately, and not switched off."""
        return len(self._live())

    @property
    def connected(self) -> bool:
        return bool(self._live())

    @property
    def crowded(self) -> bool:
        """Whether Slack counts more connections than there are, so that this process keeps one."""
        return self._crowding.is_on

    @property
    def silence(self) -> float | None:
        """Seconds since the last frame on any live connection; None without one."""
        return min((monotonic() - connection.heard_at for connection in self._live()), default=None)

    @property
    def alive(self) -> bool:
        """False if a background task of the pool has crashed; then only a new process helps."""
        return not any(task.done() and not task.cancelled() for task in self._loops)

    async def start(self) -> None:
        """Open the first connection, the others in the background. Raises SlackApiError if Slack refuses the token."""
        await self._add(starting=True)
        self._loops = [asyncio.create_task(loop()) for loop in (self._maintain, self._watch, self._tally)]

    async def stop(self) -> None:
        """Accept nothing new, let running handlers ack on their connection, and close. The caller limits the time."""
        self._stopping = True
        for task in self._loops:
            task.cancel()
        for connection in self._held:
            connection.hurry()
            self._retire(connection)
        try:
            # Together: connections close also when a loop does not end.
            await asyncio.gather(asyncio.gather(*self._loops, return_exceptions=True), *self._retiring)
        finally:
            # Also after the caller's time limit: each cancelled task breaks its connection.
            self._held.clear()

    def _live(self) -> list[Connection]:
        now = monotonic()
        return [
            connection
            for connection in self._held
            if not connection.gone.is_set()
            and connection.leaving not in (LINK_DISABLED, TOO_MANY, SILENT)
            and now - connection.heard_at <= self._times.silent + self._times.ping
        ]

    def _staying(self) -> list[Connection]:
        return [connection for connection in self._held if not connection.leaving]

    # Incoming envelopes

    def _take(self, connection: Connection, request: SocketModeRequest) -> None:
        if self._stopping:
            # Not acked, so that Slack can give it to another process.
            return
        task = asyncio.create_task(self._answer(connection, request))
        connection.running.add(task)
        task.add_done_callback(connection.running.discard)

    async def _answer(self, connection: Connection, request: SocketModeRequest) -> None:
        answer = await self._inbox.answer(request)
        if answer is not None and not await connection.ack(answer):
            self.unacked += 1
            log.info("ack_not_sent", kind=request.type)

    async def _handle(self, request: SocketModeRequest) -> BoltResponse:
        response: BoltResponse = await run_async_bolt_app(self._bolt, request)
        return response

    # Closing connections

    def _changed(self, connection: Connection) -> None:
        """Handle a changed connection. Nothing here awaits, so `live` is right at once."""
        self._wake.set()
        if connection not in self._held or self._stopping:
            return
        self._note(connection, connection.leaving or LOST)
        if connection.gone.is_set():
            self._held.remove(connection)
            self._retire(connection)
        elif connection.leaving in (TOO_MANY, SILENT):
            # TOO_MANY: a new connection can open only after this one is closed. SILENT: the connection is useless, and
            # closing it tells Slack to stop sending to it.
            self._retire(connection)

    def _note(self, connection: Connection, reason: str) -> None:
        if connection.noted == reason:
            return
        if not connection.noted and monotonic() - connection.opened_at < self._times.young:
            self._young_ends += 1
        connection.noted = reason
        match reason:
            case "lost":
                self.lost += 1
                log.info("connection_lost")
            case "silent":
                self.ghosts += 1
                log.warning("connection_silent", seconds=round(monotonic() - connection.heard_at, 1))
            case "link_disabled":
                self._trouble("socket_mode_disabled", LINK_DISABLED)
            case "too_many_websockets":
                self._on_too_many()
            case "recount" | "crowded":
                pass
            case _:
                self.announced += 1
                log.info("connection_announced_to_go", error=reason)

    def _retire(self, connection: Connection, linger: float = 0) -> None:
        if not connection.retiring:
            connection.retiring = True
            task = asyncio.create_task(self._retired(connection, linger))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def _retired(self, connection: Connection, linger: float) -> None:
        # Running handlers can't ack on a ghost, so don't wait for them.
        await connection.finish(linger, 0 if connection.leaving == SILENT else self._times.finishing)
        if connection in self._held:
            self._held.remove(connection)

    # Opening connections

    async def _maintain(self) -> None:
        while True:
            self._wake.clear()
            if len(self._staying()) < self._wanted:
                await self._add()
            else:
                self._recovered()
                await self._wake.wait()

    async def _add(self, *, starting: bool = False) -> None:
        """Open one more connection, however long it takes; then retire one that must be replaced.

        At Slack's limit it gives up if the connections that are left are enough.
        """
        while True:
            pause = pause_after(max(self._failures, self._young_ends), self._times)
            await asyncio.sleep(max(pause, self._not_before - monotonic(), 0))
            try:
                connection = await self._open()
            except SlackApiError as problem:
                code, wait = error_and_pause(problem)
                self._not_before = monotonic() + wait
                if not code or kind_of(code) in (ErrorKind.RETRY, ErrorKind.IN_DOUBT):
                    self._trouble("slack_unreachable", code or "no answer")
                elif starting:
                    raise
                else:
                    self._trouble("slack_refuses", code)
            except NoHello as problem:
                if problem.reason == TOO_MANY:
                    self._on_too_many()
                    if len(self._staying()) >= self._wanted:
                        return
                else:
                    self._trouble("slack_closes", problem.reason)
            except Exception as problem:
                self._trouble("slack_unreachable", type(problem).__name__)
            else:
                break
            self._failures += 1
        self._failures = 0
        self.opened += 1
        self._held.append(connection)
        for old in self._held:
            if old.leaving and not old.retiring:
                self._retire(old, self._times.lingering)
                break
        self._compare(connection)
        if connection.gone.is_set() or connection.leaving:
            self._changed(connection)

    async def _open(self) -> Connection:
        # An address works once, so each attempt requests a new one.
        async with asyncio.timeout(self._times.opening):
            answer = await self._client.apps_connections_open(app_token=self._token)
        connection = Connection(self._take, self._changed)
        opening = asyncio.create_task(
            connection.open(
                str(answer["url"]), proxy=self._client.proxy, ssl=self._client.ssl, within=self._times.opening
            )
        )
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            # Slack goes on counting a connection that is cut while it opens, and what it sends there is lost.
            with contextlib.suppress(Exception):
                await opening
                await connection.finish(0, 0)
            raise
        self.counted = connection.counted
        return connection

    def _trouble(self, event: str, reason: str) -> None:
        """Log a problem once until recovery: as a warning if it passes by itself, else as an error."""
        if self.trouble != LINK_DISABLED:
            self.trouble = reason
        if event not in self._logged:
            self._logged.add(event)
            passing = event in ("slack_unreachable", "slack_closes")
            (log.warning if passing else log.error)(event, error=reason)

    def _recovered(self) -> None:
        if self._logged:
            log.info("slack_connected", count=self.live)
        self._logged.clear()
        self.trouble = ""

    def _compare(self, newest: Connection) -> None:
        """Compare the connection count of a hello with our own.

        A higher count may be right: other processes have connections too, see `_tally`. A lower count means that Slack lost one of ours, which may still answer pings.
        Slack does not say which one, so all but the newest are replaced; seldom, because the count may lag behind.
        """
        counted, ours = newest.counted or 0, self._staying()
        self._crowding.on_hello(counted - len(self._held), monotonic())
        if counted > len(self._held):
            log.info("connections_elsewhere", count=counted - len(self._held))
        if counted < len(ours) and monotonic() - self._recounted_at >= self._times.recount:
            self._recounted_at = monotonic()
            log.warning("connections_forgotten", count=len(ours) - counted)
            for connection in ours:
                if connection is not newest:
                    connection.leave(UNCOUNTED)

    # Too many connections

    async def _tally(self) -> None:
        """Tell the other processes how many connections there are here, and see whether Slack counts more."""
        while True:
            count = self.counted if self._crowding.is_on else None
            elsewhere = await self._ledger.exchange(len(self._held), count) if self._ledger else 0
            if elsewhere is not None:
                self._crowding.judge(elsewhere)
                self._follow_crowding()
            if self._crowding.needs_hello(monotonic()) and (staying := self._staying()):
                staying[0].leave(RECOUNT)
            await asyncio.sleep(self._times.tally)

    def _on_too_many(self) -> None:
        self._trouble("too_many_connections", TOO_MANY)
        self._crowding.on_refusal(monotonic())
        for connection in self._held:
            if connection.leaving == RECOUNT and not connection.retiring:
                connection.leaving = connection.noted = ""
        self._follow_crowding()

    def _follow_crowding(self) -> None:
        """Keep one connection while it is crowded, closed in the proper way; and all of them afterwards."""
        wanted = CONNECTIONS_WHEN_CROWDED if self._crowding.is_on else self._connections
        if wanted == self._wanted:
            return
        fewer = wanted < self._wanted
        self._wanted = wanted
        if fewer:
            log.warning("connections_crowded", count=self.counted or 0, advice=Advice.FEWER_CONNECTIONS)
            for connection in self._staying()[:-wanted]:
                connection.leave(CROWDED)
                self._retire(connection, self._times.lingering)
        else:
            log.info("connections_uncrowded", count=self.counted or 0)
        self._wake.set()

    async def _watch(self) -> None:
        """Ping every connection, and find the silent ones."""
        while True:
            began = monotonic()
            await asyncio.sleep(self._times.ping)
            now = monotonic()
            # After a delay of our own event loop, pongs may have arrived unread.
            held_up = now - began > 2 * self._times.ping
            for connection in list(self._held):
                if now - connection.heard_at > self._times.silent and not held_up:
                    connection.leave(SILENT)
            # With a time limit: a ghost with a full buffer would block the others' pings.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._times.ping):
                    await asyncio.gather(*(it.ping() for it in self._held))
            settled = [it for it in self._staying() if now - it.opened_at >= self._times.young]
            if len(settled) >= self._wanted:
                self._young_ends = 0
