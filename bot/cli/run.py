"""`intervisie run`."""

import asyncio
import gc
import os
import signal
import socket
import sys

import click
import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import logs
from bot.app import App, Role, build
from bot.cli.database import DatabaseProblem, engine_for, is_up_to_date
from bot.cli.problems import settings_or_exit
from bot.cli.sentences import as_sentence
from bot.metrics.server import PageServer
from bot.port_server import PortServer
from bot.settings import DEFAULT_PORT, Settings
from bot.storage import CipherState, Keyring, StoreUnavailable, canary, use_keyring
from bot.storage.process_lock import AlreadyRunning, ProcessLock

log = structlog.get_logger()
# After SIGTERM a load balancer still sends requests, until it sees that /readyz fails.
DRAINING_SECONDS = 1.5
REQUESTS_SECONDS = 3
SWITCH_INTERVAL_SECONDS = 0.0005
CATCHING_UP = "catching_up"


@click.command()
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.ALL.value,
    help="What this process does: answer people (web), do what falls due and send (worker), or both (all).",
)
@click.option("--migrate", "migrates", is_flag=True, help="Bring the database up to date first.")
def run(role: str, migrates: bool) -> None:
    """Start the bot: in Socket Mode with SLACK_APP_TOKEN, otherwise over HTTP."""
    settings = settings_or_exit()
    if settings.database_url.startswith("sqlite") and role != Role.ALL:
        raise click.ClickException(
            "SQLite is for one process that does everything. For --role web and --role worker, put PostgreSQL "
            "in DATABASE_URL."
        )
    logs.configure(settings.log_level, as_sentence)
    try:
        missing = _pending(settings.database_url)
    except DatabaseProblem as problem:
        raise click.ClickException(str(problem)) from None
    if missing and not migrates:
        raise click.ClickException("The database is not up to date. Run `intervisie migrate` first.")
    try:
        lock = ProcessLock(settings.database_url)
    except AlreadyRunning:
        raise click.ClickException(
            "Another process of the bot already works on this SQLite file. Stop that one first; for several "
            "processes at once, put PostgreSQL in DATABASE_URL."
        ) from None
    try:
        if missing:
            _migrate(settings.database_url)
        state = _check_keys(settings)
        opened = _listening(settings, Role(role))
    except BaseException:
        lock.release()
        raise
    try:
        asyncio.run(_serve(settings, Role(role), opened, state))
    finally:
        if opened:
            opened.close()
        lock.release()


def _pending(url: str) -> list[str]:
    """The pending migrations. Raises DatabaseProblem."""
    if is_up_to_date(url):
        return []
    # Here, because loading Alembic takes a tenth of a start, and most starts find the database up to date.
    from bot.cli.migrate import pending

    return pending(url)


def _migrate(url: str) -> None:
    # Here for the reason that stands above.
    from bot.cli.migrate import bring_up_to_date

    bring_up_to_date(url, click.echo)


def _check_keys(settings: Settings) -> CipherState | None:
    """Which ciphertexts the database holds. Raises ClickException if the keys cannot read them."""
    keyring = Keyring(settings.secret_keys)
    engine = engine_for(settings.database_url)
    try:
        opens = canary.check_canaries(engine, keyring)
    except DBAPIError:
        raise click.ClickException(
            "The database can't be read and written just now. Run `intervisie doctor`; it says what to do."
        ) from None
    finally:
        engine.dispose()
    if not opens:
        raise click.ClickException(
            "What is stored can't be read with the keys in INTERVISIE_SECRET_KEYS. Put the key that was used before "
            "behind the new one. Nothing was changed."
        )
    return keyring.state


