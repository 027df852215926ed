"""The rounds as people meet them: buttons in the thread, forms, and private answers."""

from typing import Any

import pytest

from sandbox.people import CannotDo, Someone, elements
from tests.factories import ANNA, CHLOE, DAAN
from tests.sessions.conftest import CHANNEL, Stage

PHASES = ("Vragen", "Antwoorden", "Je vraag", "Analyse", "Advies", "Reactie", "Oogst", "Evaluatie")


async def at(stage: Stage, phase: str) -> str:
    """A session in a phase; returns its thread."""
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    for title in PHASES[: PHASES.index(phase) + 1]:
        await on_to(stage, title)
    return thread


async def on_to(stage: Stage, title: str) -> None:
    await stage.bram.click(f"Door naar {title}", channel=stage.bram.dm)
    await stage.rest()


async def ask(stage: Stage, who: Someone, thread: str, *questions: str) -> None:
    await who.click("Schrijf je vraag", channel=CHANNEL, thread_ts=thread)
    await who.fill(**dict(zip(("first", "second"), questions, strict=False)))
    assert await who.submit() == {}
    await who.close_all()


async def button(
    who: Someone, label: str, thread: str
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A button as it stands now: what a client that has not caught up would still show."""
    for message in reversed(await who.messages(CHANNEL, thread)):
        for block, element in elements(message["blocks"]):
            if element["type"] == "button" and element["text"]["text"] == label:
                action = {"type": "button", "action_id": element["action_id"], "text": element["text"]}
                return message, block, {**action, "value": element["value"]}
    raise CannotDo(label)


async def test_questions_are_written_in_a_form_and_revealed_together(with_case: Stage) -> None:
    stage = with_case
    thread = await at(stage, "Vragen")
    await ask(stage, stage.chloe, thread, "Wat wil jij zelf?", "Wie helpt <!channel> jou?")
    await stage.team.advance(seconds=10)
    await stage.rest()
    assert await stage.daan.sees("1 van de 3", CHANNEL, thread)
    assert not await stage.anna.sees("Wat wil jij zelf?", CHANNEL, thread)
    await ask(stage, stage.daan, thread, "Hoe voelde dat?")
    await ask(stage, stage.bram, thread, "Wat zei zij toen?")
    await stage.rest()
    for words in (
        "1. Wat wil jij zelf?",
        "Wie helpt &lt;!channel&gt; jou?",
        "Hoe voelde dat?",
        "Wat zei zij toen?",
    ):
        assert await stage.anna.sees(words, CHANNEL, thread)
    with pytest.raises(CannotDo):
        await stage.bram.click("Laat de vragen zien", channel=CHANNEL, thread_ts=thread)
    assert await stage.team.refused() == []


async def test_a_remark_keeps_what_was_typed_and_a_second_send_lets_it_stand(with_case: Stage) -> None:
    stage = with_case
    thread = await at(stage, "Vragen")
    await stage.chloe.click("Schrijf je vraag", channel=CHANNEL, thread_ts=thread)
    await stage.chloe.fill(first="Waarom zeg je ja?", second="Zou je niet eens nee zeggen?")
    assert await stage.chloe.submit() == {}
    form = await stage.chloe.read_modal()
    assert "Dit lijkt al een advies" in form
    await stage.chloe.fill(keep="note")
    assert await stage.chloe.submit() == {}
    await stage.chloe.close_all()
    await stage.bram.click("Laat de vragen zien", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    assert await stage.anna.sees("Waarom zeg je ja?", CHANNEL, thread)
    assert not await stage.anna.sees("Zou je niet eens nee zeggen?", CHANNEL, thread)
    for phase in ("Antwoorden", "Je vraag", "Analyse", "Advies"):
        await on_to(stage, phase)
    await stage.chloe.click("Mijn advies", channel=CHANNEL, thread_ts=thread)
    assert "Zou je niet eens nee zeggen?" in await stage.chloe.read_modal()
    assert await stage.team.refused() == []


async def test_an_empty_question_is_refused_at_its_field(with_case: Stage) -> None:
    stage = with_case
    thread = await at(stage, "Vragen")
    await stage.chloe.click("Schrijf je vraag", channel=CHANNEL, thread_ts=thread)
    await stage.chloe.fill(first="   ")
    assert "first" in await stage.chloe.submit()


async def test_a_button_of_an_earlier_phase_and_a_changed_value_get_a_kind_private_answer(
    with_case: Stage,
) -> None:
    stage = with_case
    thread = await at(stage, "Vragen")
    message, block, action = await button(stage.chloe, "Schrijf je vraag", thread)
    _, _, done = await button(stage.chloe, "Ik ben klaar", thread)
    for phase in ("Antwoorden", "Je vraag"):
        await on_to(stage, phase)
    await stage.chloe._act(message, block, action)
    await stage.chloe._act(message, block, done)
    await stage.rest()
    assert await stage.chloe.views() == []
    assert await stage.chloe.sees("Die fase is voorbij", CHANNEL, thread)
    assert not await stage.daan.sees("Die fase is voorbij", CHANNEL, thread)
    for value in (
        "{}",
        "x",
        '{"session":"0123456789abcdef","number":2,"round":1}',
        '{"session":1,"number":2,"round":1}',
    ):
        before = len(await stage.chloe.messages(CHANNEL, thread))
        await stage.chloe._act(message, block, {**done, "value": value})
        await stage.rest()
        assert len(await stage.chloe.messages(CHANNEL, thread)) == before + 1
    assert await stage.team.refused() == []


async def test_the_presenter_who_wants_to_ask_or_speak_too_early_is_kindly_told(with_case: Stage) -> None:
    stage = with_case
    thread = await at(stage, "Vragen")
    await stage.anna.click("Schrijf je vraag", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    assert await stage.anna.sees("zo meteen beantwoord je ze", CHANNEL, thread)
    assert not await stage.daan.sees("zo meteen beantwoord je ze", CHANNEL, thread)
    for phase in ("Antwoorden", "Je vraag", "Analyse"):
        await on_to(stage, phase)
    await stage.anna.say("Maar zo was het niet", CHANNEL, thread)
    await stage.rest()
    await stage.anna.click("Schrijf een notitie", channel=CHANNEL, thread_ts=thread)
    await stage.anna.fill(note="Zo was het niet, en dat raakt me")
    assert await stage.anna.submit() == {}
    await stage.anna.close_all()
    await on_to(stage, "Advies")
    await on_to(stage, "Reactie")
    await stage.anna.click("Wat ik meeneem", channel=CHANNEL, thread_ts=thread)
    assert "dat raakt me" in await stage.anna.read_modal()
    assert not await stage.daan.sees("dat raakt me", CHANNEL, thread)
    assert await stage.team.refused() == []


async def test_who_was_silent_is_asked_once_and_can_switch_it_off(with_case: Stage) -> None:
    stage = with_case
    thread = await at(stage, "Analyse")
    await stage.chloe.say("Ik denk dat het om grenzen gaat", CHANNEL, thread)
    await stage.team.advance(minutes=6)
    await stage.rest()
    assert await stage.daan.sees("nog niet gehoord", CHANNEL, thread)
    assert not await stage.chloe.sees("jou in deze ronde nog niet gehoord", CHANNEL, thread)
    assert await stage.bram.sees(f"<@{DAAN}>", CHANNEL, thread)
    await stage.daan.click("Vraag me dit niet meer", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    assert await stage.team.refused() == []


async def test_advice_goes_round_by_thread_form_and_pass(with_case: Stage) -> None:
    stage = with_case
    thread = await at(stage, "Advies")
    await stage.bram.click("Laat de adviezen zien", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    people = {CHLOE: stage.chloe, DAAN: stage.daan}
    order = []
    for _ in range(2):
        current = (await turn(stage, thread))[2:-1]
        order.append(current)
        who = people[current]
        if len(order) == 1:
            await who.say("Als ik in jouw schoenen stond, zou ik wachten", CHANNEL, thread)
            await stage.rest()
            assert (await turn(stage, thread))[2:-1] == current
            await stage.team.advance(minutes=1)
        else:
            await who.click("Schrijf mijn advies", channel=CHANNEL, thread_ts=thread)
            await who.fill(advice="Als ik in jouw schoenen stond, belde ik haar")
            assert await who.submit() == {}
        await stage.rest()
    assert sorted(order) == [CHLOE, DAAN]
    assert await stage.anna.sees("belde ik haar", CHANNEL, thread)
    await stage.bram.click("Pas", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    assert await stage.anna.sees(
        f"Dat waren alle adviezen. <@{ANNA}>, neem even de tijd; zo meteen ben jij.", CHANNEL, thread
    )
    with pytest.raises(CannotDo):
        await stage.bram.click("Volgende", channel=CHANNEL, thread_ts=thread)
    assert await stage.team.refused() == []


async def turn(stage: Stage, thread: str) -> str:
    """Who is named on the message of the present turn."""
    message, _, _ = await button(stage.bram, "Schrijf mijn advies", thread)
    # The first call stands in the prompt, the others begin with the name.
    said = str(message["text"]).splitlines()
    return next(line.split(",")[0] for line in said if "wat zou jij doen?" in line)


async def test_from_the_response_to_the_summary_and_each_ones_own_message(with_case: Stage) -> None:
    stage = with_case
    thread = await at(stage, "Reactie")
    await stage.daan.click("Wat ik meeneem", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    assert await stage.daan.views() == []
    await stage.anna.click("Wat ik meeneem", channel=CHANNEL, thread_ts=thread)
    await stage.anna.fill(
        takeaway="Ik mag nee zeggen", step="Met mijn teamleider praten", share=["takeaway", "0"]
    )
    assert await stage.anna.submit() == {}
    await stage.anna.close_all()
    await stage.rest()
    assert await stage.daan.sees("Met mijn teamleider praten", CHANNEL, thread)
    await on_to(stage, "Oogst")
    people = (stage.anna, stage.bram, stage.chloe, stage.daan)
    for who in people:
        await who.click("Mijn inzicht", channel=CHANNEL, thread_ts=thread)
        await who.fill(
            takeaway=f"Inzicht van {who.user[2:]}", **({"share": ["share"]} if who is stage.chloe else {})
        )
        assert await who.submit() == {}
        await who.close_all()
    await stage.rest()
    assert await stage.anna.sees("Inzicht van CHLOE", CHANNEL, thread)
    await on_to(stage, "Evaluatie")
    for who in people:
        await who.click("Geef je cijfers", channel=CHANNEL, thread_ts=thread)
        await who.fill(use="4", safety="5", method="3", line="Fijn")
        assert await who.submit() == {}
        await who.close_all()
    await stage.rest()
    await stage.bram.click("Sessie afronden", channel=stage.bram.dm)
    await stage.rest()
    assert await stage.daan.sees("4,0", CHANNEL, thread)
    # What was not ticked is nowhere but with its writer.
    for who in (stage.anna, stage.bram, stage.daan):
        assert await who.sees(f"Inzicht van {who.user[2:]}", who.dm)
        assert not await stage.chloe.sees(f"Inzicht van {who.user[2:]}", CHANNEL, thread)
    assert await stage.team.refused() == []


async def test_without_a_harvest_the_private_message_offers_it_once_more(with_case: Stage) -> None:
    stage = with_case
    await at(stage, "Evaluatie")
    await stage.bram.click("Sessie afronden", channel=stage.bram.dm)
    await stage.rest()
    await stage.daan.click("Opschrijven", channel=stage.daan.dm)
    await stage.daan.fill(takeaway="Alsnog", step="Bellen")
    assert await stage.daan.submit() == {}
    await stage.rest()
    assert await stage.team.refused() == []
