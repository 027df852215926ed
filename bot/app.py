"""Composition root: all parts of the bot are wired here, and nowhere else."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import aiohttp
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.routing import Route

from bot import gauges
from bot.agreements import jobs as agreement_jobs
from bot.agreements import listeners as agreement_listeners
from bot.attendance import jobs as attendance_jobs
from bot.attendance import listeners as attendance_listeners
from bot.attendance import service as attendance_service
from bot.calendar import listeners as calendar_listeners
from bot.calendar.page import Page as CalendarPage
from bot.calendar.service import use_public_url
from bot.cases import jobs as case_jobs
from bot.cases import listeners as case_listeners
from bot.console import jobs as console_jobs
from bot.console import listeners as console_listeners
from bot.date_polls import jobs as date_poll_jobs
from bot.date_polls import listeners as date_poll_listeners
from bot.delivery import claims, lost_messages, outbox
from bot.delivery.sender import Sender
from bot.fit_checks import jobs as fit_check_jobs
from bot.fit_checks import listeners as fit_check_listeners
from bot.followups import jobs as followup_jobs
from bot.followups import listeners as followup_listeners
from bot.groups import jobs as group_jobs
from bot.groups import listeners as group_listeners
from bot.groups import service as group_service
from bot.health import Health
from bot.home import jobs as home_jobs
from bot.home import listeners as home_listeners
from bot.jobs import queue, rescheduling
from bot.jobs.clock import Clock, ShiftedClock, SystemClock
from bot.jobs.heartbeat import HeartbeatLoop
from bot.jobs.remote_clock import RemoteClock
from bot.jobs.runner import JobRunner
from bot.jobs.worker import WorkerLoop
from bot.leaders import jobs as leader_jobs
from bot.leaders import listeners as leader_listeners
from bot.meetings import jobs as meeting_jobs
from bot.meetings import listeners as meeting_listeners
from bot.merging import service as merging
from bot.metrics.page import Page
from bot.nudges import jobs as nudge_jobs
from bot.nudges import listeners as nudge_listeners
from bot.nudges import service as nudges
from bot.polls import jobs as poll_jobs
from bot.polls import listeners as poll_listeners
from bot.privacy import jobs as privacy_jobs
from bot.privacy import listeners as privacy_listeners
from bot.privacy import service as privacy_service
from bot.privacy.uninstall_watch import UninstallWatch
from bot.rounds import jobs as round_jobs
from bot.rounds import listeners as round_listeners
from bot.rounds.service import evaluation as round_evaluation
from bot.selections import jobs as selection_jobs
from bot.selections import listeners as selection_listeners
from bot.sessions import jobs as session_jobs
from bot.sessions import listeners as session_listeners
from bot.sessions import service as session_service
from bot.settings import Settings
from bot.slack import dedup
from bot.slack import help as help_command
from bot.slack.client import Client
from bot.slack.dispatch import Dispatcher
from bot.slack.first_event import FirstEvent
from bot.slack.http import SlackEndpoint
from bot.slack.router import Router
from bot.slack.sockets import Ledger, SocketPool, Times
from bot.standstill import jobs as standstill_jobs
from bot.standstill import listeners as standstill_listeners
from bot.storage import Keyring, StoreUnavailable, Tx, Workspace, open_store, use_keyring
from bot.table_page import jobs as table_page_jobs
from bot.table_page import listeners as table_page_listeners
from bot.table_page import service as table_page
from bot.table_page.page import TablePages
from bot.texts import use_default_language

log = structlog.get_logger()

# From the lowest floor up: if several rooms handle one kind of job, the lowest room's handler runs first.
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
    standstill_listeners,
    fit_check_listeners,
    followup_listeners,
    selection_listeners,
    session_listeners,
    round_listeners,
    console_listeners,
    table_page_listeners,
    leader_listeners,
    privacy_listeners,
    home_listeners,
)
JOB_ROOMS = (
    group_jobs,
    nudge_jobs,
    agreement_jobs,
    case_jobs,
    meeting_jobs,
    date_poll_jobs,
    poll_jobs,
    attendance_jobs,
    standstill_jobs,
    fit_check_jobs,
    followup_jobs,
    selection_jobs,
    session_jobs,
    round_jobs,
    console_jobs,
    table_page_jobs,
    leader_jobs,
    privacy_jobs,
    home_jobs,
)
# Rooms that have something to say to people in private, outside a session.
DIGESTS: tuple[Mapping[str, nudges.Compose], ...] = (
    agreement_jobs.DIGESTS,
    date_poll_jobs.DIGESTS,
    attendance_jobs.DIGESTS,
    fit_check_jobs.DIGESTS,
    followup_jobs.DIGESTS,
    console_jobs.DIGESTS,
    privacy_jobs.DIGESTS,
)
# Handlers of Slack's answers to the calls that rooms have asked for.
ANSWERS = {**group_jobs.ANSWERS, **nudge_jobs.ANSWERS, **privacy_jobs.ANSWERS}
IDLE_SECONDS = 3
# Time limit for each step of a shutdown; platforms kill a process after ten seconds. Running handlers finish first, then
# calls to Slack. Another process looks up the calls that take longer.
FINISHING_SECONDS = 4
CLOCK_TIMEOUT_SECONDS = 10
SOCKET_TIMES = Times()


class Role(StrEnum):
    """Role of a process: answer people (web), run jobs and send messages (worker), or both (all)."""

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
    """The running bot. `build` makes it; `start` and `stop` it once. When it has started, let it `catch_up`."""

    def __init__(self, settings: Settings, clock: Clock, role: Role = Role.ALL) -> None:
        self._settings = settings
        self.role = role
        self.clock = clock
        use_keyring(Keyring(settings.secret_keys))
        use_public_url(settings.public_url)
        table_page.use_address(settings.page_address)
        use_default_language(settings.default_language)
        self.store = open_store(settings.database_url, clock.now)
        self.client: AsyncWebClient = Client(
            token=settings.bot_token,
            base_url=settings.slack_api_url,
            # The SDK's retry posts twice if a connection breaks after the request arrived.
            retry_handlers=[],
            timeout=10,
        )
        self.router = all_handlers()
        self.dispatcher = Dispatcher(self.router, self.store, self._client_for, group_service.People())
        self.bolt = AsyncApp(
            # Without a name Bolt reads the source of every caller to find one.
            name="intervisie",
            client=self.client,
            # Socket Mode has no signatures; a random secret ensures that no HTTP request is accepted.
            signing_secret=settings.signing_secret or secrets.token_hex(),
            process_before_response=True,
            # Otherwise Bolt drops the event of a deleted bot message, because the bot is its author. No room listens to
            # the bot's own messages.
            ignoring_self_events_enabled=False,
        )
        self.dispatcher.attach(self.bolt)
        self.scheduler = AsyncIOScheduler(timezone="UTC")
        self.heartbeat = HeartbeatLoop(
            self.store, clock, session_service.on_downtime, _on_clock_step, at_work=role.works
        )
        runner = JobRunner(self.store, due_handlers(), self.heartbeat.check)
        sender = Sender(self.store, self._client_for, clock, ANSWERS, group_service.on_undeliverable)
        self.job_worker = WorkerLoop("due", runner, clock, self.scheduler)
        self.send_worker = WorkerLoop("outbox", sender, clock, self.scheduler)
        sender.on_free = self.send_worker.wake
        self._workers: tuple[WorkerLoop, ...] = (self.job_worker, self.send_worker) if role.works else ()
        if role.works:
            self.store.listen(queue.TOPIC, self.job_worker.wake)
            self.store.listen(outbox.TOPIC, self.send_worker.wake)
        for worker in self._workers:
            self.heartbeat.on_poll(worker.wake)
        self.uninstalls = UninstallWatch(self.store, self._client_for, clock)
        self.table_pages = TablePages(self.store, clock)
        self.sockets: SocketPool | None = None
        if settings.app_token and role.answers:
            self.sockets = SocketPool(
                self.bolt, settings.app_token, self.client, times=SOCKET_TIMES, ledger=Ledger(self.store)
            )
        self._health = Health(
            self.store,
            lambda: self._running and not self.leaving,
            lambda: self.sockets,
            over_http=not settings.uses_socket_mode,
        )
        self._remote_clock: RemoteClock | None = None
        self._running = False
        self.leaving = False
        self.metrics = Page(
            lambda: self.store.read(gauges.database_figures, over_http=not settings.uses_socket_mode),
            settings.metrics_token,
        )
        self.asgi = Starlette(routes=self._routes())

    def _routes(self) -> list[Route]:
        routes = self._health.routes()
        if self._settings.signing_secret and not self._settings.uses_socket_mode and self.role.answers:
            endpoint = SlackEndpoint(self.bolt, self._settings.signing_secret, FirstEvent(self.store))
            routes.append(Route("/slack/events", endpoint, methods=["POST"]))
        if self.role.answers:
            routes += CalendarPage(self.store.read_for_guests).routes()
            routes += self.table_pages.routes()
        if self._settings.metrics_token:
            routes.append(Route("/metrics", self.metrics.answer))
        return routes

    def _client_for(self, workspace: Workspace) -> AsyncWebClient:
        return self.client

    async def start(self) -> None:
        """Connect to Slack and start the workers. Raises StoreUnavailable or Slack's error."""
        # Close idle connections before Slack or a proxy does. A message sent on a connection that was just closed is in
        # doubt, and would arrive half a minute late.
        connector = aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS)
        self.client.session = aiohttp.ClientSession(connector=connector)
        if self._settings.clock_url and isinstance(self.clock, ShiftedClock):
            self._remote_clock = RemoteClock(self._settings.clock_url, self.clock, self.settled, self.next_at)
            self._remote_clock.start()
            for worker in self._workers:
                worker.on_idle(self._remote_clock.send_next)
            async with asyncio.timeout(CLOCK_TIMEOUT_SECONDS):
                await self._remote_clock.connected.wait()
        if self.store.notifier:
            self.store.notifier.open()
        self.scheduler.start()
        self.heartbeat.start()
        if self.role.works:
            # First: a process that dies in what follows was there, and no group is told that the bot was away.
            await self.heartbeat.check()
            await self.uninstalls.check()
            self.scheduler.add_job(
                self._prune, "cron", hour=3, id="prune", misfire_grace_time=None, coalesce=True
            )
            # Also within a day: an event of before a new installation may come late.
            self.scheduler.add_job(
                self.uninstalls.check,
                "cron",
                minute=17,
                id="uninstalls",
                misfire_grace_time=None,
                coalesce=True,
            )
        for worker in self._workers:
            worker.start()
        if self.sockets:
            await self.sockets.start()
        self._running = True

    async def leave(self) -> None:
        """Stop the workers and the sockets after their running work. HTTP requests are still answered."""
        self.leaving = True
        self.table_pages.hub.close()
        workers, self._workers = self._workers, ()
        await asyncio.gather(*(worker.stop(FINISHING_SECONDS) for worker in workers), self._close_sockets())

    async def _close_sockets(self) -> None:
        sockets, self.sockets = self.sockets, None
        if sockets:
            try:
                async with asyncio.timeout(FINISHING_SECONDS):
                    await sockets.stop()
            except TimeoutError:
                log.warning("stopped_while_busy", kind="sockets")

    async def stop(self) -> None:
        """Leave, then close everything; also after a failed start."""
        await self.leave()
        try:
            async with asyncio.timeout(FINISHING_SECONDS):
                await self.dispatcher.settled()
        except TimeoutError:
            log.warning("stopped_while_busy")
        self._running = False
        if self._remote_clock:
            await self._remote_clock.stop()
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)
        await self.heartbeat.stop()
        if self.store.notifier:
            await self.store.notifier.close()
        if self.client.session:
            await self.client.session.close()
        await asyncio.to_thread(self.store.close)

    async def settled(self) -> None:
        """Wait until there is nothing to do at the current time."""
        while True:
            await self.dispatcher.settled()
            for worker in self._workers:
                await worker.settled()
            if self.dispatcher.is_quiet and all(worker.is_idle for worker in self._workers):
                return

    def next_at(self) -> datetime | None:
        """The next time at which there is something to do."""
        moments = [worker.next_at for worker in self._workers if worker.next_at is not None]
        return min(moments) if moments else None

    async def _prune(self) -> None:
        """Retention, some rows at a time: whoever presses something meanwhile waits for one batch at most."""
        until = await self.store.transact(claims.purge_done)
        while until is not None:
            until = await self.store.transact(claims.purge_done, until)
        for purge in (
            dedup.purge_old_events,
            nudges.purge_old,
            round_evaluation.forget_who_marked_before,
            session_service.purge_old_attendances,
        ):
            while await self.store.transact(purge):
                pass
        await self._in_pages(privacy_service.purge_people)
        await self.catch_up(group_service.NIGHT)

    async def catch_up(self, reconciling_over: timedelta = timedelta(0)) -> None:
        """Look after what an older version left, and what Slack did not tell: once started, and each night."""
        if not self.role.works:
            return
        await self._merge_groups()
        await self.store.transact(attendance_service.schedule_card_rewrites)
        await self._in_pages(group_service.refresh_names)
        await self._in_pages(group_service.announce_messages_go)
        await self.store.transact(group_service.schedule_reconciliation, over=reconciling_over)

    async def _in_pages(self, work: Callable[[Tx, str], str | None]) -> None:
        """Carry out work that goes through ids in their order, a page in each transaction."""
        after: str | None = ""
        while after is not None:
            after = await self.store.transact(work, after)

    async def _merge_groups(self) -> None:
        try:
            await self.store.transact(merging.merge_groups)
        except StoreUnavailable:
            raise
        except Exception as problem:
            # Everything else goes on without it, and the doctor names the groups.
            log.exception("worker_failed", kind="merging", error=type(problem).__name__)


