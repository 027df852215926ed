"""The poll as people meet it: in the channel, the ballot, and the private question."""

import pytest

from bot.cases import service as cases
from bot.storage import Tx
from sandbox.people import CannotDo, Someone
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, DAAN, make_case
from tests.polls.people import case_of, prepare
from tests.sessions.conftest import CHANNEL, Stage


@pytest.fixture
async def grouped(stage: Stage) -> Stage:
    await ours(stage.app).transact(lambda tx: prepare(tx).id)
    return stage


async def opened(stage: Stage) -> None:
    await stage.bram.command("stem", CHANNEL)
    assert await stage.bram.submit() == {}
    await stage.rest()


async def fill(who: Someone, **points: int) -> None:
    """Votes by the beginning of a title."""
    view = await who.modal()
    fields = {
        block["label"]["text"]: block["block_id"] for block in view["blocks"] if block["type"] == "input"
    }
    for start, number in points.items():
        field = next(name for label, name in fields.items() if label.startswith(start))
        await who.fill(**{field: str(number)})


async def vote(who: Someone, **points: int) -> dict[str, str]:
    await who.click("Stem", channel=CHANNEL)
    await fill(who, **points)
    return await who.submit()


async def test_a_poll_from_opening_to_the_presenter_s_yes(grouped: Stage) -> None:
    stage = grouped
    await opened(stage)
    for person in (stage.anna, stage.bram, stage.chloe):
        assert await vote(person, Stil=2, Nieuwe=1) == {}
        assert await person.views() == []
    await stage.rest()
    assert await stage.daan.sees("3 van de 4 hebben gestemd", CHANNEL)
    assert await vote(stage.daan, Stil=3) == {}
    await stage.rest()
    assert await stage.daan.sees("De stemming is gesloten: 4 mensen stemden", CHANNEL)
    for label in ("Stem", "Nu sluiten"):
        with pytest.raises(CannotDo):
            await stage.bram.click(label, channel=CHANNEL)
    await stage.chloe.click("Ja, ik breng hem in", channel=stage.chloe.dm)
    await stage.rest()
    assert await stage.daan.sees("De keuze valt op Stil overleg", CHANNEL) or await stage.daan.sees(
        "*De keuze valt op Stil overleg*", CHANNEL
    )
    with pytest.raises(CannotDo):
        await stage.chloe.click("Liever niet", channel=stage.chloe.dm)
    # What comes next is a button beneath a message that is new.
    newest = (await stage.daan.messages(CHANNEL))[-1]
    assert newest["text"].startswith("Gekozen: *Stil overleg*")
    await stage.daan.click("Begin de sessie", channel=CHANNEL)
    assert "Stil overleg" in await stage.daan.read_modal()
    await stage.daan.close_all()
    await stage.daan.click("Plan", channel=CHANNEL)
    assert "Wanneer" in await stage.daan.read_modal() or "Dag" in await stage.daan.read_modal()
    assert await stage.team.refused() == []


async def test_the_list_of_cases_lets_the_group_choose(grouped: Stage) -> None:
    stage = grouped
    await stage.bram.command("casussen", CHANNEL)
    await stage.bram.click_in_view("Laat de groep kiezen")
    assert await stage.bram.submit() == {}
    await stage.rest()
    assert await stage.daan.sees("*Welke casus doen we?*", CHANNEL)
    with pytest.raises(CannotDo):
        await stage.bram.modal()
    # While the poll runs, the same button is the ballot.
    await stage.daan.command("casussen", CHANNEL)
    await stage.daan.click_in_view("Laat de groep kiezen")
    assert "Je hebt 3 stemmen" in await stage.daan.read_modal()
    assert await stage.team.refused() == []


