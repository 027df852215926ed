"""A command where no group can be says so, and where to go, before anybody fills in a form."""

from typing import Any

import pytest

from bot.groups import service
from sandbox.workspace.model import BOT_USER, Channel
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["stage"]

GROUP_DM, OTHER = "C0GESPREK", "C0ALGEMEEN"
CONVERSATION, NOT_IN_IT, BEGIN = "Dit is geen kanaal", "Ik zit nog niet in dit kanaal", "Groep beginnen"


def conversations(stage: Stage) -> dict[str, str]:
    """A conversation of each kind in which Anna types, by its id."""
    ws = stage.sandbox.workspace
    ws.channels[GROUP_DM] = Channel(GROUP_DM, "mpdm-anna--bram--chloe-1", {ANNA, BRAM}, is_private=True)
    return {"im": ws.im(ANNA).id, "mpim": GROUP_DM}


@pytest.mark.parametrize("kind", ["im", "mpim"])
@pytest.mark.parametrize("word", ["", "casus", "start", "groep"])
async def test_in_a_conversation_no_group_is_offered(stage: Stage, kind: str, word: str) -> None:
    channel = conversations(stage)[kind]
    await stage.anna.command(word, channel)
    assert await stage.anna.sees(CONVERSATION, channel)
    assert await stage.anna.sees("/invite @Intervisie", channel)
    assert not await stage.anna.sees(BEGIN, channel)
    assert await stage.anna.views() == []


async def test_in_a_conversation_members_are_shown_to_their_channel(stage: Stage) -> None:
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    channel = conversations(stage)["im"]
    await stage.anna.command("", channel)
    assert await stage.anna.sees(f"Typ het daar: <#{CHANNEL}>", channel)


@pytest.mark.parametrize("private", [False, True])
async def test_without_the_bot_in_the_channel_the_form_is_not_offered(stage: Stage, private: bool) -> None:
    if private:
        await stage.sandbox.doings.make_private(OTHER)
    await stage.anna.command("", OTHER)
    assert await stage.anna.sees(NOT_IN_IT, OTHER)
    assert not await stage.anna.sees(BEGIN, OTHER)


UNKNOWN = [
    {"kind": "ratelimited", "seconds": 30},
    {"kind": "ratelimited", "seconds": 1},
    {"kind": "500"},
    {"kind": "error", "code": "not_in_channel"},
    {"kind": "error", "code": "missing_scope"},
    {"kind": "drop_before"},
    pytest.param({"kind": "slow", "seconds": 2.5}, marks=pytest.mark.slacks_time),
]


@pytest.mark.parametrize("fault", UNKNOWN)
async def test_without_a_clear_answer_it_goes_on(stage: Stage, fault: dict[str, Any]) -> None:
    stage.sandbox.workspace.faults.add(method="conversations.info", times=0, **fault)
    await stage.anna.command("", CHANNEL)
    await stage.anna.click(BEGIN, channel=CHANNEL)
    await stage.anna.fill(meets="thread")
    assert await stage.anna.submit() == {}
    assert not await stage.anna.sees(NOT_IN_IT, CHANNEL)
    assert await ours(stage.app).read(lambda tx: service.channel_group(tx, CHANNEL)) is not None
    stage.sandbox.workspace.faults.clear()


async def test_a_bot_that_is_thrown_out_while_the_form_is_open_still_says_so(stage: Stage) -> None:
    await stage.anna.command("", CHANNEL)
    await stage.anna.click(BEGIN, channel=CHANNEL)
    await stage.sandbox.doings.leave(BOT_USER, CHANNEL, by=BRAM)
    await stage.anna.fill(meets="thread")
    assert await stage.anna.submit() == {}
    assert NOT_IN_IT in await stage.anna.read_modal()
    assert await ours(stage.app).read(lambda tx: service.channel_group(tx, CHANNEL)) is None


async def test_the_bot_greets_when_it_is_invited_and_once(stage: Stage) -> None:
    await stage.sandbox.doings.invite(ANNA, BOT_USER, OTHER)
    await stage.rest()
    assert await stage.bram.sees("ik ben Intervisie", OTHER)
    assert await stage.bram.sees("Zullen we er een beginnen?", OTHER)
    await stage.anna.click(BEGIN, channel=OTHER)
    await stage.anna.fill(meets="thread")
    assert await stage.anna.submit() == {}
    await stage.rest()
    # The group is there: nobody finds a button that has had its day.
    assert await stage.bram.sees("ik ben Intervisie", OTHER)
    assert not await stage.bram.sees("Zullen we er een beginnen?", OTHER)
    assert await stage.team.refused() == []


async def test_in_a_channel_with_a_group_the_bot_does_not_greet(stage: Stage) -> None:
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM, channel=OTHER).id)
    await stage.sandbox.doings.invite(ANNA, BOT_USER, OTHER)
    await stage.rest()
    assert not await stage.bram.sees("ik ben Intervisie", OTHER)
