"""A leader from outside in the sandbox: asked in the form, there by their own press, refused kindly, and thanked."""

from datetime import timedelta

from bot.groups import service as groups
from bot.polls import service as polls
from bot.slack import ids
from bot.storage import Tx
from sandbox.people import Someone
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case
from tests.groups.test_listeners import press_change
from tests.leaders.people import PETRA, hold, leader_of
from tests.leaders.test_story import the_group
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["stage"]

HEARD = "brengt zelf niets in"


async def comes(stage: Stage) -> Someone:
    """Anna chooses Fleur under *Wie leidt*; Fleur says yes to the agreements, and leads."""
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE, DAAN))
    fleur = stage.team.person(PETRA)
    await stage.anna.command("groep", CHANNEL)
    await press_change(stage.anna, "leading")
    await stage.anna.fill(facilitation="Een begeleider die zelf niets inbrengt", facilitator=PETRA)
    assert await stage.anna.submit() == {}
    await stage.anna.close_all()
    await stage.rest()
    await fleur.click("Ja, ik begeleid jullie", channel=fleur.dm)
    assert "Dit zijn de afspraken van de groep" in await fleur.read_modal()
    assert await fleur.submit() == {}
    await stage.rest()
    assert await fleur.sees("Je begeleidt de groep", fleur.dm)
    assert await stage.bram.sees("begeleidt jullie vanaf nu", CHANNEL)
    return fleur


def opens_poll(tx: Tx) -> None:
    group = the_group(tx)
    for user in (BRAM, BRAM):
        make_case(tx, group, user)
    polls.open_poll(tx, group.id, BRAM, tx.now + timedelta(days=1))


async def test_asked_and_there_they_vote_by_no_button_and_bring_in_nothing(stage: Stage) -> None:
    fleur = await comes(stage)
    await ours(stage.app).transact(opens_poll)
    await stage.rest()
    await fleur.press(ids.POLL_VOTE, channel=CHANNEL)
    assert await fleur.sees(HEARD, CHANNEL)
    assert await fleur.views() == []
    await fleur.command("casus", CHANNEL)
    assert await fleur.views() == []
    # In the window of the group there is a way to take part all the same.
    await fleur.command("groep", CHANNEL)
    await fleur.click_in_view("Ik doe mee")
    await stage.rest()
    assert await stage.bram.sees("doet vanaf nu zelf mee", CHANNEL)
    assert await stage.team.refused() == []


def read_along(tx: Tx) -> None:
    group = the_group(tx)
    leader = leader_of(tx, group)
    leader.facilitated, leader.read_along = 5, 1
    tx.sql.flush()
    hold(tx, group, BRAM)


async def test_a_line_for_one_and_a_goodbye_for_all(stage: Stage) -> None:
    fleur = await comes(stage)
    await ours(stage.app).transact(read_along)
    await stage.rest()
    await fleur.click("Schrijf een regel", channel=fleur.dm)
    await fleur.fill(line="Je gaf iedereen de tijd.")
    assert await fleur.submit() == {}
    await stage.rest()
    assert await stage.bram.sees("Je gaf iedereen de tijd.", stage.bram.dm)
    for other in (stage.anna, stage.chloe, stage.daan):
        assert not await other.sees("Je gaf iedereen de tijd.", other.dm)
    await fleur.click("Wij gaan alleen verder", channel=CHANNEL)
    assert await fleur.sees("Dit is aan de groep zelf", CHANNEL)
    await stage.daan.click("Wij gaan alleen verder", channel=CHANNEL)
    await stage.rest()
    await stage.daan.click("Afscheid", channel=CHANNEL)
    await stage.rest()
    assert await stage.anna.sees("Dank je wel, ", CHANNEL)

    def gone(tx: Tx) -> None:
        group = the_group(tx)
        assert groups.leader_of(tx, group) is None
        assert group.facilitation == "rotating"

    await ours(stage.app).read(gone)
    assert await stage.team.refused() == []
