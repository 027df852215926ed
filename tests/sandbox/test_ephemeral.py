"""Ephemeral messages: only for whoever has Slack open at that moment, and never a notification."""

from sandbox.people import Team
from sandbox.server import Sandbox
from tests.sandbox.conftest import client_of

ANNA, CHANNEL = "U0ANNA", "C0OOST"


async def test_whoever_has_their_page_open_sees_it_and_nobody_else_does(sandbox: Sandbox) -> None:
    await client_of(sandbox).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Psst")
    async with Team(sandbox.url) as team:
        assert await team.person(ANNA).sees("Psst", CHANNEL)
        assert not await team.person("U0BRAM").sees("Psst", CHANNEL)


async def test_it_never_arrives_at_somebody_who_is_away_and_slack_says_ok(sandbox: Sandbox) -> None:
    async with Team(sandbox.url) as team:
        anna = team.person(ANNA)
        await anna.close_page()
        told = await client_of(sandbox).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Psst")
        await anna.open_page()
        assert told["ok"]
        assert told["message_ts"]
        assert not await anna.sees("Psst", CHANNEL)
        await client_of(sandbox).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Weer terug")
        assert await anna.sees("Weer terug", CHANNEL)


async def test_it_is_gone_for_whoever_went_away_and_came_back(sandbox: Sandbox) -> None:
    await client_of(sandbox).chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Psst")
    await client_of(sandbox).chat_postMessage(channel=CHANNEL, text="Voor iedereen")
    async with Team(sandbox.url) as team:
        anna = team.person(ANNA)
        await anna.close_page()
        await anna.open_page()
        assert not await anna.sees("Psst", CHANNEL)
        assert await anna.sees("Voor iedereen", CHANNEL)


async def test_it_is_never_a_badge_or_a_notification(sandbox: Sandbox) -> None:
    await client_of(sandbox).chat_postEphemeral(channel=CHANNEL, user=ANNA, text=f"Psst <@{ANNA}>")
    async with Team(sandbox.url) as team:
        assert await team.person(ANNA).badges() == []
        assert set((await team.notifications())[ANNA].values()) == {0}
