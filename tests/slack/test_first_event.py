"""Over HTTP the bot says when no event has ever come in, until one does; also after a restart."""

from pathlib import Path
from typing import Any

import pytest

from bot.metrics.page import Page
from sandbox.here import Here
from sandbox.outgoing.transport import HttpTransport
from sandbox.people import Team
from tests.bot import Running, running_bot
from tests.metrics.conftest import ask, on

ANNA, CHANNEL = "U0ANNA", "C0OOST"


async def readiness(bot: Running) -> tuple[int, list[str]]:
    async with Here(bot.app.asgi, "http://bot") as http:
        answer = await http.get("/readyz")
    body: dict[str, Any] = answer.json()
    return answer.status_code, [alarm["kind"] for alarm in body["alarms"]]


async def counted(page: Page) -> float | None:
    return on((await ask(page)).text, "intervisie_alarms", alarm="no_event")


async def test_until_slack_has_verified_the_url_it_says_that_no_event_came(
    tmp_path: Path, database_url: str
) -> None:
    async with running_bot(tmp_path, "http", database_url) as bot, Team(bot.sandbox.url) as team:
        # The fixture's retry has verified the address; a challenge is no event.
        assert isinstance(bot.sandbox.transport, HttpTransport)
        bot.sandbox.transport.verified = False
        anna = team.person(ANNA)
        await anna.command("help", CHANNEL)
        await anna.open_home()
        await team.settle()
        assert await readiness(bot) == (200, ["no_event"])
        assert await counted(bot.app.metrics) == 1

        await team.post("request-url")
        await anna.open_home()
        await team.settle()
        assert await readiness(bot) == (200, [])
        assert await counted(bot.app.metrics) == 0


async def test_that_one_came_is_remembered_after_a_restart(tmp_path: Path) -> None:
    async with running_bot(tmp_path, "http") as bot, Team(bot.sandbox.url) as team:
        await team.person(ANNA).open_home()
        await team.settle()
        await bot.restart()
        assert await readiness(bot) == (200, [])


@pytest.mark.parametrize("body", ["{}", '{"type": "event_callback"}'])
async def test_what_slack_did_not_sign_is_no_event(tmp_path: Path, body: str) -> None:
    async with running_bot(tmp_path, "http") as bot:
        async with Here(bot.app.asgi, "http://bot") as http:
            assert (await http.post("/slack/events", content=body)).status_code == 401
        assert await readiness(bot) == (200, ["no_event"])


async def test_in_socket_mode_nobody_waits_for_it(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot:
        assert await readiness(bot) == (200, [])
