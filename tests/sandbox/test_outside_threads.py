"""Answers and replies that were meant for a thread and land in the channel."""

from typing import Any

from sandbox.client import Client
from sandbox.people import Team
from sandbox.server import Sandbox
from tests.sandbox.conftest import client_of

ANNA, CHANNEL = "U0ANNA", "C0OOST"


async def respond(sandbox: Sandbox, thread: str, **answer: Any) -> None:
    url = sandbox.doings.response_url(ANNA, CHANNEL, sandbox.workspace.message(CHANNEL, thread))
    async with Client() as http:
        assert (await http.post(url, json={"thread_ts": thread, **answer})).status_code == 200


async def test_an_ephemeral_answer_to_a_click_lands_outside_the_thread(sandbox: Sandbox) -> None:
    posted = await client_of(sandbox).chat_postMessage(channel=CHANNEL, text="Kaart")
    await respond(sandbox, posted["ts"], text="Alleen voor jou", response_type="ephemeral")
    async with Team(sandbox.url) as team:
        anna = team.person(ANNA)
        assert not await anna.sees("Alleen voor jou", CHANNEL, posted["ts"])
        assert await anna.sees("Alleen voor jou", CHANNEL)


async def test_an_answer_for_everybody_stays_in_the_thread(sandbox: Sandbox) -> None:
    posted = await client_of(sandbox).chat_postMessage(channel=CHANNEL, text="Kaart")
    await respond(sandbox, posted["ts"], text="Voor allen", response_type="in_channel")
    async with Team(sandbox.url) as team:
        assert await team.person(ANNA).sees("Voor allen", CHANNEL, posted["ts"])
        assert not await team.person(ANNA).sees("Voor allen", CHANNEL)


async def test_an_ephemeral_message_of_the_api_does_reach_the_thread(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    posted = await client.chat_postMessage(channel=CHANNEL, text="Kaart")
    await client.chat_postEphemeral(channel=CHANNEL, user=ANNA, text="Psst", thread_ts=posted["ts"])
    async with Team(sandbox.url) as team:
        assert await team.person(ANNA).sees("Psst", CHANNEL, posted["ts"])
        assert not await team.person(ANNA).sees("Psst", CHANNEL)


async def test_everybody_reads_in_the_channel_what_answers_a_message_that_somebody_deleted(
    sandbox: Sandbox,
) -> None:
    client = client_of(sandbox)
    posted = await client.chat_postMessage(channel=CHANNEL, text="Kaart")
    async with Team(sandbox.url) as team:
        await team.person(ANNA).delete(CHANNEL, posted["ts"])
        await client.chat_postMessage(channel=CHANNEL, text="Antwoord", thread_ts=posted["ts"])
        await client.files_upload_v2(
            channel=CHANNEL,
            filename="a.ics",
            content=b"BEGIN",
            initial_comment="Bestand",
            thread_ts=posted["ts"],
        )
        bram = team.person("U0BRAM")
        assert await bram.sees("Antwoord", CHANNEL)
        assert await bram.sees("Bestand", CHANNEL)
