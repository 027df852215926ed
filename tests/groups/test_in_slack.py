"""Who is in a group and who is asked to be, in Slack as it is: pages that are closed, events that never came, a 429."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.groups import service
from bot.groups.service import roster
from bot.storage import Tx
from sandbox.people import Someone, Team
from sandbox.workspace.model import BOT_USER, Person
from tests.bot import Running, everybody_joins, running_bot
from tests.conftest import ours
from tests.factories import ANNA, BRAM

FLEUR, CHANNEL = "U0FLEUR", "C0OOST"
ASKED = "Doe je mee met de groep van"


class Place:
    """A bot with a group in a channel that Fleur is not in."""

    def __init__(self, bot: Running, team: Team) -> None:
        self.bot = bot
        self.team = team
        self.anna = team.person(ANNA)
        self.fleur = team.person(FLEUR)

    @property
    def app(self) -> App:
        return self.bot.app

    async def begin(self) -> None:
        await self.anna.command("", CHANNEL)
        await self.anna.click("Groep beginnen", channel=CHANNEL)
        await self.anna.fill(meets="thread")
        await self.anna.submit()
        await self.team.settle()
        await everybody_joins(self.bot.sandbox, self.team, CHANNEL)

    async def members(self) -> set[str]:
        def found(tx: Tx) -> set[str]:
            return {one.user for one in service.members(tx, service.group_of_channel(tx, CHANNEL))}

        return await ours(self.app).read(found)

    async def unseen(self, user: str) -> None:
        """Somebody leaves the channel, and the event never comes."""
        await self.team.settle()
        self.bot.sandbox.workspace.channel(CHANNEL).members.discard(user)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with running_bot(tmp_path) as bot, Team(bot.sandbox.url) as team:
        bot.sandbox.workspace.channel(CHANNEL).members.discard(FLEUR)
        yield Place(bot, team)
        assert await team.refused() == []


async def added(place: Place) -> Someone:
    """A colleague adds Fleur to the channel while her Slack is closed; she looks an hour later."""
    await place.begin()
    await place.fleur.close_page()
    await place.bot.sandbox.doings.join(FLEUR, CHANNEL, inviter=ANNA)
    await place.team.advance(hours=1)
    await place.fleur.open_page()
    return place.fleur


async def test_whoever_was_added_while_they_were_away_finds_a_letter(place: Place) -> None:
    fleur = await added(place)
    assert await fleur.sees("Wil je meedoen?", fleur.dm)
    assert not await fleur.sees("Wil je meedoen?", CHANNEL)
    await fleur.click("Ik doe mee", channel=fleur.dm)
    await place.team.settle()
    assert FLEUR in await place.members()
    # The question is answered wherever it stands.
    assert not await fleur.sees("Wil je meedoen?", fleur.dm)
    assert await fleur.sees("Je zit in de groep van", fleur.dm)


async def test_the_home_tab_asks_until_there_is_an_answer(place: Place) -> None:
    fleur = await added(place)
    await fleur.open_home()
    await place.team.settle()
    assert ASKED in str(await fleur.home())
    await fleur.click_in_view("Nee, dank je", home=True)
    await place.team.settle()
    home = str(await fleur.home())
    assert ASKED not in home
    # The way in stays, without asking.
    assert "en niet in de groep ervan" in home or "Ik doe mee" in home
    assert not await fleur.sees("Wil je meedoen?", fleur.dm)
    assert FLEUR not in await place.members()
    await place.team.advance(days=3)
    assert not await fleur.sees("Wil je meedoen?", fleur.dm)


async def test_a_home_tab_that_is_open_asks_at_once(place: Place) -> None:
    await place.begin()
    await place.fleur.open_home()
    await place.bot.sandbox.doings.join(FLEUR, CHANNEL, inviter=ANNA)
    await place.team.settle()
    assert ASKED in str(await place.fleur.home())


async def test_in_a_channel_of_more_than_twenty_people_only_the_home_tab_asks(place: Place) -> None:
    ws = place.bot.sandbox.workspace
    crowd = [f"U0MENS{number}" for number in range(15)]
    for user in crowd:
        ws.people[user] = Person(user, user.lower(), user)
    ws.channel(CHANNEL).members.update(crowd)
    fleur = await added(place)
    assert len(ws.channel(CHANNEL).members - {BOT_USER}) == 21
    await place.team.advance(days=2)
    assert await fleur.messages(fleur.dm) == []
    await fleur.open_home()
    await place.team.settle()
    assert ASKED in str(await fleur.home())


async def test_whoever_left_unseen_is_out_of_the_group_after_a_start(place: Place) -> None:
    await place.begin()
    await place.unseen(BRAM)
    assert BRAM in await place.members()
    await place.bot.restart()
    await place.team.settle()
    await place.team.advance(minutes=1)
    assert BRAM not in await place.members()
    assert ANNA in await place.members()


async def test_whoever_left_unseen_is_out_of_the_group_after_the_night(place: Place) -> None:
    await place.begin()
    await place.unseen(BRAM)
    await place.app._prune()
    await place.team.advance(hours=4)
    assert BRAM not in await place.members()


async def test_every_page_of_members_is_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "PAGE_SIZE", 2)
    await place.begin()
    before = await place.members()
    await place.unseen(BRAM)
    await place.app._prune()
    await place.team.advance(hours=4)
    assert await place.members() == before - {BRAM}


async def test_a_429_in_between_is_waited_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "PAGE_SIZE", 2)
    await place.begin()
    before = await place.members()
    await place.unseen(BRAM)
    await place.app._prune()
    place.bot.sandbox.workspace.faults.add(
        method="conversations.members", kind="ratelimited", seconds=60, times=2
    )
    await place.team.advance(hours=4)
    assert await place.members() == before
    for _ in range(3):
        await place.team.advance(minutes=2)
    assert await place.members() == before - {BRAM}


async def test_of_a_channel_without_the_bot_nobody_is_taken_out(place: Place) -> None:
    await place.begin()
    before = await place.members()
    await place.unseen(BRAM)
    await place.unseen(BOT_USER)
    await place.app._prune()
    await place.team.advance(hours=4)
    assert await place.members() == before
