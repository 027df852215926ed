"""The Home tab as somebody uses it: one list, one click each; and the group at a glance."""

from datetime import timedelta

import pytest

from bot.storage import Tx
from sandbox.people import CannotDo, words
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, make_case
from tests.polls.people import prepare
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["stage"]


@pytest.fixture
async def grouped(stage: Stage) -> Stage:
    await ours(stage.app).transact(lambda tx: prepare(tx).id)
    return stage


async def shown(stage: Stage, user: str = ANNA) -> str:
    return words((await stage.team.person(user).home())["blocks"])


async def test_a_vote_is_asked_on_home_and_gone_once_it_is_given(grouped: Stage) -> None:
    stage = grouped
    await stage.anna.open_home()
    await stage.rest()
    assert "Er wordt nu niets van je gevraagd." in await shown(stage)
    await stage.bram.command("stem", CHANNEL)
    await stage.bram.submit()
    await stage.rest()
    assert "kiezen jullie samen welke casus de volgende is" in await shown(stage)
    await stage.anna.click_in_view("Stem", home=True)
    view = await stage.anna.modal()
    field = next(block["block_id"] for block in view["blocks"] if block["type"] == "input")
    await stage.anna.fill(**{field: "3"})
    assert await stage.anna.submit() == {}
    await stage.rest()
    assert "Er wordt nu niets van je gevraagd." in await shown(stage)
    assert await stage.team.refused() == []


async def test_a_presenter_says_yes_on_home_and_the_session_opens(stage: Stage) -> None:
    def with_case(tx: Tx) -> None:
        make_case(tx, make_group(tx, ANNA, BRAM))

    await ours(stage.app).transact(with_case)
    await stage.anna.open_home()
    await stage.bram.command("start", CHANNEL)
    await stage.bram.fill(facilitator=BRAM, pace="wait")
    await stage.bram.submit()
    await stage.rest()
    await stage.anna.click_in_view("Ja", home=True)
    await stage.rest()
    assert await stage.card(stage.anna)
    assert "Liever niet" not in await shown(stage)
    assert "Er is een sessie bezig" in await shown(stage)


async def test_status_and_the_bare_command_say_the_same_to_the_one_who_asks(grouped: Stage) -> None:
    stage = grouped
    await stage.anna.command("status", CHANNEL)
    await stage.anna.command("", CHANNEL)
    seen = [m for m in await stage.anna.messages(CHANNEL) if m["ephemeral"]]
    assert len(seen) == 2
    assert seen[0]["text"] == seen[1]["text"]
    assert "Er wachten 3 casussen." in seen[0]["text"]
    assert not await stage.bram.sees("in één oogopslag", CHANNEL)


async def test_status_is_for_members(grouped: Stage) -> None:
    stage = grouped
    esra = stage.team.person("U0ESRA")
    await esra.command("status", CHANNEL)
    assert not await esra.sees("casussen", CHANNEL)
    assert await esra.sees("groepsleden", CHANNEL) is False


async def test_a_group_s_glance_opens_from_home(grouped: Stage) -> None:
    stage = grouped
    await stage.anna.open_home()
    await stage.rest()
    await stage.anna.click_in_view("In één oogopslag", home=True)
    assert "4 groepsleden." in await stage.anna.read_modal()


async def test_the_rest_is_behind_a_button(grouped: Stage) -> None:
    def more(tx: Tx) -> None:
        for number in range(8):
            case = make_case(tx, make_group(tx, ANNA, channel=f"C{number}"), ANNA, title=f"Casus {number}")
            case.created_at += timedelta(seconds=number)

    stage = grouped
    await ours(stage.app).transact(more)
    await stage.anna.open_home()
    await stage.rest()
    assert "Casus 0" not in await shown(stage)
    await stage.anna.click_in_view("Alles tonen", home=True)
    assert "Casus 0" in await stage.anna.read_modal()


async def test_settings_with_my_working_days(grouped: Stage) -> None:
    stage = grouped
    await stage.anna.open_home()
    await stage.rest()
    await stage.anna.click_in_view("Mijn instellingen", home=True)
    await stage.anna.fill(days=[])
    with pytest.raises(CannotDo):
        await stage.anna.submit()
    await stage.anna.fill(days=["dinsdag", "donderdag"], from_hour="12:00", to_hour="08:00")
    assert list(await stage.anna.submit()) == ["to_hour"]
    await stage.anna.fill(to_hour="18:00")
    assert await stage.anna.submit() == {}
    await stage.anna.close_all()
    await stage.anna.click_in_view("Mijn instellingen", home=True)
    view = await stage.anna.modal()
    days = next(block for block in view["blocks"] if block.get("block_id") == "days")
    assert [one["value"] for one in days["element"]["initial_options"]] == ["2", "4"]


async def test_whoever_left_the_group_and_is_still_in_the_channel_joins_again_from_home(stage: Stage) -> None:
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await stage.anna.open_home()
    await stage.rest()
    assert "en niet in de groep daar" not in await shown(stage)
    await stage.anna.command("groep", CHANNEL)
    await stage.anna.click_in_view("Groep verlaten")
    await stage.rest()
    assert "en niet in de groep daar" in await shown(stage)
    await stage.anna.close_all()
    await stage.anna.click_in_view("Ik doe mee", home=True)
    await stage.rest()
    assert "en niet in de groep daar" not in await shown(stage)
    assert "Volgende bijeenkomst" in await shown(stage) or "geen bijeenkomst" in await shown(stage)
    assert await stage.team.refused() == []
