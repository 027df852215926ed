"""The bot's process is killed in the middle of a phase, for real, and started again."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from bot.cli.demo import Stage as Processes
from sandbox.people import Team
from sandbox.player.before import seed
from sandbox.player.stage import CHANNEL, Stage


@pytest.fixture
def processes() -> Iterator[Processes]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    with Processes(port) as started:
        started.start()
        yield started


async def test_the_phase_goes_on_and_what_was_due_comes_once(processes: Processes) -> None:
    async with Team(processes.url) as team:
        stage = Stage(team, pace=0.0, transcript=None)
        await seed(stage)
        await stage.anna.command("start", CHANNEL)
        await stage.form(
            stage.anna,
            case="Een collega die haar eigen weg gaat",
            facilitator=stage.bram.user,
            pace="by_itself",
        )
        thread = await stage.newest_session()
        for who in stage.everyone:
            await stage.press(who, "Ik ben er", thread=thread)
        await stage.press(stage.bram, "Beginnen")
        await asyncio.to_thread(processes.kill_bot)
        await team.post("clock", advance=12 * 60)
        await asyncio.to_thread(processes.start_bot)
        await stage.rest()
        texts = [message["text"] for message in await stage.daan.messages(CHANNEL, thread)]
        # Phases that follow by themselves need no word in between.
        assert sum(text.startswith("De tijd voor *Inbreng*") for text in texts) == 0
        assert sum(text.startswith("*Inbreng.*") for text in texts) == 1
        assert sum(text.startswith("*Vragen.*") for text in texts) == 1
        assert not any(text.startswith("*Analyse.*") for text in texts)
        assert await team.refused() == []
