"""The console with real payloads: what people press and send, and what goes wrong meanwhile."""

import asyncio
from typing import Any

from bot.rounds.records import SafetyNote
from bot.storage import Tx
from sandbox.people import Someone
from tests.conftest import ours
from tests.console.test_room import console, from_more, gathered, on
from tests.sessions.conftest import CHANNEL, Stage

UNSAFE = "Vorige keer was het niet voor iedereen veilig. Begin met de afspraken."


async def begun(stage: Stage, *phases: str) -> str:
    """A session in a room that Bram leads, in the last of these phases."""
    thread = await gathered(stage)
    await stage.bram.click("Beginnen", channel=stage.bram.dm)
    await stage.rest()
    # Where people speak, they arrive first.
    for phase in ("Inbreng", *phases):
        await on(stage, phase)
    return thread


async def mark(stage: Stage, who: Someone, safety: int) -> None:
    await who.press("rounds.mark.use.4", channel=who.dm)
    await who.press(f"rounds.mark.safety.{safety}", channel=who.dm)
    await stage.rest()


async def test_the_evaluation_and_what_it_leaves_for_next_time(with_case: Stage) -> None:
    stage = with_case
    await begun(
        stage, "Vragen", "Antwoorden", "Je vraag", "Analyse", "Advies", "Reactie", "Oogst", "Evaluatie"
    )
    anna, bram, chloe, daan = stage.anna, stage.bram, stage.chloe, stage.daan
    await mark(stage, anna, 5)
    await mark(stage, bram, 4)
    await mark(stage, chloe, 1)
    # Daan was ticked, and is somewhere else.
    await daan.click("Ik ben er niet bij", channel=daan.dm)
    await stage.rest()
    assert "Dat was iedereen" in await console(stage, bram)
    assert await daan.sees("Goed, dan tel ik je niet mee.", daan.dm)
    # It was a mistake of his; and his phone is empty now.
    await from_more(bram, "Wie is er")
    everybody = [person.user for person in (anna, bram, chloe, daan)]
    await bram.fill(here=everybody)
    assert await bram.submit() == {}
    await stage.rest()
    await from_more(bram, "Wie is er")
    await bram.fill(aloud=[daan.user])
    assert await bram.submit() == {}
    await stage.rest()
    assert "Dat was iedereen" in await console(stage, bram)
    await bram.click("Wat doen we anders?", channel=bram.dm)
    await bram.fill(line="Eerder beginnen")
    assert await bram.submit() == {}
    await bram.click("Sessie afronden", channel=bram.dm)
    await stage.rest()
    # Afterwards: the time for Bram, the question for Chloé.
    assert await bram.sees("*De tijd*, gepland en genomen:", bram.dm)
    await bram.click("Eén ding voor de volgende keer", channel=bram.dm)
    await bram.fill(line="Meer stilte")
    assert await bram.submit() == {}
    for person in (anna, bram, daan):
        assert "Ja, zonder mijn naam" not in str(await person.messages(person.dm))
    assert await ours(stage.app).read(_told) == [False]
    await chloe.click("Ja, zonder mijn naam", channel=chloe.dm)
    await stage.rest()
    assert await ours(stage.app).read(_told) == [True]
    assert "Ja, zonder mijn naam" not in str(await chloe.messages(chloe.dm))
    assert await stage.team.refused() == []


def _told(tx: Tx) -> list[bool]:
    return [one.told for one in tx.sql.query(SafetyNote)]


async def test_a_console_that_was_deleted_by_hand_is_posted_anew(with_case: Stage) -> None:
    stage = with_case
    await begun(stage)
    bram = stage.bram
    # Slack tells nothing of it: the app was installed without the scope for private messages.
    stage.sandbox.workspace.scopes -= {"im:history"}
    [found] = [m for m in await bram.messages(bram.dm) if "controls" in str(m.get("blocks"))]
    await bram.delete(bram.dm, found["ts"])
    await bram.click("Bediening", channel=CHANNEL)
    await bram.click_in_view("Door naar Vragen")
    await stage.rest()
    await stage.rest()
    assert "*Nu: Vragen*" in await console(stage, bram)
    await on(stage, "Antwoorden")
    assert "*Nu: Antwoorden*" in await console(stage, bram)


