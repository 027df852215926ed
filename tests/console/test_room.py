"""A session in a room, led from one phone: the leader's console tells everything, and nobody else needs Slack until the end."""

import pytest
from sqlalchemy import select

from bot.groups import service as groups
from bot.rounds.records import Evaluation
from bot.rounds.rules import NOBODY
from bot.storage import Tx
from sandbox.people import Someone
from sandbox.workspace.model import BOT_USER
from tests.conftest import ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.sessions.conftest import CHANNEL, Stage

PHASES = ("Inbreng", "Vragen", "Antwoorden", "Je vraag", "Analyse", "Advies", "Reactie")


async def console(stage: Stage, who: Someone) -> str:
    """What the console of whoever leads says now."""
    found = [m for m in await who.messages(who.dm) if "controls" in str(m.get("blocks"))]
    assert len(found) == 1, [m["text"] for m in found]
    return str(found[0]["text"])


async def from_more(who: Someone, label: str) -> None:
    """Presses what stands in the window *Meer*: two taps."""
    await who.click("Meer", channel=who.dm)
    await who.click_in_view(label)


def named(tx: Tx) -> None:
    """Slack has told how everybody is called: a name that is not known is a mention."""
    for user in (ANNA, BRAM, CHLOE, DAAN):
        groups.ensure_person(tx, user).name = user.removeprefix("U0").title()


async def gathered(stage: Stage) -> str:
    """A session in a room that Bram leads; he has ticked who is there."""
    await ours(stage.app).transact(named)
    await stage.bram.command("start", CHANNEL)
    await stage.bram.fill(facilitator=stage.bram.user, meets="room")
    assert await stage.bram.submit() == {}
    await stage.rest()
    await stage.bram.click("Wie is er", channel=stage.bram.dm)
    everybody = [person.user for person in (stage.anna, stage.bram, stage.chloe, stage.daan)]
    await stage.bram.fill(here=everybody)
    assert await stage.bram.submit() == {}
    await stage.rest()
    return await stage.card(stage.bram)


async def on(stage: Stage, phase: str) -> None:
    await stage.bram.click(f"Door naar {phase}", channel=stage.bram.dm)
    await stage.rest()


async def test_one_message_leads_through_the_hour(with_case: Stage) -> None:
    stage = with_case
    thread = await gathered(stage)
    said = await console(stage, stage.bram)
    for words in ("Jij leidt", "*Zeg:*", "*Waar je op let:*", "Erbij: "):
        assert words in said
    assert "Anna brengt de casus in.\nLeg pen en papier klaar." in said
    await stage.bram.click("Beginnen", channel=stage.bram.dm)
    await stage.rest()
    # People who meet arrive first; whoever leads may leave that out with a press.
    assert "*Nu: Aankomen*" in await console(stage, stage.bram)
    for phase in PHASES:
        await on(stage, phase)
        said = await console(stage, stage.bram)
        assert f"*Nu: {phase}*" in said
        # What is read aloud names the presenter; a mention reads badly.
        assert f"<@{stage.anna.user}>" not in said
        for words in ("*Zeg:*", "*Waar je op let:*", "*Als het stokt:*", "*Als het misgaat:*", "Straks: "):
            assert words in said
    # In the thread a line for each phase, and at most five more.
    posted = [m for m in await stage.anna.messages(CHANNEL, thread) if m["user"] == BOT_USER]
    assert len(posted) <= len(PHASES) + 1 + 5
    assert not [m for m in posted if "<@" in m["text"]]
    for person in (stage.anna, stage.chloe, stage.daan):
        assert await person.messages(person.dm) == []
    assert await stage.team.refused() == []


async def test_only_next_one_moves_a_turn_and_the_console_says_whose_it_is(with_case: Stage) -> None:
    stage = with_case
    await gathered(stage)
    await stage.bram.click("Beginnen", channel=stage.bram.dm)
    for phase in PHASES[:-1]:
        await stage.rest()
        await on(stage, phase)
    # First each writes on paper, which nobody can count.
    assert "op papier" in await console(stage, stage.bram)
    assert "is aan de beurt" not in await console(stage, stage.bram)
    await stage.bram.click("Iedereen heeft geschreven", channel=stage.bram.dm)
    await stage.rest()
    assert f"<@{stage.chloe.user}> is aan de beurt, daarna <@{stage.daan.user}>" in await console(
        stage, stage.bram
    )
    await stage.bram.click("Volgende", channel=stage.bram.dm)
    await stage.rest()
    assert f"<@{stage.daan.user}> is aan de beurt" in await console(stage, stage.bram)
    for _ in ("Daan", "Bram"):
        await stage.bram.click("Volgende", channel=stage.bram.dm)
        await stage.rest()
    # Nobody else says that the round is over, nor how to go on.
    said = await console(stage, stage.bram)
    assert "*Iedereen is aan de beurt geweest.*" in said
    assert (
        "*Zeg, als je doorgaat:* _Anna, dank je dat je luisterde. Neem even de tijd: wat bleef hangen?_"
        in said
    )


