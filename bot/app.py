"""The one composition root: everything is wired here, and nowhere else."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import aiohttp
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.cases import listeners as case_listeners
from bot.delivery import outbox, queue
from bot.delivery.sender import Sender
from bot.followups import listeners as followup_listeners
from bot.followups import service as followup_service
from bot.groups import listeners as group_listeners
from bot.groups import service as group_service
from bot.groups import setup as group_setup
from bot.home import listeners as home_listeners
from bot.home import service as home_service
from bot.meetings import listeners as meeting_listeners
from bot.meetings import service as meeting_service
from bot.polls import listeners as poll_listeners
from bot.polls import moments as poll_moments
from bot.rounds import listeners as round_listeners
from bot.rounds import service as round_service
from bot.sessions import listeners as session_listeners
from bot.sessions import service as session_service
from bot.settings import Settings
from bot.slack import help as help_command
from bot.slack import seen
from bot.slack.dispatch import Dispatcher
from bot.slack.http import SlackEndpoint
from bot.slack.router import Router
from bot.storage import Keyring, Tx, Workspace, open_store, use_keyring
from bot.storage.probe import Probe
from bot.timing import due
from bot.timing.clock import Clock, ShiftedClock, SystemClock
from bot.timing.follow import ClockFollower
from bot.timing.pulse import Pulse
from bot.timing.sweep import Sweep
from bot.timing.waker import Waker

log = structlog.get_logger()

# From the lowest floor up: where several rooms handle one kind of moment, the lowest goes first.
ROOMS = (
    group_listeners,
    case_listeners,
    meeting_listeners,
    poll_listeners,
    followup_listeners,
    session_listeners,
    round_listeners,
    home_listeners,
)
MOMENTS = (
    group_setup,
    meeting_service,
    poll_moments,
    followup_service,
    session_service,
    round_service,
    home_service,
)
IDLE_SECONDS = 3
# From the word to stop until the process ends, in seconds: the platforms' patience is ten. First what is running is
# finished, then the messages under way; what takes longer than that is looked up by another process.
FINISHING_SECONDS = 4
CLOCK_PATIENCE_SECONDS = 10
# How often the socket is looked after, and how long the SDK waits before it tries again to connect.
PING_SECONDS = 10


class Role(StrEnum):
    """What a process does: answers people, does what falls due and sends, or both."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"

    @property
    def answers(self) -> bool:
        return self is not Role.WORKER

    @property
    def works(self) -> bool:
        return self is not Role.WEB


