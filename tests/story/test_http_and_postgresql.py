"""The same story over signed HTTP instead of Socket Mode, and on PostgreSQL instead of SQLite."""

from pathlib import Path

import pytest

from sandbox.people import Team
from sandbox.player.__main__ import whole_story
from sandbox.player.before import seed
from sandbox.player.stage import Stage
from tests.bot import running_bot

pytestmark = pytest.mark.long


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_whole_story_over_signed_requests_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with running_bot(tmp_path, "http", database_url) as bot, Team(bot.sandbox.url) as team:
        stage = Stage(team, pace=0.0, transcript=None)
        await seed(stage)
        await whole_story(stage)
        assert [name for name, held in stage.expected if not held] == []
        assert await team.refused() == []