async def test_harvest_and_marks_come_to_each_in_one_private_message(with_case: Stage) -> None:
    stage = with_case
    await gathered(stage)
    await stage.bram.click("Beginnen", channel=stage.bram.dm)
    await stage.rest()
    for phase in (*PHASES, "Oogst"):
        await on(stage, phase)
    people = (stage.anna, stage.bram, stage.chloe, stage.daan)
    for person in people:
        assert await person.sees("Wat zie jij nu in je eigen werk", person.dm)
    await on(stage, "Evaluatie")
    for person in people:
        assert not await person.sees("Wat zie jij nu in je eigen werk", person.dm)
        await person.press("rounds.mark.use.4", channel=person.dm)
        await person.press("rounds.mark.safety.5", channel=person.dm)
        await stage.rest()
    # A press never ends a phase in which people still speak.
    assert "*Nu: Evaluatie*" in await console(stage, stage.bram)
    await stage.bram.click("Sessie afronden", channel=stage.bram.dm)
    await stage.rest()
    thread = await stage.card(stage.bram)
    assert await stage.anna.sees("‘Ik had er iets aan’ 4,0, ‘Ik voelde me veilig’ 5,0", CHANNEL, thread)
    assert await ours(stage.app).read(_names) == {NOBODY}


def _names(tx: Tx) -> set[str]:
    return {one.user[:1] for one in tx.sql.scalars(select(Evaluation))}


async def test_what_is_parked_comes_back_to_its_writer_alone_after_the_session(with_case: Stage) -> None:
    stage = with_case
    thread = await gathered(stage)
    await stage.bram.click("Beginnen", channel=stage.bram.dm)
    await stage.rest()
    await from_more(stage.bram, "Parkeren")
    await stage.bram.fill(line="Het rooster hoort in het werkoverleg")
    assert await stage.bram.submit() == {}
    # It says so at once, and closing that closes everything.
    assert "Geparkeerd." in str(await stage.bram.modal())
    await stage.bram.close()
    assert await stage.bram.views() == []
    assert not await stage.bram.sees("Het rooster", stage.bram.dm)
    await from_more(stage.bram, "Stoppen")
    # The evaluation is offered first, in the same window.
    await stage.bram.click_in_view("Nu stoppen")
    await stage.rest()
    assert await stage.bram.sees("Het rooster hoort in het werkoverleg", stage.bram.dm)
    assert not await stage.anna.sees("Het rooster", CHANNEL, thread)


async def test_the_console_moves_with_a_takeover(with_case: Stage) -> None:
    stage = with_case
    await gathered(stage)
    await stage.bram.click("Beginnen", channel=stage.bram.dm)
    await stage.rest()
    await on(stage, "Inbreng")
    await on(stage, "Vragen")
    await stage.daan.click("Pauze", channel=CHANNEL)
    await stage.rest()
    await stage.daan.click("Verder", channel=CHANNEL)
    await stage.daan.click("Overnemen", channel=CHANNEL)
    await stage.rest()
    # "Over 4 minuten" would say that the pause ends then.
    assert "*Pauze* in Vragen. De klok staat stil; straks nog" in await console(stage, stage.daan)
    assert await stage.bram.sees(f"<@{stage.daan.user}> leidt de sessie nu", stage.bram.dm)


async def test_time_is_up_is_a_line_that_goes_when_the_next_phase_begins(with_case: Stage) -> None:
    stage = with_case
    await gathered(stage)
    await stage.bram.click("Beginnen", channel=stage.bram.dm)
    await stage.rest()
    await stage.team.until(await stage.team.now() + 4 * 60)
    await stage.rest()
    assert await stage.bram.sees("De tijd voor *Aankomen* is om.", stage.bram.dm)
    await on(stage, "Inbreng")
    assert not await stage.bram.sees("De tijd voor *Aankomen* is om.", stage.bram.dm)
    assert "*Nu: Inbreng*" in await console(stage, stage.bram)


@pytest.mark.parametrize("meets", ["thread"])
async def test_in_the_thread_the_console_says_who_has_not_been_heard(with_case: Stage, meets: str) -> None:
    stage = with_case
    thread = await stage.open(stage.bram, meets=meets)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    for phase in PHASES[1:5]:
        await stage.bram.click(f"Door naar {phase}", channel=stage.bram.dm)
        await stage.rest()
    await stage.chloe.say("Wat wil je zelf?", CHANNEL, thread)
    await stage.team.advance(minutes=7)
    await stage.rest()
    assert f"Nog niets van <@{stage.bram.user}> en <@{stage.daan.user}>" in await console(stage, stage.bram)


async def test_in_a_room_the_new_question_is_written_down_by_whoever_leads(with_case: Stage) -> None:
    stage = with_case
    thread = await gathered(stage)
    await stage.bram.click("Beginnen", channel=stage.bram.dm)
    await stage.rest()
    for phase in PHASES[:4]:
        await on(stage, phase)
    await stage.bram.click("Nieuwe vraag opschrijven", channel=stage.bram.dm)
    await stage.bram.fill(question="Wat wil ik zelf?", help=["mirror"])
    assert await stage.bram.submit() == {}
    await stage.rest()
    assert "*Nu is het:* Wat wil ik zelf?" in await console(stage, stage.bram)
    # A form ends nothing while people speak.
    assert "*Nu: Je vraag*" in await console(stage, stage.bram)
    assert not await stage.chloe.sees("Wat wil ik zelf?", CHANNEL, thread)
    for phase in ("Analyse", "Advies", "Reactie"):
        await on(stage, phase)
        assert (await console(stage, stage.bram)).count("De vraag is nu: Wat wil ik zelf?") == 1
    assert await stage.team.refused() == []
