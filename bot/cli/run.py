"""`intervisie run`."""

import asyncio
import contextlib
import signal

import click
import structlog
import uvicorn
from sqlalchemy.exc import OperationalError

from bot import logs
from bot.app import build
from bot.cli.migrate import pending
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
    except OperationalError as problem:
        raise click.ClickException(
            "The database can't be reached. Check DATABASE_URL, and that the server runs."
        ) from problem
    if missing:
        raise click.ClickException("The database is not up to date. Run `intervisie migrate` first.")
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    app = build(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await app.start()
    web = _web(settings, app.asgi)
    serving = asyncio.create_task(web.serve()) if web else None
    mode = "socket" if settings.uses_socket_mode else "http"
    log.info("started", mode=mode, port=web.config.port if web else None)
    await stop.wait()
    if web and serving:
        web.should_exit = True
        await serving
    await app.stop()
    log.info("stopped")


class _Server(uvicorn.Server):
    """Leaves signals to us: the bot has more to finish than its web server knows of."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # uvicorn's own signature
        yield


def _web(settings: Settings, asgi: object) -> uvicorn.Server | None:
    """The web server: always with HTTP, and in Socket Mode when PORT is set, for the health pages."""
    if settings.uses_socket_mode and settings.port is None:
        return None
    # With HTTP the platform's router must reach us from outside; the health pages alone need only this machine.
    host = "127.0.0.1" if settings.slack_api_url.startswith("http://127.0.0.1") else "0.0.0.0"
    config = uvicorn.Config(
        asgi,  # type: ignore[arg-type]  # Starlette is an ASGI application
        host=host,
        port=settings.port or DEFAULT_PORT,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    return _Server(config)
