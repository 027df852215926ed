"""The stage of the sessions: the whole bot, with a group that has a case, and whose names are known."""

import pytest

from bot.groups import service as groups
from bot.storage import Tx
from tests.conftest import ours
from tests.sessions import conftest as of_sessions
from tests.sessions.conftest import Stage, stage
from tests.sessions.test_mentions import NAMES

__all__ = ["stage", "with_case"]


@pytest.fixture
async def with_case(stage: Stage) -> Stage:
    """Anna's case is chosen."""

    def prepare(tx: Tx) -> None:
        of_sessions.case_of_anna(tx)
        for user, name in NAMES.items():
            groups.store_profile(tx, user, {"tz": "Europe/Amsterdam", "profile": {"display_name": name}})

    await ours(stage.app).transact(prepare)
    return stage
