"""A message of the bot that somebody deletes by hand: what is still of use comes back, what is not does not."""

import pytest
from sqlalchemy import select

from bot.delivery.records import OutboxRow
from bot.sessions.records import Session
from bot.storage import Tx
from sandbox.people import CannotDo, Someone
from tests.conftest import ours
from tests.polls.people import prepare
from tests.sessions.conftest import CHANNEL, Stage


async def delete(stage: Stage, text: str, thread: str | None = None) -> str:
    """Daan, an owner of the workspace, deletes the newest message that says this; returns where it stood."""
    found = [one for one in await stage.daan.messages(CHANNEL, thread) if text in one["text"]]
    await stage.daan.delete(CHANNEL, found[-1]["ts"])
    await stage.team.settle()
    await stage.rest()
    return str(found[-1]["ts"])


async def unheard(stage: Stage) -> None:
    """From now on Slack tells nothing of messages: the app was installed without the scopes for it."""
    stage.sandbox.workspace.scopes -= {"channels:history", "groups:history"}


async def count(person: Someone, text: str, thread: str | None = None) -> int:
    return len([one for one in await person.messages(CHANNEL, thread) if text in one["text"]])


async def begun(stage: Stage) -> str:
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    return thread


async def test_a_card_comes_back_at_once_with_its_thread_and_goes_on(with_case: Stage) -> None:
    stage = with_case
    before = await begun(stage)
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    await stage.rest()
    await delete(stage, "Intervisie:")
    thread = await stage.card(stage.bram)
    assert thread != before
    # Everyone present follows the new thread as they did the old one.
    assert await count(stage.daan, "We zijn begonnen", thread) == 1
    assert stage.sandbox.workspace.notifications.follows("U0DAAN", CHANNEL, thread)
    # What people press now stands in the new thread, and in no other.
    await stage.daan.click("Schrijf je vraag", channel=CHANNEL, thread_ts=thread)
    with pytest.raises(CannotDo):
        await stage.chloe.click("Schrijf je vraag", channel=CHANNEL, thread_ts=before)
    await stage.bram.click("Door naar Antwoorden", channel=stage.bram.dm)
    await stage.rest()
    assert await stage.daan.sees("*Antwoorden.*", CHANNEL, thread)
    assert not await stage.daan.sees("*Antwoorden.*", CHANNEL, before)
    assert not await stage.daan.sees("*Antwoorden.*", CHANNEL)


async def test_a_card_without_replies_comes_back_too(with_case: Stage) -> None:
    stage = with_case
    await stage.bram.command("start", CHANNEL)
    await stage.bram.fill(facilitator="U0BRAM", pace="wait")
    assert await stage.bram.submit() == {}
    await stage.team.settle()
    card = await stage.card(stage.bram)
    for reply in [one for one in await stage.daan.messages(CHANNEL, card) if one["ts"] != card]:
        stage.sandbox.workspace.messages[CHANNEL].remove(
            stage.sandbox.workspace.message(CHANNEL, reply["ts"])
        )
    await delete(stage, "Intervisie:")
    thread = await stage.card(stage.bram)
    assert thread != card
    await stage.anna.click("Ik ben er", channel=CHANNEL, thread_ts=thread)


async def test_without_the_event_the_next_edit_brings_it_back(with_case: Stage) -> None:
    stage = with_case
    await begun(stage)
    await unheard(stage)
    await delete(stage, "Intervisie:")
    with pytest.raises(CannotDo):
        await stage.bram.click("Pauze", channel=CHANNEL)
    # A pause is something that the card says; its notice waits for the thread that begins anew.
    await stage.bram.click("Pauze", channel=stage.bram.dm)
    await stage.rest()
    # It comes with words that tell nothing on a locked phone, and a moment later with its own.
    for _ in range(3):
        await stage.team.advance(minutes=1)
        await stage.rest()
    assert await count(stage.daan, "Intervisie:") == 1
    assert await count(stage.daan, "We staan even stil", await stage.card(stage.bram)) == 1
    await stage.bram.click("Verder", channel=CHANNEL)


