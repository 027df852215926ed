"""The dispatcher with the whole bot's buttons behind it, and somebody who brings it what Slack brings."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage import Store
from sandbox.server import running
from tests.resilience.prepared import Prepared
from tests.resilience.slack_driver import Slack


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
