"""A session as people meet it: in the channel, the thread, forms and private answers."""

import asyncio

import pytest

from bot.storage import Tx
from sandbox.people import CannotDo
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case
from tests.sessions.conftest import CHANNEL, Stage

PHASES = ("Vragen", "Antwoorden", "Je vraag", "Analyse", "Advies", "Reactie", "Oogst", "Evaluatie")


async def test_a_session_from_start_to_the_closed_card(with_case: Stage) -> None:
    stage = with_case
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    assert await stage.daan.sees("aardig gevonden", CHANNEL, thread)
    assert not await stage.daan.sees("aardig gevonden", CHANNEL)
    for phase in PHASES:
        await stage.bram.click(f"Door naar {phase}", channel=stage.bram.dm)
        await stage.rest()
        assert await stage.daan.sees(f"*{phase}.*", CHANNEL, thread)
    await stage.bram.click("Sessie afronden", channel=stage.bram.dm)
    await stage.rest()
    assert await stage.daan.sees("Dank je wel", CHANNEL, thread)
    assert await stage.daan.sees("Deze sessie is afgesloten", CHANNEL)
    for label in ("Stoppen", "Pauze", "Ik ben er"):
        for place in (None, thread):
            with pytest.raises(CannotDo):
                await stage.bram.click(label, channel=CHANNEL, thread_ts=place)
    assert await stage.team.refused() == []