def build(settings: Settings, clock: Clock | None = None, role: Role = Role.ALL) -> App:
    """Wire the bot. With INTERVISIE_CLOCK_URL (in the demo) it follows that clock."""
    if clock is None:
        clock = ShiftedClock() if settings.clock_url else SystemClock()
    return App(settings, clock, role)


def all_handlers() -> Router:
    """The handlers of every command, button, form and event of all rooms."""
    router = Router()
    for room in ROOMS:
        router.include(room.router)
    help_command.register(router)
    return router


def due_handlers() -> Mapping[str, queue.Handler]:
    """The handler of each job kind. If several rooms handle a kind, their handlers run in one transaction."""
    by_kind: dict[str, list[queue.Handler]] = {}
    for room in (*JOB_ROOMS, lost_messages):
        for kind, handler in room.JOBS.items():
            by_kind.setdefault(kind, []).append(handler)
    by_kind[nudges.DELIVER] = [nudges.digest_job(composes(), nudges.ask_slack)]
    return {kind: _all_of(handlers) for kind, handlers in by_kind.items()}


def composes() -> Mapping[str, nudges.Compose]:
    """The composer of each nudge kind."""
    return {kind: compose for kinds in DIGESTS for kind, compose in kinds.items()}


def _all_of(handlers: list[queue.Handler]) -> queue.Handler:
    def run(tx: Tx, job: queue.Job) -> None:
        for handler in handlers:
            handler(tx, job)

    return run


def _on_clock_step(tx: Tx, by: timedelta) -> None:
    """After a clock step, shift everything that waits for a duration; jobs at a date don't move."""
    rescheduling.shift_overdue(tx, by)
    claims.on_clock_step(tx, by)
    session_service.on_clock_step(tx, by)
