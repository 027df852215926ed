"""`intervisie run`."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Iterator

import click
import structlog
import uvicorn
from slack_sdk.errors import SlackApiError

from bot import logs
from bot.app import App, build
from bot.cli.migrate import DatabaseProblem, pending
from bot.cli.problems import settings_or_exit
from bot.settings import Settings

log = structlog.get_logger()
DEFAULT_PORT = 3000


@click.command()
def run() -> None:
    """Start the bot: in Socket Mode with SLACK_APP_TOKEN, otherwise over HTTP."""
    settings = settings_or_exit()
    logs.configure(settings.log_level)
    try:
        missing = pending(settings.database_url)
    except DatabaseProblem as problem:
        raise click.ClickException(str(problem)) from None
    if missing:
        raise click.ClickException("The database is not up to date. Run `intervisie migrate` first.")
    opened = _listening(settings)
    try:
        asyncio.run(_serve(settings, opened))
    finally:
        if opened:
            opened.close()


async def _serve(settings: Settings, opened: socket.socket | None) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        # Bolt takes these for a wish to be installed over OAuth, and then forgets our token.
        os.environ.pop(name, None)
    app = build(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    web = _web(app) if opened else None
    # The health pages answer while the bot is still connecting: they then say that it is not ready.
    serving = asyncio.create_task(web.serve(sockets=[opened])) if web and opened else None
    try:
        if await _started(app, stop):
            log.info("started", mode="socket" if settings.uses_socket_mode else "http", port=_port(opened))
            await stop.wait()
    finally:
        if web and serving:
            web.should_exit = True
            await serving
        await app.stop()
    log.info("stopped")


async def _started(app: App, stop: asyncio.Event) -> bool:
    """Whether the bot has started; False when it was told to stop while it was still connecting."""
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


class _Server(uvicorn.Server):
    """Leaves signals to us: the bot has more to finish than its web server knows of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listening(settings: Settings) -> socket.socket | None:
    """Where we listen: always with HTTP, and in Socket Mode when PORT is set, for the health pages."""
    if settings.uses_socket_mode and settings.port is None:
        return None
    # Slack, or the platform's router and its health checks, come from outside. The demo's sandbox does not.
    here = settings.slack_api_url.startswith("http://")
    port = settings.port or DEFAULT_PORT
    try:
        opened = socket.create_server(("127.0.0.1" if here else "0.0.0.0", port))
    except OSError:
        raise click.ClickException(f"Port {port} can't be used here. Give another in PORT.") from None
    # Accepted connections inherit this; with Nagle's algorithm on, an ack could wait for 40 ms.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def _port(opened: socket.socket | None) -> int | None:
    return int(opened.getsockname()[1]) if opened else None


def _web(app: App) -> uvicorn.Server:
    config = uvicorn.Config(
        app.asgi,
        # uvicorn's own way of logging prints whole tracebacks, and those quote.
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    return _Server(config)
