"""A store on SQLite alone, for examples by the dozen."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage import Store
from tests import empty
from tests.clock import StillClock
from tests.conftest import open_for_us


@pytest.fixture
async def sqlite_store(tmp_path: Path, clock: StillClock) -> AsyncIterator[Store]:
    url = empty.sqlite_file(tmp_path / "test.db")
    opened = open_for_us(url, clock.now)
    yield opened
    opened.close()
