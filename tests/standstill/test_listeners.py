"""The question to a group that stopped, as people meet it: each button opens at once what it needs."""

import pytest

from bot.groups.records import Group
from bot.standstill.rules import Cause
from bot.standstill.service import _stall
from bot.storage import Tx
from sandbox.people import CannotDo
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.sessions.conftest import CHANNEL, Stage


def stall(tx: Tx) -> None:
    _stall(tx, make_group(tx, ANNA, BRAM, CHLOE, DAAN), Cause.MISSED)


async def asked(stage: Stage) -> None:
    """The channel is asked what the group needs; it is three in the afternoon."""
    await ours(stage.app).transact(stall)
    await stage.rest()
    assert await stage.anna.sees("Wat heeft de groep nodig?", CHANNEL)


@pytest.mark.parametrize(
    ("button", "callback_id", "words"),
    [
        ("Een ander ritme", "meeting.form", "zoekt een ander ritme"),
        ("Korter", "meeting.form", "wil het korter"),
        ("Anders bij elkaar komen", "group.settings_form", "wil anders bij elkaar komen"),
        ("Iemand die leidt", "group.settings_form", "zoekt iemand die leidt"),
    ],
)
async def test_an_answer_opens_what_it_needs(stage: Stage, button: str, callback_id: str, words: str) -> None:
    await asked(stage)
    await stage.bram.click(button, channel=CHANNEL)
    assert (await stage.bram.modal())["callback_id"] == callback_id
    await stage.rest()
    assert await stage.anna.sees(words, CHANNEL)
    assert not await stage.anna.sees("Wat heeft de groep nodig?", CHANNEL)


async def test_the_choice_of_who_leads_is_kept(stage: Stage) -> None:
    await asked(stage)
    await stage.bram.click("Iemand die leidt", channel=CHANNEL)
    await stage.bram.fill(facilitation="Altijd dezelfde persoon", facilitator=CHLOE)
    assert await stage.bram.submit() == {}
    found = await ours(stage.app).read(lambda tx: tx.sql.query(Group).one())
    assert (found.facilitation, found.facilitator) == ("fixed", CHLOE)


@pytest.mark.parametrize(
    ("button", "words"), [("Even rusten", "koos: even rusten"), ("Stoppen", "koos: we stoppen")]
)
async def test_rest_and_stop_need_no_form(stage: Stage, button: str, words: str) -> None:
    await asked(stage)
    await stage.bram.click(button, channel=CHANNEL)
    await stage.rest()
    assert await stage.anna.sees(words, CHANNEL)
    with pytest.raises(CannotDo):
        await stage.anna.click("Korter", channel=CHANNEL)
    assert await ours(stage.app).read(lambda tx: tx.sql.query(Group).one().rests_since is not None)
