"""The dispatcher with the whole bot's buttons behind it, and somebody who brings it what Slack brings."""

from collections.abc import AsyncIterator

import pytest

from bot.storage import Store
from sandbox.server import running
from tests.resilience.slack_driver import Slack


@pytest.fixture
async def slack(store: Store) -> AsyncIterator[Slack]:
    async with running() as sandbox:
        yield Slack(store, sandbox)