class App:
    """The running bot. `build` makes it; `start` and `stop` it once."""

    def __init__(self, settings: Settings, clock: Clock, role: Role = Role.ALL) -> None:
        self._settings = settings
        self.role = role
        self.clock = clock
        use_keyring(Keyring(settings.secret_keys))
        self.store = open_store(settings.database_url, clock.now)
        self._probe = Probe(self.store)
        self.client = AsyncWebClient(
            token=settings.bot_token,
            base_url=settings.slack_api_url,
            # The SDK's own retry posts twice when a connection breaks after the request arrived.
            retry_handlers=[],
            timeout=10,
        )
        self.router = Router()
        for room in ROOMS:
            self.router.include(room.router)
        help_command.register(self.router)
        self.dispatcher = Dispatcher(self.router, self.store, self._client_for, group_service.People())
        self.bolt = AsyncApp(
            client=self.client,
            # In Socket Mode nothing is signed, and nobody must be able to guess what we would believe.
            signing_secret=settings.signing_secret or secrets.token_hex(),
            process_before_response=True,
        )
        self.dispatcher.attach(self.bolt)
        self.scheduler = AsyncIOScheduler(timezone="UTC")
        self.pulse = Pulse(self.store, clock, _was_away, _clock_stepped, at_work=role.works)
        sweep = Sweep(self.store, _due_handlers(), self.pulse.check)
        sender = Sender(
            self.store, self._client_for, clock, group_service.ANSWERS, group_service.undeliverable
        )
        self.due_waker = Waker("due", sweep, clock, self.scheduler)
        self.outbox_waker = Waker("outbox", sender, clock, self.scheduler)
        sender.on_free = self.outbox_waker.wake
        self._wakers: tuple[Waker, ...] = (self.due_waker, self.outbox_waker) if role.works else ()
        if role.works:
            self.store.listen(due.TOPIC, self.due_waker.wake)
            self.store.listen(outbox.TOPIC, self.outbox_waker.wake)
        for waker in self._wakers:
            self.pulse.on_net(waker.wake)
        self._socket: AsyncSocketModeHandler | None = None
        self._follower: ClockFollower | None = None
        self._running = False
        self.leaving = False
        self.asgi = Starlette(routes=self._routes())

    def _routes(self) -> list[Route]:
        routes = [Route("/healthz", self._healthz), Route("/readyz", self._readyz)]
        if self._settings.signing_secret and not self._settings.uses_socket_mode and self.role.answers:
            endpoint = SlackEndpoint(self.bolt, self._settings.signing_secret)
            routes.append(Route("/slack/events", endpoint.answer, methods=["POST"]))
        return routes

    def _client_for(self, workspace: Workspace) -> AsyncWebClient:
        return self.client

    async def start(self) -> None:
        """Connects, and begins to work. Raises StoreUnavailable or Slack's error when it cannot."""
        # Idle connections are let go before Slack, or a proxy on the way, closes them: a message sent on one that has
        # just been closed is in doubt, and would come half a minute later.
        connector = aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS)
        self.client.session = aiohttp.ClientSession(connector=connector)
        if self._settings.clock_url and isinstance(self.clock, ShiftedClock):
            self._follower = ClockFollower(self._settings.clock_url, self.clock, self.settled, self.next_at)
            self._follower.start()
            for waker in self._wakers:
                waker.on_idle(self._follower.tell_next)
            await asyncio.wait_for(self._follower.connected.wait(), CLOCK_PATIENCE_SECONDS)
        if self.store.wires:
            self.store.wires.open()
        self.scheduler.start()
        self.pulse.start()
        if self.role.works:
            self.scheduler.add_job(
                self._prune, "cron", hour=3, id="prune", misfire_grace_time=None, coalesce=True
            )
        for waker in self._wakers:
            waker.start()
        if self._settings.app_token and self.role.answers:
            self._socket = AsyncSocketModeHandler(
                self.bolt, self._settings.app_token, web_client=self.client, ping_interval=PING_SECONDS
            )
            await self._connect(self._socket)
        self._running = True

    async def _connect(self, handler: AsyncSocketModeHandler) -> None:
        # The SDK tries a token that Slack refuses for ever, in silence. Asked here, the refusal ends the start.
        try:
            handler.client.wss_uri = await handler.client.issue_new_wss_url()
        except SlackApiError:
            raise
        except Exception as problem:
            log.warning("slack_unreachable", error=type(problem).__name__)
        self.scheduler.add_job(
            _forget_spent_address,
            "interval",
            [handler],
            seconds=PING_SECONDS / 2,
            id="socket",
            misfire_grace_time=None,
        )
        await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped

    async def leave(self) -> None:
        """Takes no new work of its own and finishes what runs; whoever still asks something is still answered."""
        self.leaving = True
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
            self._socket = None
        wakers, self._wakers = self._wakers, ()
        await asyncio.gather(*(waker.stop(FINISHING_SECONDS) for waker in wakers))

    async def stop(self) -> None:
        """Leaves, and lets go of everything; also after a start that failed."""
        await self.leave()
        try:
            await asyncio.wait_for(self.dispatcher.settled(), FINISHING_SECONDS)
        except TimeoutError:
            log.warning("stopped_while_busy")
        self._running = False
        if self._follower:
            await self._follower.stop()
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)
        await self.pulse.stop()
        if self.store.wires:
            await self.store.wires.close()
        if self.client.session:
            await self.client.session.close()
        await asyncio.to_thread(self.store.close)

    async def settled(self) -> None:
        """Waits until nothing is left to do at the present moment."""
        while True:
            await self.dispatcher.settled()
            for waker in self._wakers:
                await waker.settled()
            if self.dispatcher.is_quiet and all(waker.is_idle for waker in self._wakers):
                return

    def next_at(self) -> datetime | None:
        """The next moment at which there is something to do."""
        moments = [waker.next_at for waker in self._wakers if waker.next_at is not None]
        return min(moments) if moments else None

    async def _prune(self) -> None:
        await self.store.transact(queue.prune)
        await self.store.transact(seen.forget)

    async def _healthz(self, request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def _readyz(self, request: Request) -> Response:
        """Ready: started and not about to stop, the database takes what is written and, in Socket Mode, a socket is
        connected."""
        stored = await self._probe.takes()
        connected = self._socket is None or await self._socket.client.is_connected()
        ready = self._running and not self.leaving and stored and connected
        return JSONResponse(
            {"ok": ready, "database": stored, "slack": connected}, status_code=200 if ready else 503
        )


def build(settings: Settings, clock: Clock | None = None, role: Role = Role.ALL) -> App:
    """Wires the bot. With a clock to follow (the demo's), its time is that clock's."""
    if clock is None:
        clock = ShiftedClock() if settings.clock_url else SystemClock()
    return App(settings, clock, role)


async def _forget_spent_address(handler: AsyncSocketModeHandler) -> None:
    """While no socket is connected: an address works once, and the SDK would try the same one for ever."""
    if not await handler.client.is_connected():
        handler.client.wss_uri = None


def _due_handlers() -> Mapping[str, due.Handler]:
    """What to do at each kind of moment. Where several rooms care, each is told, in one transaction."""
    by_kind: dict[str, list[due.Handler]] = {}
    for room in MOMENTS:
        for kind, handler in room.DUE.items():
            by_kind.setdefault(kind, []).append(handler)
    return {kind: _all_of(handlers) for kind, handlers in by_kind.items()}


def _all_of(handlers: list[due.Handler]) -> due.Handler:
    def run(tx: Tx, item: due.Item) -> None:
        for handler in handlers:
            handler(tx, item)

    return run


def _was_away(tx: Tx, since: datetime, until: datetime) -> None:
    """Nobody was at work for a while."""


def _clock_stepped(tx: Tx, by: timedelta) -> None:
    """The machine's clock was set."""
