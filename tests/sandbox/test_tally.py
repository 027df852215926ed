"""How the story counts the bot's messages, without playing it."""

from sandbox.people import Team
from sandbox.player.tally import CHARACTERS_AT_MOST, posted_so_far, tally_since
from sandbox.server import Sandbox
from tests.sandbox.conftest import client_of

ANNA, CHANNEL = "U0ANNA", "C0OOST"


async def test_the_tally_counts_from_where_it_begins_and_finds_what_is_too_long(sandbox: Sandbox) -> None:
    async with Team(sandbox.url) as team:
        client = client_of(sandbox)
        await client.chat_postMessage(channel=CHANNEL, text="Van ervoor")
        before = await posted_so_far(team)
        await client.chat_postMessage(channel=CHANNEL, text="Kort")
        await client.chat_postMessage(channel=CHANNEL, text="x" * (CHARACTERS_AT_MOST + 1))
        await client.chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Alleen voor jou")
        found = await tally_since(team, before)
    assert (found.shared, found.private, len(found.too_long)) == (2, 1, 1)
    assert [held for _, held in found.aims] == [True, True, False]
