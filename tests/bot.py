"""The whole bot against the sandbox, in this process: over Socket Mode or over signed HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from bot.app import App, build
from bot.settings import Settings
from bot.slack import ids
from sandbox.outgoing.transport import HttpTransport
from sandbox.people import Team
from sandbox.server import Config, Sandbox, guest, listening, running
from sandbox.workspace.model import BOT_USER
from tests import empty
from tests.clock import START


@dataclass
class Running:
    """A running bot and the workspace that it is in."""

    sandbox: Sandbox
    app: App
    settings: Settings

    async def restart(self) -> None:
        """The process ends and another one begins on the same database."""
        await self.app.stop()
        self.app = build(self.settings)
        await self.app.start()
        await self.app.catch_up()


async def everybody_joins(sandbox: Sandbox, team: Team, channel: str) -> None:
    """Everybody in a channel presses the button to join its group; for whoever set it up that changes nothing."""
    for user in sorted(sandbox.workspace.channel(channel).members - {BOT_USER}):
        await team.person(user).press(ids.GROUP_JOIN, channel=channel)
    await team.settle()


@contextlib.asynccontextmanager
async def running_bot(
    folder: Path, transport: str = "socket", database_url: str | None = None
) -> AsyncIterator[Running]:
    """A bot in a fresh workspace, on a fresh SQLite file in a folder unless a database is given."""
    url = database_url or empty.sqlite_file(folder / "bot.db")
    opened = listening(0)
    bot_url = f"http://127.0.0.1:{opened.getsockname()[1]}/slack/events"
    async with running(Config(transport=transport, bot_url=bot_url, begins_at=START.timestamp())) as sandbox:
        settings = Settings(
            bot_token=sandbox.config.bot_token,
            app_token=sandbox.config.app_token if transport == "socket" else None,
            signing_secret=sandbox.config.signing_secret,
            secret_keys=(Fernet.generate_key().decode(),),
            database_url=url,
            slack_api_url=sandbox.api_url,
            clock_url=sandbox.clock_url,
        )
        bot = Running(sandbox, build(settings), settings)
        await bot.app.start()
        await bot.app.catch_up()
        web = guest(bot.app.asgi)
        serving = asyncio.create_task(web.serve(sockets=[opened])) if transport == "http" else None
        if isinstance(sandbox.transport, HttpTransport):
            while not web.started:  # noqa: ASYNC110  # uvicorn offers nothing to wait for
                await asyncio.sleep(0.005)
            assert await sandbox.transport.verify()
        try:
            yield bot
        finally:
            if serving:
                web.stop()
                await serving
            await bot.app.stop()
            opened.close()