async def test_too_many_votes_and_none_are_said_at_the_field(grouped: Stage) -> None:
    stage = grouped
    await opened(stage)
    assert len(await vote(stage.anna, Stil=2, Nieuwe=2)) == 1
    await fill(stage.anna, Stil=0, Nieuwe=0)
    assert len(await stage.anna.submit()) == 1
    await fill(stage.anna, Stil=1)
    assert await stage.anna.submit() == {}
    await stage.anna.close_all()
    await stage.anna.command("stem", CHANNEL)
    view = await stage.anna.modal()
    held = [
        block["element"]["initial_option"]["value"] for block in view["blocks"] if block["type"] == "input"
    ]
    assert sorted(held) == ["0", "0", "1"]
    assert await stage.team.refused() == []


async def test_a_case_that_leaves_while_the_ballot_is_open_is_pointed_out(grouped: Stage) -> None:
    stage = grouped
    await opened(stage)
    await stage.bram.click("Stem", channel=CHANNEL)
    await fill(stage.bram, Te=2, Stil=1)

    def withdraw(tx: Tx) -> None:
        cases.withdraw(tx, case_of(tx, ANNA).id, ANNA)

    await ours(stage.app).transact(withdraw)
    await stage.team.settle()
    assert await stage.bram.submit() == {}
    read = await stage.bram.read_modal()
    assert "intussen uit de stemming" in read
    assert "Te vaak ja" not in read
    assert await stage.bram.submit() == {}
    assert await stage.bram.views() == []
    await stage.rest()
    # Other votes leave the count in the channel as it is, so a window tells that they arrived.
    assert await vote(stage.bram, Stil=2) == {}
    assert "geteld" in await stage.bram.read_modal()
    assert await stage.team.refused() == []


async def test_only_the_opener_closes_and_the_rest_hear_why(grouped: Stage) -> None:
    stage = grouped
    await opened(stage)
    await stage.daan.click("Nu sluiten", channel=CHANNEL)
    assert await stage.daan.sees("opende deze stemming", CHANNEL)
    assert not await stage.anna.sees("opende deze stemming", CHANNEL)
    await stage.bram.click("Nu sluiten", channel=CHANNEL)
    await stage.rest()
    assert await stage.anna.sees("De stemming is gesloten", CHANNEL)
    await stage.daan.command("stem", CHANNEL)
    assert await stage.daan.sees("wacht op het antwoord", CHANNEL)


async def test_without_cases_and_with_one_there_is_a_way_on(stage: Stage) -> None:
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM, DAAN).id)
    await stage.bram.command("vote", CHANNEL)
    assert await stage.bram.sees("Een casus inbrengen", CHANNEL)

    def one(tx: Tx) -> None:
        from bot.groups import service as groups

        make_case(tx, groups.group_of_channel(tx, CHANNEL))

    await ours(stage.app).transact(one)
    await stage.bram.command("stem", CHANNEL)
    await stage.bram.click("Vraag de inbrenger", channel=CHANNEL)
    await stage.rest()
    await stage.anna.click("Liever niet", channel=stage.anna.dm)
    await stage.rest()
    assert await stage.bram.sees("geen casus door", CHANNEL)
    assert await stage.team.refused() == []


async def test_an_end_outside_working_hours_is_pointed_out_with_a_moment_within(grouped: Stage) -> None:
    stage = grouped
    await stage.anna.command("stem", CHANNEL)
    # A Saturday, late.
    await stage.anna.fill(day="2027-01-16", hour="22:00")
    problems = await stage.anna.submit()
    assert list(problems) == ["hour"]
    assert "maandag 18 januari om 09:00" in problems["hour"]
    await stage.anna.fill(day="2027-01-18", hour="09:00")
    assert await stage.anna.submit() == {}
    await stage.rest()
    assert await stage.bram.sees("maandag 18 januari om 09:00", CHANNEL)
    assert await stage.team.refused() == []


async def test_the_second_one_who_opens_hears_that_there_is_a_poll(grouped: Stage) -> None:
    stage = grouped
    await stage.anna.command("stem", CHANNEL)
    await stage.anna.fill(hour="16:30")
    await opened(stage)
    assert await stage.anna.submit() == {}
    assert "Intussen is er al een stemming" in await stage.anna.read_modal()
    assert sum("Welke casus" in message["text"] for message in await stage.anna.messages(CHANNEL)) == 1
