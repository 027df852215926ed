"""A store on SQLite alone, for examples by the dozen."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.storage import Base, Store, open_store
from tests.clock import StillClock
from tests.conftest import load_every_table


@pytest.fixture
async def sqlite_store(tmp_path: Path, clock: StillClock) -> AsyncIterator[Store]:
    load_every_table()
    url = f"sqlite:///{tmp_path / 'test.db'}"
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    opened = open_store(url, clock.now)
    yield opened
    opened.close()