async def test_who_comes_in_right_after_another_is_not_told_that_nothing_changed(with_case: Stage) -> None:
    """The welcome names all of them within seconds: the second press finds that drawing waiting."""
    stage = with_case
    await stage.bram.command("start", CHANNEL)
    await stage.bram.fill(facilitator=BRAM, pace="wait", meets="thread")
    assert await stage.bram.submit() == {}
    await stage.rest()
    thread = await stage.card(stage.bram)
    for person in (stage.anna, stage.chloe, stage.daan):
        await person.click("Ik ben er", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    for person in (stage.anna, stage.chloe, stage.daan):
        assert not await person.sees("er is niets veranderd", CHANNEL, thread)
    assert await stage.daan.sees("<@U0ANNA>, <@U0CHLOE> en <@U0DAAN>", CHANNEL, thread)


async def test_time_brings_the_warning_and_the_word_at_the_end(with_case: Stage) -> None:
    stage = with_case
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    await stage.team.advance(minutes=8)
    await stage.rest()
    assert await stage.daan.sees("tijd om af te ronden", CHANNEL, thread)
    # By way of the moment itself: a word that is late is not said any more.
    await stage.team.until(await stage.team.now() + 80)
    await stage.rest()
    assert await stage.daan.sees("De tijd voor *Inbreng* is om.", CHANNEL, thread)
    assert await stage.bram.sees("*Inbreng*: de tijd is om", stage.bram.dm)
    assert not await stage.daan.sees("*Inbreng*: de tijd is om", stage.daan.dm)
    # The console's own button works as the card's does.
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    await stage.rest()
    # The word that called the facilitator is taken away with the next step.
    assert not await stage.daan.sees("De tijd voor *Inbreng* is om.", CHANNEL, thread)
    assert await stage.daan.sees("*Vragen.*", CHANNEL, thread)
    assert await stage.team.refused() == []


async def test_two_people_who_press_next_at_once_take_one_step(with_case: Stage) -> None:
    stage = with_case
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    await asyncio.gather(
        stage.bram.click("Door naar Vragen", channel=stage.bram.dm),
        stage.bram.click("Door naar Vragen", channel=stage.bram.dm),
        stage.daan.click("Bediening", channel=CHANNEL),
    )
    await stage.rest()
    assert await stage.chloe.sees("*Vragen.*", CHANNEL, thread)
    assert not await stage.chloe.sees("*Antwoorden.*", CHANNEL, thread)
    assert await stage.daan.sees(f"Alleen <@{BRAM}> leidt nu het gesprek", CHANNEL)


async def test_anyone_else_gets_a_kind_answer_and_may_take_over(with_case: Stage) -> None:
    stage = with_case
    thread = await stage.open(stage.bram)
    await stage.chloe.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    assert await stage.chloe.sees("Wil je het overnemen?", CHANNEL)
    assert not await stage.daan.sees("Wil je het overnemen?", CHANNEL)
    await stage.chloe.click("Overnemen", channel=CHANNEL)
    await stage.rest()
    assert await stage.daan.sees(f"<@{CHLOE}> leidt vanaf nu het gesprek", CHANNEL, thread)
    # The private question goes with its button once it is answered.
    assert not await stage.chloe.sees("Wil je het overnemen?", CHANNEL)
    await stage.chloe.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    assert await stage.daan.sees("*Inbreng.*", CHANNEL, thread)


async def test_a_private_question_that_was_answered_elsewhere_goes_at_the_press(with_case: Stage) -> None:
    stage = with_case
    await stage.open(stage.bram)
    await stage.chloe.click("Beginnen", channel=CHANNEL)
    await stage.daan.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    await stage.daan.click("Overnemen", channel=CHANNEL)
    await stage.rest()
    # Chloé's names the leader of before: it makes place for one that holds.
    await stage.chloe.click("Overnemen", channel=CHANNEL)
    await stage.rest()
    asked = [str(one["text"]) for one in await stage.chloe.messages(CHANNEL) if "overnemen?" in one["text"]]
    assert len(asked) == 1
    assert f"<@{DAAN}>" in asked[0]


async def test_anyone_may_pause_and_the_facilitator_goes_on(with_case: Stage) -> None:
    stage = with_case
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    await stage.team.advance(minutes=3)
    await stage.daan.click("Pauze", channel=CHANNEL)
    await stage.rest()
    assert await stage.anna.sees("We staan even stil, de klok ook.", CHANNEL, thread)
    await stage.team.advance(minutes=20)
    await stage.bram.click("Verder", channel=CHANNEL)
    await stage.rest()
    assert await stage.anna.sees("We gaan verder met *Inbreng*", CHANNEL, thread)
    await stage.team.advance(minutes=5)
    assert not await stage.anna.sees("is om.", CHANNEL, thread)
    await stage.team.advance(minutes=1)
    await stage.rest()
    assert await stage.anna.sees("De tijd voor *Inbreng* is om.", CHANNEL, thread)
    assert await stage.team.refused() == []


async def test_the_presenter_is_asked_in_private_first(stage: Stage) -> None:
    def prepare(tx: Tx) -> None:
        make_case(tx, make_group(tx, ANNA, BRAM, CHLOE, DAAN))

    await ours(stage.app).transact(prepare)
    await stage.bram.command("start", CHANNEL)
    await stage.bram.submit()
    await stage.rest()
    assert "privé gevraagd" in await stage.bram.read_modal()
    assert not await stage.daan.sees("Te vaak ja", CHANNEL)
    await stage.anna.click("Ja", channel=stage.anna.dm)
    await stage.rest()
    assert await stage.daan.sees("Te vaak ja", CHANNEL)
    assert await stage.team.refused() == []


async def test_a_presenter_who_would_rather_not_need_not_explain(stage: Stage) -> None:
    def prepare(tx: Tx) -> None:
        make_case(tx, make_group(tx, ANNA, BRAM, CHLOE, DAAN))

    await ours(stage.app).transact(prepare)
    await stage.bram.command("start", CHANNEL)
    await stage.bram.submit()
    await stage.rest()
    await stage.anna.click("Liever niet", channel=stage.anna.dm)
    await stage.rest()
    assert await stage.bram.sees("liever niet", stage.bram.dm)
    assert not await stage.daan.sees("Te vaak ja", CHANNEL)


async def test_whoever_speaks_in_the_thread_is_there(with_case: Stage) -> None:
    stage = with_case
    await stage.bram.command("start", CHANNEL)
    await stage.bram.submit()
    await stage.rest()
    thread = await stage.card(stage.bram)
    await stage.daan.say("Ik kom eraan", CHANNEL, thread)
    await stage.daan.say("Los bericht", CHANNEL)
    await stage.rest()
    assert await stage.bram.sees(f"<@{DAAN}>", CHANNEL, thread)


async def test_a_form_without_what_it_needs_stays_open(with_case: Stage) -> None:
    stage = with_case
    await stage.bram.command("begin", CHANNEL)
    await stage.bram.fill(facilitator="U0ANNA")
    errors = await stage.bram.submit()
    assert "handen al vol" in errors["facilitator"]
    await stage.bram.fill(facilitator=CHLOE)
    assert await stage.bram.submit() == {}


async def test_a_second_start_offers_the_way_to_the_first(with_case: Stage) -> None:
    stage = with_case
    await stage.open(stage.bram)
    await stage.chloe.command("start", CHANNEL)
    await stage.rest()
    assert await stage.chloe.sees("Hier loopt al een sessie", CHANNEL)


async def test_without_a_case_the_answer_says_how_to_hand_one_in(stage: Stage) -> None:
    def prepare(tx: Tx) -> None:
        make_group(tx, ANNA, BRAM)

    await ours(stage.app).transact(prepare)
    await stage.anna.command("start", CHANNEL)
    await stage.rest()
    assert await stage.anna.sees("Een casus inbrengen", CHANNEL)


async def test_after_a_restart_the_phase_goes_on_and_what_was_due_comes_once(with_case: Stage) -> None:
    stage = with_case
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    await stage.restart(away_minutes=3)
    await stage.rest()
    assert not await stage.daan.sees("is om", CHANNEL, thread)
    await stage.restart(away_minutes=20)
    await stage.rest()
    said = [message["text"] for message in await stage.daan.messages(CHANNEL, thread)]
    assert sum("De tijd voor *Inbreng* is al sinds" in text for text in said) == 1
    assert sum("tijd om af te ronden" in text for text in said) == 0
    await stage.bram.click("Door naar Vragen", channel=stage.bram.dm)
    await stage.rest()
    assert await stage.daan.sees("*Vragen.*", CHANNEL, thread)
    assert await stage.team.refused() == []
