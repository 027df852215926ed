"""Nobody is a member by somebody else's press: a new group asks in its channel and in private, and names who joined."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.agreements import jobs as agreement_jobs
from bot.groups import service
from bot.groups.records import Group
from bot.jobs import queue
from bot.storage import Store, Tx
from bot.texts import Refused
from sandbox.people import Someone, Team
from sandbox.workspace.model import BOT_USER
from tests.bot import Running, everybody_joins, running_bot
from tests.conftest import make_group, ours, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN, deliver

CHANNEL, ZONE = "C0OOST", "Europe/Amsterdam"
HERE = {ANNA, BRAM, CHLOE, DAAN}
ASKS, JOIN = "Wie doet mee?", "Ik doe mee"


def begun(tx: Tx) -> str:
    return service.set_up(tx, CHANNEL, ANNA, HERE, language="nl", zone=ZONE).id


def users(tx: Tx, group_id: str) -> list[str]:
    return [found.user for found in service.members(tx, tx.sql.get_one(Group, group_id))]


async def said(store: Store) -> list[str]:
    """What stands in the channel about who takes part."""
    posted = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    return [text for text in posted if ASKS in text or "doet vanaf nu mee" in text]


async def test_pressing_twice_is_as_good_as_once(store: Store) -> None:
    group_id = await store.transact(begun)
    for _ in range(2):
        await store.transact(service.join_group, group_id, BRAM, HERE)
    assert await store.read(users, group_id) == [ANNA, BRAM]
    [text] = await said(store)
    assert f"Tot nu toe: <@{ANNA}> en <@{BRAM}>." in text


async def test_whoever_left_presses_again_and_is_named_again(store: Store) -> None:
    group_id = await store.transact(begun)
    await store.transact(service.join_group, group_id, BRAM, HERE)
    await store.transact(service.leave_group, group_id, BRAM)
    assert f"Tot nu toe: <@{ANNA}>." in (await said(store))[0]
    await store.transact(service.join_group, group_id, BRAM, HERE)
    assert await store.read(users, group_id) == [ANNA, BRAM]
    assert f"<@{BRAM}>" in (await said(store))[0]


async def test_whoever_is_not_in_the_channel_presses_in_vain(store: Store) -> None:
    group_id = await store.transact(begun)
    with pytest.raises(Refused):
        await store.transact(service.join_group, group_id, "U0ELDERS", HERE)
    assert await store.read(users, group_id) == [ANNA]
    assert "U0ELDERS" not in (await said(store))[0]


async def test_whoever_presses_while_somebody_sets_the_group_up_again_stays_in_it(store: Store) -> None:
    group_id = await store.transact(begun)
    await store.transact(service.join_group, group_id, BRAM, HERE)
    # Chloé had the form open, and Anna sends hers once more, in another language.
    for user in (CHLOE, ANNA):
        await store.transact(
            lambda tx, user: service.set_up(tx, CHANNEL, user, HERE, language="en", zone=ZONE).id, user
        )
    assert await store.read(users, group_id) == [ANNA, BRAM]
    posted = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert "Who takes part?" in posted[-1]
    assert f"In it so far: <@{ANNA}> and <@{BRAM}>." in posted[-1]


async def test_where_nobody_presses_the_question_stands_and_says_so(store: Store) -> None:
    group_id = await store.transact(begun)
    await store.transact(service.leave_group, group_id, ANNA)
    [text] = await said(store)
    assert "Nog niemand." in text


async def test_after_the_first_meeting_a_line_says_who_joins(store: Store) -> None:
    def meet(tx: Tx, group_id: str) -> None:
        about = {"group": group_id, "session": "x", "held": True}
        queue.schedule(tx, "session.ended", "session/x", tx.now, about)
        run_due(tx, agreement_jobs.JOBS)

    group_id = await store.transact(begun)
    await store.transact(service.join_group, group_id, BRAM, HERE)
    for _ in range(2):
        await store.transact(meet, group_id)
    assert await said(store) == []
    posted = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert f"De groep is begonnen, met <@{ANNA}> en <@{BRAM}>." in posted[-1]
    await store.transact(service.join_group, group_id, CHLOE, HERE)
    assert await said(store) == [f"<@{CHLOE}> doet vanaf nu mee in de groep."]


async def test_a_group_of_before_says_it_in_a_line_and_keeps_its_members(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await store.transact(service.join_group, group_id, CHLOE, HERE)
    assert await store.read(users, group_id) == [ANNA, BRAM, CHLOE]
    assert await said(store) == [f"<@{CHLOE}> doet vanaf nu mee in de groep."]


def test_the_question_can_be_edited_for_years(tx: Tx) -> None:
    group_id = begun(tx)
    deliver(tx)
    tx = Tx(tx.sql, tx.now.replace(year=tx.now.year + 3)).of(tx.workspace)
    service.join_group(tx, group_id, BRAM, HERE)
    assert [row.target_key for row in outgoing(tx, "update")] == [f"group/{group_id}/who_joins"]


# In Slack


class Place:
    def __init__(self, bot: Running, team: Team) -> None:
        self.bot, self.team = bot, team
        self.anna, self.bram, self.esra = (team.person(user) for user in (ANNA, BRAM, "U0ESRA"))

    async def set_up(self, who: Someone) -> None:
        await who.command("", CHANNEL)
        await who.click("Groep beginnen", channel=CHANNEL)
        await who.fill(meets="thread")
        assert await who.submit() == {}
        await self.team.advance(seconds=5)

    async def users(self) -> list[str]:
        def found(tx: Tx) -> list[str]:
            return [one.user for one in service.members(tx, service.group_of_channel(tx, CHANNEL))]

        return await ours(self.bot.app).read(found)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with running_bot(tmp_path) as bot, Team(bot.sandbox.url) as team:
        yield Place(bot, team)
        assert await team.refused() == []


async def test_a_new_group_asks_in_the_channel_and_each_person_once_in_private(place: Place) -> None:
    await place.set_up(place.anna)
    assert await place.users() == [ANNA]
    assert await place.bram.sees(ASKS, CHANNEL)
    await place.bram.click(JOIN, channel=CHANNEL)
    await place.team.settle()
    assert await place.users() == [ANNA, BRAM]
    assert await place.esra.sees("Tot nu toe: Anna en Bram.", CHANNEL)
    # Pressed again there is an answer that can be seen.
    await place.bram.click(JOIN, channel=CHANNEL)
    assert await place.bram.sees("Je zit in de groep van", CHANNEL)
    await place.team.advance(hours=1)
    assert await place.esra.sees("In <#C0OOST> begint een groep", place.esra.dm)
    for who in (place.anna, place.bram):
        assert not await who.sees("begint een groep", who.dm)
    await place.esra.click(JOIN, channel=place.esra.dm)
    await place.team.settle()
    assert "U0ESRA" in await place.users()
    letters = len(await place.team.person("U0FLEUR").messages(place.team.person("U0FLEUR").dm))
    await place.team.advance(days=20)
    # Asked once: without an answer nobody is asked again.
    fleur = place.team.person("U0FLEUR")
    assert len([m for m in await fleur.messages(fleur.dm) if "begint een groep" in m["text"]]) == letters == 1


async def test_whoever_was_a_moment_slower_is_in_the_group_only_by_their_own_press(place: Place) -> None:
    await place.bram.command("", CHANNEL)
    await place.bram.click("Groep beginnen", channel=CHANNEL)
    await place.bram.fill(meets="thread")
    await place.set_up(place.anna)
    assert await place.bram.submit() == {}
    assert "net iets sneller" in await place.bram.read_modal()
    assert await place.users() == [ANNA]
    await place.bram.click_in_view(JOIN)
    assert await place.users() == [ANNA, BRAM]


async def test_everybody_presses_and_the_channel_has_one_message_about_it(place: Place) -> None:
    await place.set_up(place.anna)
    await everybody_joins(place.bot.sandbox, place.team, CHANNEL)
    assert len(await place.users()) == len(place.bot.sandbox.workspace.channel(CHANNEL).members - {BOT_USER})
    seen = [m["text"] for m in await place.bram.messages(CHANNEL) if not m["ephemeral"]]
    assert len([text for text in seen if ASKS in text]) == 1
    assert not any("doet vanaf nu mee" in text for text in seen)
