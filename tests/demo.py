"""The demo as it opens, in this process: the scene is set, and it can begin anew."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

from bot.app import build
from sandbox.people import Team
from sandbox.player.play import Controls
from sandbox.ui.scenes import PREPARING_SECONDS
from tests import empty
from tests.bot import Running, running_bot
from tests.clock import START

OPENS_AT = START.timestamp() + PREPARING_SECONDS


class BotAnew:
    """The bot of a test, on an empty database each time that it starts."""

    def __init__(self, bot: Running, folder: Path) -> None:
        self.bot = bot
        self.folder = folder
        self.starts = 0

    async def stop(self) -> None:
        await self.bot.app.stop()

    async def start(self) -> None:
        self.starts += 1
        url = empty.sqlite_file(self.folder / f"anew-{self.starts}.db")
        self.bot.settings = dataclasses.replace(self.bot.settings, database_url=url)
        self.bot.app = build(self.bot.settings)
        await self.bot.app.start()


class AtOnce(Controls):
    """A story that nobody watches: its waits are counted, not waited."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    async def wait(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def running_demo(folder: Path) -> AsyncIterator[Running]:
    async with running_bot(folder) as bot, Team(bot.sandbox.url) as team:
        scenes = bot.sandbox.scenes
        scenes.opens_at, scenes.bot = OPENS_AT, BotAnew(bot, folder)
        scenes.new_controls = AtOnce
        await team.post("scene/prepare")
        yield bot


async def until_the_play_ends(bot: Running) -> None:
    play = bot.sandbox.scenes.play
    assert play is not None
    await play.over()
