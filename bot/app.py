"""The one composition root: everything is wired here, and nowhere else."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import aiohttp
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import gauges
from bot.agreements import listeners as agreement_listeners
from bot.agreements import service as agreement_service
from bot.attendance import jobs as attendance_jobs
from bot.attendance import listeners as attendance_listeners
from bot.attendance import service as attendance_service
from bot.calendar import listeners as calendar_listeners
from bot.calendar.page import Page as CalendarPage
from bot.calendar.service import use_public_url
from bot.cases import listeners as case_listeners
from bot.cases import service as case_service
from bot.date_polls import jobs as date_poll_jobs
from bot.date_polls import listeners as date_poll_listeners
from bot.delivery import claims, lost_messages, outbox
from bot.delivery.sender import Sender
from bot.fit_checks import jobs as fit_check_jobs
from bot.fit_checks import listeners as fit_check_listeners
from bot.followups import jobs as followup_jobs
from bot.followups import listeners as followup_listeners
from bot.groups import listeners as group_listeners
from bot.groups import service as group_service
from bot.home import listeners as home_listeners
from bot.home import service as home_service
from bot.jobs import queue, rescheduling
from bot.jobs.clock import Clock, ShiftedClock, SystemClock
from bot.jobs.heartbeat import HeartbeatLoop
from bot.jobs.remote_clock import RemoteClock
from bot.jobs.runner import JobRunner
from bot.jobs.worker import WorkerLoop
from bot.meetings import jobs as meeting_jobs
from bot.meetings import listeners as meeting_listeners
from bot.metrics.page import Page
from bot.nudges import listeners as nudge_listeners
from bot.nudges import service as nudges
from bot.polls import jobs as poll_jobs
from bot.polls import listeners as poll_listeners
from bot.rounds import listeners as round_listeners
from bot.rounds import service as round_service
from bot.sessions import listeners as session_listeners
from bot.sessions import service as session_service
from bot.settings import Settings
from bot.slack import dedup
from bot.slack import help as help_command
from bot.slack.client import Client
from bot.slack.dispatch import Dispatcher
from bot.slack.http import SlackEndpoint
from bot.slack.router import Router
from bot.slack.sockets import SocketPool, Times
from bot.storage import Keyring, Tx, Workspace, open_store, use_keyring
from bot.storage.write_probe import WriteProbe

log = structlog.get_logger()

# From the lowest floor up: where several rooms handle one kind of moment, the lowest goes first.
ROOMS = (
    group_listeners,
    nudge_listeners,
    agreement_listeners,
    case_listeners,
    meeting_listeners,
    date_poll_listeners,
    calendar_listeners,
    poll_listeners,
    attendance_listeners,
    fit_check_listeners,
    followup_listeners,
    session_listeners,
    round_listeners,
    home_listeners,
)
JOB_ROOMS = (
    group_service,
    nudges,
    agreement_service,
    case_service,
    meeting_jobs,
    date_poll_jobs,
    poll_jobs,
    attendance_jobs,
    fit_check_jobs,
    followup_jobs,
    session_service,
    round_service,
    home_service,
)
# Rooms that have something to say to people in private, outside a session.
DIGESTS: tuple[Mapping[str, nudges.Compose], ...] = (
    agreement_service.NUDGES,
    date_poll_jobs.DIGESTS,
    attendance_jobs.DIGESTS,
    fit_check_jobs.DIGESTS,
    followup_jobs.DIGESTS,
)
# What Slack answers to what rooms have asked it.
ANSWERS = {**group_service.ANSWERS, **nudges.ANSWERS}
IDLE_SECONDS = 3
# From the word to stop until the process ends, in seconds: the platforms' patience is ten. First what is running is
# finished, then the messages under way; what takes longer than that is looked up by another process.
FINISHING_SECONDS = 4
CLOCK_PATIENCE_SECONDS = 10
SOCKET_TIMES = Times()


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
        use_public_url(settings.public_url)
        self.store = open_store(settings.database_url, clock.now)
        self._probe = WriteProbe(self.store)
        self.client: AsyncWebClient = Client(
            token=settings.bot_token,
            base_url=settings.slack_api_url,
            # The SDK's own retry posts twice when a connection breaks after the request arrived.
            retry_handlers=[],
            timeout=10,
        )
        self.router = all_handlers()
        self.dispatcher = Dispatcher(self.router, self.store, self._client_for, group_service.People())
        self.bolt = AsyncApp(
            client=self.client,
            # In Socket Mode nothing is signed, and nobody must be able to guess what we would believe.
            signing_secret=settings.signing_secret or secrets.token_hex(),
            process_before_response=True,
            # Bolt takes somebody's deletion of our message for a deed of our own, by who wrote it, and would not pass it
            # on. What we write ourselves no room listens to.
            ignoring_self_events_enabled=False,
        )
        self.dispatcher.attach(self.bolt)
        self.scheduler = AsyncIOScheduler(timezone="UTC")
        self.pulse = HeartbeatLoop(
            self.store, clock, session_service.on_downtime, _clock_stepped, at_work=role.works
        )
        sweep = JobRunner(self.store, due_handlers(), self.pulse.check)
        sender = Sender(self.store, self._client_for, clock, ANSWERS, group_service.on_undeliverable)
        self.due_waker = WorkerLoop("due", sweep, clock, self.scheduler)
        self.outbox_waker = WorkerLoop("outbox", sender, clock, self.scheduler)
        sender.on_free = self.outbox_waker.wake
        self._wakers: tuple[WorkerLoop, ...] = (self.due_waker, self.outbox_waker) if role.works else ()
        if role.works:
            self.store.listen(queue.TOPIC, self.due_waker.wake)
            self.store.listen(outbox.TOPIC, self.outbox_waker.wake)
        for waker in self._wakers:
            self.pulse.on_net(waker.wake)
        self.sockets: SocketPool | None = None
        if settings.app_token and role.answers:
            self.sockets = SocketPool(self.bolt, settings.app_token, self.client, times=SOCKET_TIMES)
        self._follower: RemoteClock | None = None
        self._running = False
        self.leaving = False
        self.metrics = Page(lambda: self.store.read(gauges.stored), settings.metrics_token)
        self.asgi = Starlette(routes=self._routes())

    def _routes(self) -> list[Route]:
        routes = [Route("/healthz", self._healthz), Route("/readyz", self._readyz)]
        if self._settings.signing_secret and not self._settings.uses_socket_mode and self.role.answers:
            endpoint = SlackEndpoint(self.bolt, self._settings.signing_secret)
            routes.append(Route("/slack/events", endpoint.answer, methods=["POST"]))
        if self.role.answers:
            routes += CalendarPage(self.store.read).routes()
        if self._settings.metrics_token:
            routes.append(Route("/metrics", self.metrics.answer))
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
            self._follower = RemoteClock(self._settings.clock_url, self.clock, self.settled, self.next_at)
            self._follower.start()
            for waker in self._wakers:
                waker.on_idle(self._follower.tell_next)
            await asyncio.wait_for(self._follower.connected.wait(), CLOCK_PATIENCE_SECONDS)
        if self.store.wires:
            self.store.wires.open()
        self.scheduler.start()
        self.pulse.start()
        if self.role.works:
            await self.store.transact(attendance_service.schedule_card_rewrites)
            self.scheduler.add_job(
                self._prune, "cron", hour=3, id="prune", misfire_grace_time=None, coalesce=True
            )
        for waker in self._wakers:
            waker.start()
        if self.sockets:
            await self.sockets.start()
        self._running = True

    async def leave(self) -> None:
        """Takes no new work of its own and finishes what runs; whoever still asks something is still answered."""
        self.leaving = True
        wakers, self._wakers = self._wakers, ()
        await asyncio.gather(*(waker.stop(FINISHING_SECONDS) for waker in wakers), self._close_sockets())

    async def _close_sockets(self) -> None:
        sockets, self.sockets = self.sockets, None
        if sockets:
            try:
                await asyncio.wait_for(sockets.stop(), FINISHING_SECONDS)
            except TimeoutError:
                log.warning("stopped_while_busy", kind="sockets")

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
        await self.store.transact(claims.prune)
        await self.store.transact(dedup.purge)
        await self.store.transact(nudges.purge_old)
        await self.store.transact(attendance_service.schedule_card_rewrites)

    async def _healthz(self, request: Request) -> Response:
        """Alive: this answers, and what keeps the connections to Slack has not broken down."""
        alive = self.sockets is None or self.sockets.alive
        return JSONResponse({"ok": alive}, status_code=200 if alive else 503)

    async def _readyz(self, request: Request) -> Response:
        """Ready: started and not about to stop, the database takes what is written and, in Socket Mode, a connection to
        Slack lives."""
        stored = await self._probe.is_writable()
        # Over HTTP it is Slack that connects: nothing can be said of it.
        connected = self.sockets.connected if self.sockets else None
        ready = self._running and not self.leaving and stored and connected is not False
        return JSONResponse(
            {"ok": ready, "database": stored, "slack": connected}, status_code=200 if ready else 503
        )


def build(settings: Settings, clock: Clock | None = None, role: Role = Role.ALL) -> App:
    """Wires the bot. With a clock to follow (the demo's), its time is that clock's."""
    if clock is None:
        clock = ShiftedClock() if settings.clock_url else SystemClock()
    return App(settings, clock, role)


def all_handlers() -> Router:
    """Every command, button, form and event of every room."""
    router = Router()
    for room in ROOMS:
        router.include(room.router)
    help_command.register(router)
    return router


def due_handlers() -> Mapping[str, queue.Handler]:
    """What to do at each kind of moment. Where several rooms care, each is told, in one transaction."""
    by_kind: dict[str, list[queue.Handler]] = {}
    for room in (*JOB_ROOMS, lost_messages):
        table: Mapping[str, queue.Handler] = room.JOBS if hasattr(room, "JOBS") else room.DUE
        for kind, handler in table.items():
            by_kind.setdefault(kind, []).append(handler)
    by_kind[nudges.DELIVER] = [nudges.digest_job(composes(), nudges.ask_slack)]
    return {kind: _all_of(handlers) for kind, handlers in by_kind.items()}


def composes() -> Mapping[str, nudges.Compose]:
    """How each kind of private message outside a session is put into words."""
    return {kind: compose for kinds in DIGESTS for kind, compose in kinds.items()}


def _all_of(handlers: list[queue.Handler]) -> queue.Handler:
    def run(tx: Tx, item: queue.Job) -> None:
        for handler in handlers:
            handler(tx, item)

    return run


def _clock_stepped(tx: Tx, by: timedelta) -> None:
    """The machine's clock was set: what waits for a while waits as long as it did, what waits for a date does not move."""
    rescheduling.shift_overdue(tx, by)
    claims.clock_stepped(tx, by)
    session_service.on_clock_step(tx, by)
