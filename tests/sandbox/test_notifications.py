"""Who is notified of what, and what they still have to read."""

from collections.abc import AsyncIterator

import pytest

from sandbox.people import Team
from sandbox.server import Sandbox
from tests.sandbox.conftest import client_of

ANNA, BRAM, DAAN, CHANNEL = "U0ANNA", "U0BRAM", "U0DAAN", "C0OOST"


@pytest.fixture
async def team(sandbox: Sandbox) -> AsyncIterator[Team]:
    async with Team(sandbox.url) as opened:
        yield opened


async def card(sandbox: Sandbox) -> str:
    return str((await client_of(sandbox).chat_postMessage(channel=CHANNEL, text="Kaart"))["ts"])


async def reply(sandbox: Sandbox, thread: str, text: str) -> str:
    posted = await client_of(sandbox).chat_postMessage(channel=CHANNEL, text=text, thread_ts=thread)
    return str(posted["ts"])


async def sorts(team: Team, user: str) -> dict[str, int]:
    return {sort: number for sort, number in (await team.notifications())[user].items() if number}


async def test_a_mention_notifies_whoever_is_named_and_nobody_else(sandbox: Sandbox, team: Team) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": f"Hoi <@{ANNA}>"}}
    await client_of(sandbox).chat_postMessage(channel=CHANNEL, text="Hoi", blocks=[block])
    assert await sorts(team, ANNA) == {"mentions_in_channel": 1}
    assert await sorts(team, BRAM) == {}


async def test_no_mention_reaches_somebody_outside_the_channel(sandbox: Sandbox, team: Team) -> None:
    sandbox.workspace.channels[CHANNEL].members.discard(ANNA)
    await client_of(sandbox).chat_postMessage(channel=CHANNEL, text=f"Hoi <@{ANNA}>")
    assert await sorts(team, ANNA) == {}


async def test_a_thread_says_nothing_to_whoever_does_not_follow_it(sandbox: Sandbox, team: Team) -> None:
    thread = await card(sandbox)
    await reply(sandbox, thread, "Nu: inbreng")
    assert await sorts(team, ANNA) == {}
    assert {"channel": CHANNEL, "thread_ts": thread} not in [
        {key: badge[key] for key in ("channel", "thread_ts")} for badge in await team.person(ANNA).badges()
    ]


async def test_whoever_writes_in_a_thread_hears_of_it_from_then_on(sandbox: Sandbox, team: Team) -> None:
    thread = await card(sandbox)
    await team.person(ANNA).say("Ik ben er", CHANNEL, thread)
    await reply(sandbox, thread, "Nu: inbreng")
    assert await sorts(team, ANNA) == {"replies": 1}


async def test_whoever_is_named_in_a_thread_hears_of_it_from_then_on(sandbox: Sandbox, team: Team) -> None:
    thread = await card(sandbox)
    await reply(sandbox, thread, f"We beginnen, <@{ANNA}>")
    await reply(sandbox, thread, "Nu: inbreng")
    assert await sorts(team, ANNA) == {"mentions_in_thread": 1, "replies": 1}


async def test_whoever_began_a_thread_hears_of_its_replies(sandbox: Sandbox, team: Team) -> None:
    thread = await team.person(ANNA).say("Wie heeft tijd?", CHANNEL)
    await team.person(BRAM).say("Ik", CHANNEL, thread)
    await team.person(DAAN).say("Ik ook", CHANNEL, thread)
    assert await sorts(team, ANNA) == {"replies": 2}
    assert await sorts(team, BRAM) == {"replies": 1}
    assert await sorts(team, DAAN) == {}


async def test_a_mention_in_the_first_message_makes_nobody_a_follower(sandbox: Sandbox, team: Team) -> None:
    posted = await client_of(sandbox).chat_postMessage(channel=CHANNEL, text=f"Kaart van <@{ANNA}>")
    await reply(sandbox, posted["ts"], "Nu: inbreng")
    assert await sorts(team, ANNA) == {"mentions_in_channel": 1}


