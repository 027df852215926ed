"""The dispatcher with the whole bot's buttons behind it, and somebody who brings it what Slack brings."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.storage import Store
from bot.table_page import service as table_page
from sandbox.server import running
from tests.resilience.prepared import Prepared
from tests.resilience.slack_driver import Slack


@pytest.fixture(autouse=True)
def address() -> Iterator[None]:
    """The bot has an address of its own, or the buttons that lead there would only refuse."""
    table_page.use_address("https://bot.example")
    yield
    table_page.use_address(None)


@pytest.fixture
async def slack(store: Store) -> AsyncIterator[Slack]:
    async with running() as sandbox:
        yield Slack(store, sandbox)


@pytest.fixture
def prepared(store: Store, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    base = tmp_path_factory.getbasetemp()
    # Side by side, each process has a folder of its own in the one that they share.
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "prepared"
    shared.mkdir(exist_ok=True)
    return Prepared(store, shared, tmp_path)