async def test_a_prompt_comes_back_in_its_thread_also_a_second_time(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    await stage.rest()
    for _ in range(2):
        await delete(stage, "*Vragen.*", thread)
        assert await count(stage.daan, "*Vragen.*", thread) == 1
        assert await count(stage.daan, "*Vragen.*") == 0
    await stage.daan.click("Schrijf je vraag", channel=CHANNEL, thread_ts=thread)


async def test_whose_turn_it_is_comes_back(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    for phase in ("Vragen", "Antwoorden", "Je vraag", "Analyse", "Advies"):
        await stage.bram.click(f"Door naar {phase}", channel=stage.bram.dm)
        await stage.rest()
    await stage.bram.click("Laat de adviezen zien", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    await delete(stage, "wat zou jij doen?", thread)
    assert await count(stage.daan, "wat zou jij doen?", thread) == 1
    await stage.bram.click("Volgende", channel=CHANNEL, thread_ts=thread)


async def test_what_is_over_does_not_come_back(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    await stage.rest()
    await delete(stage, "*Inbreng.*", thread)
    assert await count(stage.daan, "*Inbreng.*", thread) == 0
    await stage.bram.click("Stoppen", channel=CHANNEL)
    await stage.bram.click("Nu stoppen", channel=CHANNEL)
    await stage.rest()
    await delete(stage, "Intervisie:")
    assert await count(stage.daan, "Intervisie:") == 0


async def test_a_case_that_somebody_took_away_stays_away(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await delete(stage, "aardig gevonden", thread)
    assert await count(stage.daan, "aardig gevonden", thread) == 0
    assert await count(stage.daan, "*Inbreng.*", thread) == 1


async def test_a_program_that_deletes_every_time_has_the_last_word(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    for _ in range(12):
        found = [one for one in await stage.daan.messages(CHANNEL, thread) if "*Inbreng.*" in one["text"]]
        if not found:
            break
        await stage.daan.delete(CHANNEL, found[-1]["ts"])
        await stage.team.settle()
        await stage.rest()
    else:
        pytest.fail("it came back every time")
    posts = [one for one in stage.sandbox.workspace.journal if one["name"] == "chat.postMessage"]
    await stage.team.advance(minutes=1)
    assert [one for one in stage.sandbox.workspace.journal if one["name"] == "chat.postMessage"] == posts


async def test_a_poll_comes_back_and_tells_its_result(stage: Stage) -> None:
    await ours(stage.app).transact(lambda tx: prepare(tx).id)
    await stage.bram.command("stem", CHANNEL)
    assert await stage.bram.submit() == {}
    await stage.rest()
    [poll] = [one for one in await stage.bram.messages(CHANNEL) if one["blocks"]]
    await stage.daan.delete(CHANNEL, poll["ts"])
    await stage.team.settle()
    await stage.rest()
    await stage.bram.click("Nu sluiten", channel=CHANNEL)
    await stage.rest()
    assert await stage.daan.sees("De stemming is gesloten", CHANNEL)


async def test_a_poll_of_which_no_event_told_tells_its_result_in_a_new_message(stage: Stage) -> None:
    await ours(stage.app).transact(lambda tx: prepare(tx).id)
    await stage.bram.command("stem", CHANNEL)
    assert await stage.bram.submit() == {}
    await stage.rest()
    await unheard(stage)
    [poll] = [one for one in await stage.bram.messages(CHANNEL) if one["blocks"]]
    await stage.daan.delete(CHANNEL, poll["ts"])
    await stage.team.advance(days=30)
    await stage.rest()
    assert await stage.daan.sees("De stemming is gesloten", CHANNEL)


async def test_a_start_while_the_card_is_gone_finds_the_same_session(with_case: Stage) -> None:
    stage = with_case
    await begun(stage)
    await delete(stage, "Intervisie:")
    await stage.daan.command("start", CHANNEL)

    def sessions(tx: Tx) -> tuple[int, list[str]]:
        rows = tx.sql.scalars(select(OutboxRow.state).where(OutboxRow.key.like("%/card")))
        return len(tx.sql.scalars(select(Session)).all()), list(rows)

    assert await ours(stage.app).read(sessions) == (1, ["sent"])
