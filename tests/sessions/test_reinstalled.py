"""An administrator reinstalls the app with other scopes during a session: all waits, one alarm, and nothing is lost."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx
from sandbox.here import Here
from tests import empty
from tests.conftest import ours
from tests.sessions.conftest import CHANNEL, Stage


@pytest.fixture(params=["sqlite", "postgresql"])
def stage_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return empty.sqlite_file(tmp_path / "stage.db")
    return empty.postgresql(request.getfixturevalue("postgresql_url"))


async def readiness(stage: Stage) -> tuple[int, list[dict[str, Any]]]:
    async with Here(stage.app.asgi, "http://bot") as http:
        answer = await http.get("/readyz")
    return answer.status_code, answer.json()["alarms"]


async def minutes_pass(stage: Stage, minutes: int) -> None:
    """By way of every moment at which the bot tries again, as time does."""
    await stage.team.until(await stage.team.now() + minutes * 60)


def given_up(tx: Tx) -> int | None:
    lost = (OutboxState.FAILED, OutboxState.DROPPED)
    return tx.sql.scalar(select(func.count()).where(OutboxRow.state.in_(lost)))


@pytest.mark.usefixtures("stage_database_url")
async def test_the_session_goes_on_when_the_token_and_the_scopes_are_back(with_case: Stage) -> None:
    stage = with_case
    workspace = stage.sandbox.workspace
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    assert await readiness(stage) == (200, [])

    workspace.faults.add(method="*", kind="error", code="token_revoked", times=0)
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    await minutes_pass(stage, 3)
    status, alarms = await readiness(stage)
    assert (status, [(alarm["kind"], alarm["error"]) for alarm in alarms]) == (
        200,
        [("token_refused", "token_revoked")],
    )
    assert "SLACK_BOT_TOKEN" in alarms[0]["advice"]
    assert not await stage.daan.sees("*Vragen.*", CHANNEL, thread)

    # Installed again, but from an old manifest.
    workspace.faults.clear()
    workspace.scopes.discard("chat:write")
    await minutes_pass(stage, 3)
    status, alarms = await readiness(stage)
    assert status == 200
    assert {alarm["kind"] for alarm in alarms} == {"scope_missing"}
    assert "reinstall" in alarms[0]["advice"]

    workspace.scopes.add("chat:write")
    await minutes_pass(stage, 5)
    await stage.rest()
    said = [message["text"] for message in await stage.daan.messages(CHANNEL, thread)]
    assert sum(text.startswith("*Vragen.*") for text in said) == 1
    assert await readiness(stage) == (200, [])
    assert await ours(stage.app).read(given_up) == 0
