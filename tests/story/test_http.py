"""The same story over signed HTTP instead of Socket Mode."""

from pathlib import Path

from sandbox.people import Team
from sandbox.player.__main__ import whole_story
from sandbox.player.before import seed
from sandbox.player.stage import Stage
from tests.bot import running_bot


async def test_the_whole_story_over_signed_requests(tmp_path: Path) -> None:
    async with running_bot(tmp_path, "http") as bot, Team(bot.sandbox.url) as team:
        stage = Stage(team, pace=0.0, transcript=None)
        await seed(stage)
        await whole_story(stage)
        assert [name for name, held in stage.expected if not held] == []
        assert await team.refused() == []