async def test_an_edit_notifies_nobody_and_makes_nobody_a_follower(sandbox: Sandbox, team: Team) -> None:
    thread = await card(sandbox)
    first = await reply(sandbox, thread, "Erbij: niemand")
    await client_of(sandbox).chat_update(channel=CHANNEL, ts=first, text=f"Erbij: <@{ANNA}>")
    await reply(sandbox, thread, "Nu: inbreng")
    assert await sorts(team, ANNA) == {}


async def test_a_private_message_of_the_bot_notifies(sandbox: Sandbox, team: Team) -> None:
    await client_of(sandbox).chat_postMessage(channel=ANNA, text="Jij leidt")
    assert await sorts(team, ANNA) == {"private": 1}
    [badge] = await team.person(ANNA).badges()
    assert (badge["channel"], badge["notifications"]) == (team.person(ANNA).dm, 1)


async def test_a_badge_goes_with_reading_and_comes_back_with_something_new(
    sandbox: Sandbox, team: Team
) -> None:
    anna = team.person(ANNA)
    await client_of(sandbox).chat_postMessage(channel=CHANNEL, text=f"Hoi <@{ANNA}>")
    assert [badge["notifications"] for badge in await anna.badges()] == [1]
    await anna.read(CHANNEL)
    assert await anna.badges() == []
    await client_of(sandbox).chat_postMessage(channel=CHANNEL, text="Iets nieuws")
    assert [badge["notifications"] for badge in await anna.badges()] == [0]
    assert await sorts(team, ANNA) == {"mentions_in_channel": 1}


async def test_a_thread_has_a_badge_of_its_own(sandbox: Sandbox, team: Team) -> None:
    thread, anna = await card(sandbox), team.person(ANNA)
    await anna.read(CHANNEL)
    await reply(sandbox, thread, f"Jij nu, <@{ANNA}>")
    [badge] = await anna.badges()
    assert (badge["thread_ts"], badge["notifications"], badge["title"]) == (thread, 1, "Kaart")
    await anna.read(CHANNEL)
    assert len(await anna.badges()) == 1
    await anna.say("Ja", CHANNEL, thread)
    assert await anna.badges() == []


async def test_the_badge_of_a_message_goes_when_the_message_is_deleted(sandbox: Sandbox, team: Team) -> None:
    posted = await client_of(sandbox).chat_postMessage(channel=CHANNEL, text=f"Hoi <@{ANNA}>")
    await client_of(sandbox).chat_delete(channel=CHANNEL, ts=posted["ts"])
    assert await team.person(ANNA).badges() == []


async def test_everything_goes_along_to_a_new_id_of_the_channel(sandbox: Sandbox, team: Team) -> None:
    thread = await team.person(ANNA).say("Wie heeft tijd?", CHANNEL)
    await sandbox.doings.share(CHANNEL, "C0NIEUW")
    await team.person(BRAM).say("Ik", "C0NIEUW", thread)
    [badge] = await team.person(ANNA).badges()
    assert (badge["channel"], badge["thread_ts"]) == ("C0NIEUW", thread)


async def test_a_message_that_the_bot_takes_away_has_been_posted(sandbox: Sandbox, team: Team) -> None:
    thread = await card(sandbox)
    await client_of(sandbox).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Alleen voor jou")
    gone = await reply(sandbox, thread, "Jij bent aan de beurt")
    await client_of(sandbox).chat_delete(channel=CHANNEL, ts=gone)
    await team.person(ANNA).say("Dank je", CHANNEL, thread)
    found = [(one["text"], one["thread_ts"], one["private"]) for one in await team.posted()]
    assert found == [
        ("Kaart", None, False),
        ("Alleen voor jou", None, True),
        ("Jij bent aan de beurt", thread, False),
    ]
