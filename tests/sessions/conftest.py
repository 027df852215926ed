"""The whole bot in the sandbox's workspace, with a group that has a case."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.app import App, build
from bot.cases.rules import CaseState
from bot.settings import Settings
from bot.storage import Tx
from sandbox.people import Someone, Team
from sandbox.server import Config, Sandbox, running
from tests import empty
from tests.clock import START
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case

CHANNEL = "C0OOST"


@dataclasses.dataclass
class Stage:
    """The people, the bot and the workspace of one test."""

    team: Team
    app: App
    settings: Settings
    sandbox: Sandbox
    anna: Someone
    bram: Someone
    chloe: Someone
    daan: Someone

    async def restart(self, *, away_minutes: float) -> None:
        """The bot's process ends, time goes on without it, and another one begins on the same database."""
        await self.app.stop()
        await self.team.post("clock", advance=away_minutes * 60)
        self.app = build(self.settings)
        await self.app.start()
        await self.app.catch_up()

    async def rest(self) -> None:
        """Until everything has been posted: Slack takes one post a second in a channel."""
        for _ in range(6):
            await self.team.advance(seconds=1.1)

    async def card(self, person: Someone) -> str:
        """Where the thread of the newest session is."""
        found = [message for message in await person.messages(CHANNEL) if "Intervisie:" in message["text"]]
        return str(found[-1]["ts"])

    async def open(
        self, by: Someone, *, facilitator: str = BRAM, pace: str = "wait", meets: str = "thread"
    ) -> str:
        """A session that everyone is in and that has not begun; returns its thread."""
        await by.command("start", CHANNEL)
        await by.fill(facilitator=facilitator, pace=pace, meets=meets)
        assert await by.submit() == {}
        await self.rest()
        thread = await self.card(by)
        people = (self.anna, self.bram, self.chloe, self.daan)
        if meets != "thread":
            leader = next(person for person in people if person.user == facilitator)
            await leader.click("Wie is er", channel=leader.dm)
            await leader.fill(here=[person.user for person in people])
            assert await leader.submit() == {}
        for person in people if meets == "thread" else ():
            await person.click("Ik ben er", channel=CHANNEL, thread_ts=thread)
        await self.rest()
        return thread


@pytest.fixture
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    # A test that asks for both databases has this fixture itself.
    chosen = "stage_database_url" in request.fixturenames
    url = (
        request.getfixturevalue("stage_database_url") if chosen else empty.sqlite_file(tmp_path / "stage.db")
    )
    async with running(Config(begins_at=START.timestamp())) as sandbox:
        settings = Settings(
            bot_token=sandbox.config.bot_token,
            app_token=sandbox.config.app_token,
            signing_secret=None,
            secret_keys=(Fernet.generate_key().decode(),),
            database_url=url,
            slack_api_url=sandbox.api_url,
            clock_url=sandbox.clock_url,
        )
        app = build(settings)
        await app.start()
        await app.catch_up()
        async with Team(sandbox.url) as team:
            people = [team.person(user) for user in (ANNA, BRAM, CHLOE, DAAN)]
            opened = Stage(team, app, settings, sandbox, *people)
            yield opened
        await opened.app.stop()


@pytest.fixture
async def with_case(stage: Stage) -> Stage:
    """Anna's case is chosen."""

    await ours(stage.app).transact(case_of_anna)
    return stage


def case_of_anna(tx: Tx) -> None:
    make_case(tx, make_group(tx, ANNA, BRAM, CHLOE, DAAN), state=CaseState.CHOSEN)
