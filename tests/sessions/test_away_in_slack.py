"""An absence as the group meets it in the thread."""

import asyncio
from datetime import timedelta

import pytest

from bot.app import build
from bot.jobs.clock import ShiftedClock
from bot.sessions import service
from sandbox.people import CannotDo
from tests.conftest import ours
from tests.sessions.conftest import CHANNEL, Stage


async def go_away(stage: Stage, **by: float) -> None:
    """The laptop sleeps, and what the heartbeat notices is told before anything else is done."""
    since = stage.app.clock.now()
    await stage.app.stop()
    seconds = timedelta(**by).total_seconds()
    clock = ShiftedClock()
    clock.shift_to(stage.sandbox.workspace.clock.offset + seconds)
    await stage.team.post("clock", advance=seconds)
    stage.app = build(stage.settings, clock)
    await ours(stage.app).transact(service.on_downtime, since, clock.now())
    await stage.app.start()
    await stage.app.catch_up()
    await stage.rest()


async def begun(stage: Stage) -> str:
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    return thread


async def test_the_group_is_told_and_chooses_in_the_thread(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await stage.team.advance(minutes=3)
    await go_away(stage, minutes=55)
    assert await stage.daan.sees("Ik was weg van", CHANNEL, thread)
    assert not await stage.daan.sees("is om", CHANNEL, thread)
    assert await stage.daan.sees("*De klok staat stil* in Inbreng.", CHANNEL)
    # Someone who does not facilitate is offered to take over; of two presses at once the second changes nothing.
    await stage.chloe.click("Geef de tijd terug", channel=CHANNEL, thread_ts=thread)
    assert await stage.chloe.sees("Wil je het overnemen?", CHANNEL, thread)
    await asyncio.gather(
        stage.bram.click("Geef de tijd terug", channel=CHANNEL, thread_ts=thread),
        stage.bram.click("Verder", channel=CHANNEL, thread_ts=thread),
        return_exceptions=True,
    )
    await stage.rest()
    settled = "Jullie kregen de tijd terug", "Jullie gingen verder"
    assert [await stage.daan.sees(words, CHANNEL, thread) for words in settled].count(True) == 1
    for label in ("Geef de tijd terug", "Verder"):
        with pytest.raises(CannotDo):
            await stage.bram.click(label, channel=CHANNEL, thread_ts=thread)
    assert await stage.team.refused() == []


async def test_going_on_after_a_long_sleep_takes_the_group_to_the_next_phase(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await go_away(stage, minutes=55)
    await stage.bram.click("Verder", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    assert await stage.daan.sees("Jullie gingen verder met *Vragen*.", CHANNEL, thread)
    assert await stage.daan.sees("*Vragen.*", CHANNEL, thread)
    assert await stage.team.refused() == []


async def test_the_card_gives_the_time_back_too(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await stage.team.advance(minutes=3)
    await go_away(stage, minutes=55)
    await stage.bram.click("Geef de tijd terug", channel=CHANNEL)
    await stage.rest()
    assert await stage.daan.sees("Jullie kregen de tijd terug", CHANNEL, thread)
    await stage.team.advance(minutes=6)
    await stage.rest()
    assert await stage.daan.sees("De tijd voor *Inbreng* is om.", CHANNEL, thread)


async def test_the_morning_after_the_session_is_closed(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await go_away(stage, hours=17)
    assert await stage.daan.sees("dus ik heb deze sessie afgesloten", CHANNEL, thread)
    assert await stage.daan.sees("Ik was lang weg", CHANNEL)
    with pytest.raises(CannotDo):
        await stage.bram.click("Verder", channel=CHANNEL, thread_ts=thread)
    assert await stage.team.refused() == []


@pytest.mark.parametrize("trouble", [{"kind": "500"}, {"kind": "ratelimited", "seconds": 120}])
async def test_after_trouble_with_slack_only_what_is_on_is_posted(
    with_case: Stage, trouble: dict[str, object]
) -> None:
    stage = with_case
    thread = await begun(stage)
    faults = stage.sandbox.workspace.faults
    faults.add(method="chat.postMessage", times=1000, **trouble)
    faults.add(method="chat.postEphemeral", times=1000, **trouble)
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    for _ in range(3):
        await stage.team.advance(seconds=30)
    await stage.bram.click("Door naar Antwoorden", channel=stage.bram.dm)
    for _ in range(3):
        await stage.team.advance(seconds=30)
    assert not await stage.daan.sees("*Antwoorden.*", CHANNEL, thread)
    faults.clear()
    for _ in range(20):
        await stage.team.advance(seconds=20)
    said = [message["text"] for message in await stage.daan.messages(CHANNEL, thread)]
    assert sum(text.startswith("*Antwoorden.*") for text in said) == 1
    assert not [text for text in said if text.startswith("*Vragen.*")]
    # Nobody needs to hear now how many had written a question.
    assert not [text for text in said if "geschreven" in text]
    hints = [message["text"] for message in await stage.bram.messages(CHANNEL, thread)]
    assert not [text for text in hints if text.startswith("*Vragen.*")]
