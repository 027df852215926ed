"""The story in two minutes: how long it takes, and that it may be broken off anywhere.

To come to a scene all before it are played, so only the first ones are broken off here; `EVERY_SCENE=1` tries each.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from sandbox.people import Team
from sandbox.player import short
from sandbox.player.stage import CHANNEL, NAMES, Stage
from tests.bot import Running
from tests.demo import AtOnce, running_demo, until_the_play_ends

pytestmark = pytest.mark.long

EVERY = bool(os.environ.get("EVERY_SCENE"))
BROKEN_OFF = short.SCENES if EVERY else short.SCENES[:4]

# The bot's own work comes on top of the waits.
SHORTEST_SECONDS, LONGEST_SECONDS = 80, 115
# The wait of a scene in which it is broken off: forms are open and people are halfway then.
BROKEN_OFF_AT = 2


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_demo(tmp_path) as bot:
        yield bot


@pytest.fixture
async def team(demo: Running) -> AsyncIterator[Team]:
    async with Team(demo.sandbox.url) as team:
        demo.sandbox.workspace.page_opened.set()
        yield team


async def test_it_takes_two_minutes_holds_and_ends_by_itself(
    demo: Running, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    controls = AtOnce()
    demo.sandbox.scenes.new_controls = lambda: controls
    stages: list[Stage] = []

    async def seen(stage: Stage) -> None:
        stages.append(stage)
        await short.ending(stage)

    monkeypatch.setattr(short, "SCENES", (*short.SCENES[:-1], seen))
    await team.post("scene", way="story")
    await until_the_play_ends(demo)
    scene = (await team.get("scene"))["scene"]
    assert scene["play"]["state"] == "ended"
    assert scene["caption"]["text"].startswith("Dat is intervisie")
    assert await team.refused() == []
    assert SHORTEST_SECONDS < controls.seconds < LONGEST_SECONDS
    [stage] = stages
    assert [name for name, held in stage.expected if not held] == []
    assert len(stage.expected) >= len(short.SCENES)


class Halting(AtOnce):
    """Stands still in the middle of one scene."""

    def __init__(self) -> None:
        super().__init__()
        self.waits_left: int | None = None
        self.stands = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        if self.waits_left is not None:
            self.waits_left -= 1
            if self.waits_left <= 0:
                self.stands.set()
                await asyncio.Event().wait()
        await super().wait(seconds)


@pytest.mark.parametrize("scene", BROKEN_OFF, ids=lambda scene: scene.__name__)
async def test_broken_off_in_any_scene_it_leaves_no_form_open(
    demo: Running,
    team: Team,
    monkeypatch: pytest.MonkeyPatch,
    scene: Callable[[Stage], Awaitable[None]],
) -> None:
    halting = Halting()

    async def here(stage: Stage) -> None:
        halting.waits_left = BROKEN_OFF_AT if scene is not short.ending else 1
        await scene(stage)

    scenes = tuple(here if one is scene else one for one in short.SCENES)
    monkeypatch.setattr(short, "SCENES", scenes)
    demo.sandbox.scenes.new_controls = lambda: halting
    await team.post("scene", way="story")
    await halting.stands.wait()
    await team.post("play", do="stop")
    shown = (await team.get("scene"))["scene"]
    assert (shown["play"], shown["caption"], shown["way"]) == (None, {}, "look")
    for user in NAMES.values():
        assert await team.person(user).views() == []
    # What stands there goes on to work.
    await team.person("U0BRAM").command("status", CHANNEL)
    await team.settle()


async def test_broken_off_it_plays_again_from_the_beginning(
    demo: Running, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    halting = Halting()
    halting.waits_left = BROKEN_OFF_AT
    demo.sandbox.scenes.new_controls = lambda: halting
    await team.post("scene", way="story")
    await halting.stands.wait()
    monkeypatch.setattr(short, "SCENES", (short.opening,))
    demo.sandbox.scenes.new_controls = AtOnce
    await team.post("scene", way="story")
    await until_the_play_ends(demo)
    assert (await team.get("scene"))["scene"]["play"]["state"] == "ended"


async def test_where_something_else_happened_it_ends_with_a_word(demo: Running, team: Team) -> None:
    # The bot is out of the channel before the story wants to vote there.
    await demo.sandbox.doings.leave("U0BOT", CHANNEL)
    await team.post("scene", way="story")
    await until_the_play_ends(demo)
    scene = (await team.get("scene"))["scene"]
    assert scene["play"]["state"] == "broken"
    assert scene["caption"]["text"].startswith("Het verhaal is hier gestopt")