async def _serve(
    settings: Settings, role: Role, opened: socket.socket | None, state: CipherState | None
) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        # With these variables Bolt switches to OAuth and ignores the bot token.
        os.environ.pop(name, None)
    # The event loop and the writer thread take turns; Python's default interval (5 ms) makes each wait long.
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    app = build(settings, role=role)
    use_keyring(Keyring(settings.secret_keys, state))
    stop, at_once = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    # After Ctrl+C somebody waits for the end, so skip the draining time.
    loop.add_signal_handler(signal.SIGINT, _set, stop, at_once)
    web = _port_server(app, settings, opened) if opened else None
    page = PageServer(app.metrics, settings.metrics_host, settings.metrics_port)
    # The health pages answer while the bot is still connecting; they then say "not ready".
    if web:
        web.start()
    try:
        await _open(page, settings)
        if await _started(app, stop):
            # Exclude all objects so far from garbage collection: a full one takes 0.2 s.
            gc.collect()
            gc.freeze()
            log.info("started", mode=_mode(settings, role), port=_port(opened))
            # Afterwards, because nobody waits for it, and a large workspace has much of it.
            catching_up = asyncio.create_task(_catch_up(app))
            await stop.wait()
            catching_up.cancel()
            app.leaving = True
            # Open pages would hold the server up until its time limit.
            app.table_pages.hub.close()
            if web and role.answers and not settings.uses_socket_mode and not at_once.is_set():
                await asyncio.gather(app.leave(), asyncio.sleep(DRAINING_SECONDS))
    finally:
        if web:
            await web.stop()
        await page.stop()
        await app.stop()
    log.info("stopped")


def _port_server(app: App, settings: Settings, opened: socket.socket) -> PortServer:
    return PortServer(
        _closing(app), opened, stopping_seconds=REQUESTS_SECONDS, trusted_proxies=settings.trusted_proxies
    )


async def _open(page: PageServer, settings: Settings) -> None:
    try:
        await page.start()
    except OSError:
        raise click.ClickException(
            f"Port {settings.metrics_port} can't be used here. Give another in METRICS_PORT, "
            "or see whether METRICS_HOST is an address of this machine."
        ) from None


def _set(*events: asyncio.Event) -> None:
    for event in events:
        event.set()


async def _started(app: App, stop: asyncio.Event) -> bool:
    """Start the bot; False if it was told to stop while it was still connecting."""
    starting = asyncio.create_task(app.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return False
    try:
        starting.result()
    except SlackApiError as problem:
        code = problem.response.get("error", "an unknown error")
        raise click.ClickException(
            f"Slack refuses to connect: {code}. Run `intervisie doctor`; it says what to do."
        ) from None
    except TimeoutError:
        raise click.ClickException(
            "Nobody answers at INTERVISIE_CLOCK_URL; it is for the demo only, remove it."
        ) from None
    return True


async def _catch_up(app: App) -> None:
    """Let the bot catch up. People are answered meanwhile, and what fails is tried again at night."""
    try:
        await app.catch_up()
    except StoreUnavailable:
        log.warning("store_unavailable", kind=CATCHING_UP)
    except Exception as problem:
        log.exception("worker_failed", kind=CATCHING_UP, error=type(problem).__name__)


def _listening(settings: Settings, role: Role) -> socket.socket | None:
    """The listening socket: always for Slack over HTTP, otherwise only with PORT, for the health pages."""
    if settings.port is None and (settings.uses_socket_mode or not role.answers):
        return None
    # Slack and the platform's health checks connect from outside; the demo's sandbox connects from this machine.
    here = settings.slack_api_url.startswith("http://")
    port = settings.port or DEFAULT_PORT
    try:
        opened = socket.create_server(("127.0.0.1" if here else "0.0.0.0", port))
    except OSError:
        raise click.ClickException(f"Port {port} can't be used here. Give another in PORT.") from None
    # Accepted connections inherit this; Nagle's algorithm could delay an ack by 40 ms.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def _port(opened: socket.socket | None) -> int | None:
    return int(opened.getsockname()[1]) if opened else None


def _mode(settings: Settings, role: Role) -> str:
    if not role.answers:
        return "worker"
    return "socket" if settings.uses_socket_mode else "http"


def _closing(app: App) -> ASGIApp:
    """While the app is leaving, close each connection after its answer, so that clients find another process."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and app.leaving:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        await app.asgi(scope, receive, answer)

    return wrapped