async def test_two_who_press_at_once_on_card_and_console_go_on_once(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await stage.bram.click("Bediening", channel=CHANNEL)
    await asyncio.gather(
        stage.bram.click("Door naar Vragen", channel=stage.bram.dm),
        stage.daan.click("Bediening", channel=CHANNEL),
        stage.bram.click_in_view("Door naar Vragen"),
    )
    await stage.rest()
    assert "*Nu: Vragen*" in await console(stage, stage.bram)
    assert await stage.anna.sees("*Vragen.*", CHANNEL, thread)
    assert not await stage.anna.sees("*Antwoorden.*", CHANNEL, thread)
    assert await stage.team.refused() == []


async def test_the_card_stays_as_it_is_and_opens_the_controls_of_now(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)

    async def card() -> dict[str, Any]:
        return next(one for one in await stage.anna.messages(CHANNEL) if one["ts"] == thread)

    before = await card()
    assert "*De sessie loopt.*" in before["text"]
    for phase in ("Vragen", "Antwoorden"):
        await stage.bram.click("Bediening", channel=CHANNEL)
        await stage.bram.click_in_view(f"Door naar {phase}")
        # The window has the controls of the phase that it led to.
        assert f"Jullie zijn bij *{phase}*" in await stage.bram.read_modal()
        await stage.bram.close_all()
        await stage.rest()
        assert await stage.anna.sees(f"*{phase}.*", CHANNEL, thread)
        now = await card()
        assert (now["text"], now["blocks"]) == (before["text"], before["blocks"])
    await stage.bram.click("Bediening", channel=CHANNEL)
    await stage.bram.click_in_view("Twee minuten erbij")
    await stage.bram.click_in_view("Pauze")
    await stage.bram.close_all()
    await stage.rest()
    assert "*De klok staat stil* in Antwoorden" in (await card())["text"]
    # Somebody else may take over, and reads so.
    await stage.daan.click("Bediening", channel=CHANNEL)
    assert await stage.daan.sees("Wil je het overnemen?", CHANNEL)
    assert await stage.team.refused() == []


async def test_they_go_from_a_room_to_the_thread_and_back(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage, "Vragen")
    for way, word in (("In tekst, in de thread", "Schrijf je vraag"), ("Samen in één ruimte", None)):
        await from_more(stage.bram, "Wie is er")
        form = str(await stage.bram.modal())
        assert "Zo komen jullie bij elkaar" in form
        await stage.bram.fill(meets={"In tekst, in de thread": "thread"}.get(way, "room"))
        assert await stage.bram.submit() == {}
        await stage.rest()
        shown = str(await stage.chloe.messages(CHANNEL, thread))
        assert ("Schrijf je vraag" in shown) is (word is not None)
    assert "*Wat de groep doet:*" in await console(stage, stage.bram)


async def test_the_agreements_may_name_whom_to_turn_to(with_case: Stage) -> None:
    stage = with_case
    await begun(stage)
    await stage.bram.click("Wat zeg ik als …", channel=stage.bram.dm)
    assert "In jullie afspraken staat" not in str(await stage.bram.modal())
    await stage.bram.close_all()
    await stage.anna.command("afspraken", CHANNEL)
    await stage.anna.click_in_view("Tekst veranderen")
    await stage.anna.fill(contact="Sanne de Wit, 06 12345678")
    assert await stage.anna.submit() == {}
    await stage.bram.click("Wat zeg ik als …", channel=stage.bram.dm)
    assert "In jullie afspraken staat: Sanne de Wit, 06 12345678" in str(await stage.bram.modal())
