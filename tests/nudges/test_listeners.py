"""Letters as people meet them: in the conversation with the bot, with its buttons, forms and the command."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.followups import service as followups
from bot.followups.rules import PlannedStep, What
from bot.groups.records import Person as Reader
from bot.nudges import rules
from bot.storage import Tx
from sandbox.people import Someone, Team
from sandbox.workspace.model import Channel, Person
from tests.bot import Running, running_bot
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM

CHANNEL = "C0OOST"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
STEP = "Met mijn teamleider praten"


@dataclass
class Place:
    bot: Running
    team: Team
    anna: Someone

    async def on(self, day: datetime) -> None:
        await self.team.until(day.timestamp())
        await self.team.settle()

    async def letters(self) -> list[str]:
        return [str(message["text"]) for message in await self.anna.messages(self.anna.dm)]


def a_step(tx: Tx) -> str:
    group = make_group(tx, ANNA, BRAM)
    return followups.keep_takeaway(
        tx,
        group,
        "s1",
        ANNA,
        what=What.RESPONSE,
        takeaway="Ik wacht.",
        steps=[PlannedStep(STEP, None, False)],
        is_presenter=True,
        shared=False,
    ).id


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with running_bot(tmp_path) as bot, Team(bot.sandbox.url) as team:
        await ours(bot.app).transact(a_step)
        yield Place(bot, team, team.person(ANNA))


# A week later, when everyone has had their minute.
ASKED = datetime(2027, 1, 21, 9, 45, tzinfo=AMSTERDAM)


async def test_later_in_the_letter_comes_back_on_that_day(place: Place) -> None:
    await place.on(ASKED)
    [letter] = await place.letters()
    assert "Hoe is het gegaan?" in letter
    assert f"<#{CHANNEL}>" in letter
    await place.anna.choose("Over drie dagen", channel=place.anna.dm)
    await place.team.settle()
    [letter] = await place.letters()
    assert "Op maandag 25 januari hoor je me hier weer over." in letter
    await place.on(datetime(2027, 1, 25, 9, 45, tzinfo=AMSTERDAM))
    assert len(await place.letters()) == 2
    assert await place.team.refused() == []


async def test_another_day_is_asked_for_and_one_that_has_passed_is_refused_at_the_field(place: Place) -> None:
    await place.on(ASKED)
    await place.anna.choose("Een andere dag", channel=place.anna.dm)
    await place.anna.fill(day="2027-01-20")
    assert "Kies een dag die nog komt." in str(await place.anna.submit())
    await place.anna.fill(day="2027-02-03")
    assert await place.anna.submit() == {}
    assert "woensdag 3 februari" in await place.anna.read_modal()
    await place.team.settle()
    assert "woensdag 3 februari" in (await place.letters())[0]
    assert await place.team.refused() == []


async def test_an_answer_ends_it_and_the_letter_has_nothing_left_to_put_off(place: Place) -> None:
    await place.on(ASKED)
    await place.anna.click("Gedaan", channel=place.anna.dm)
    await place.on(ASKED + timedelta(days=30))
    [letter] = await place.letters()
    assert "Gedaan, mooi." in letter
    shown = str(await place.anna.messages(place.anna.dm))
    assert "Stop hiermee" not in shown
    assert await place.team.refused() == []


async def test_stop_asks_which_and_can_be_taken_back_at_once_and_in_my_settings(place: Place) -> None:
    await place.on(ASKED)
    await place.anna.click("Stop hiermee", channel=place.anna.dm)
    assert "Mijn stappen en de terugblik" in await place.anna.read_modal()
    assert "Alles" in await place.anna.read_modal()
    await place.anna.fill(topic="steps")
    assert await place.anna.submit() == {}
    assert "Ik schrijf je hier niet meer over" in await place.anna.read_modal()
    await place.anna.click_in_view("Weer aanzetten")
    assert "Goed, je hoort weer van me" in await place.anna.read_modal()
    await place.anna.close_all()
    # Once more, and now by way of My settings.
    await place.anna.click("Stop hiermee", channel=place.anna.dm)
    await place.anna.fill(topic="steps")
    await place.anna.submit()
    await place.anna.close_all()
    await place.on(ASKED + timedelta(days=10))
    assert len(await place.letters()) == 1
    await place.anna.open_home()
    await place.team.settle()
    await place.anna.click_in_view("Mijn instellingen", home=True)
    await place.anna.fill(topics=list(rules.TOPICS), days=["1", "2"])
    assert await place.anna.submit() == {}
    assert await ours(place.bot.app).read(_days) == "12"
    assert await place.team.refused() == []


def _days(tx: Tx) -> str:
    return tx.sql.query(Reader).filter_by(user=ANNA).one().days


async def test_away_and_back_with_the_command(place: Place) -> None:
    await place.anna.command("afwezig", CHANNEL)
    await place.anna.fill(until="2027-01-24")
    assert await place.anna.submit() == {}
    assert "zondag 24 januari" in await place.anna.read_modal()
    await place.anna.close_all()
    await place.on(ASKED)
    assert await place.letters() == []
    await place.anna.command("away", CHANNEL)
    assert "Je bent afwezig tot en met zondag 24 januari." in await place.anna.read_modal()
    await place.anna.click_in_view("Ik ben terug")
    assert "Welkom terug" in await place.anna.read_modal()
    await place.team.settle()
    assert len(await place.letters()) == 1
    assert await place.team.refused() == []


async def test_do_not_disturb_and_a_holiday_in_slack_are_respected(place: Place) -> None:
    anna = place.bot.sandbox.workspace.people[ANNA]
    noon = ASKED.replace(hour=12, minute=0)
    anna.dnd_from, anna.dnd_until = ASKED.timestamp() - 3600, noon.timestamp()
    await place.on(ASKED)
    assert await place.letters() == []
    anna.status_emoji = ":palm_tree:"
    anna.status_expiration = int((noon + timedelta(days=3)).timestamp())
    await place.on(noon + timedelta(hours=1))
    assert await place.letters() == []
    await place.on(noon + timedelta(days=5))
    assert len(await place.letters()) == 1
    assert await place.team.refused() == []


async def test_without_the_scope_it_comes_all_the_same(place: Place) -> None:
    place.bot.sandbox.workspace.scopes -= {"dnd:read"}
    await place.on(ASKED)
    assert len(await place.letters()) == 1


GROUPS = 60


def everyone_has_a_step(tx: Tx, users: list[str]) -> None:
    for number, user in enumerate(users):
        group = make_group(tx, user, channel=f"C{number:05}")
        followups.keep_takeaway(
            tx,
            group,
            f"s{number}",
            user,
            what=What.RESPONSE,
            takeaway="",
            steps=[PlannedStep(STEP, None, False)],
            is_presenter=True,
            shared=False,
        )


@pytest.mark.long
async def test_many_groups_at_nine_are_spread_and_in_time(tmp_path: Path) -> None:
    async with running_bot(tmp_path) as bot, Team(bot.sandbox.url) as team:
        workspace = bot.sandbox.workspace
        users = [f"U1{number:05}" for number in range(GROUPS)]
        for number, user in enumerate(users):
            workspace.people[user] = Person(user, f"p{number}", f"Persoon {number}")
            workspace.channels[f"C{number:05}"] = Channel(f"C{number:05}", f"groep-{number}", {user, "U0BOT"})
        await ours(bot.app).transact(everyone_has_a_step, users)
        nine = datetime(2027, 1, 21, 9, 0, tzinfo=AMSTERDAM).timestamp()
        for minute in range(41):
            # Minute by minute: by way of every single moment it would take the test a minute.
            await team.post("clock", to=nine + minute * 60)
            await team.settle()
        came = [
            [float(message.ts) for message in workspace.messages.get("D" + user[1:], [])] for user in users
        ]
        assert [len(one) for one in came] == [1] * GROUPS
        moments = sorted(one for [one] in came)
        assert moments[0] >= nine
        assert moments[-1] <= nine + rules.SPREAD.total_seconds() + 120
        # Nobody waits for the others: each comes at a moment that is always theirs.
        for user, [one] in zip(users, came, strict=True):
            assert 0 <= one - nine - rules.share_of_the_hour(user).total_seconds() <= 120
        assert await team.refused() == []
