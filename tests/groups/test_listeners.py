"""The group as people meet it: beginning one, looking at it, changing it, joining and leaving."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.groups import service, views
from bot.groups.records import Group
from bot.slack import blocks, channels, ids
from bot.storage import Tx
from bot.texts import use_default_language
from sandbox.people import Someone, initial_state
from tests.bot import everybody_joins
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["stage"]

ESRA = "U0ESRA"


@pytest.fixture
async def grouped(stage: Stage) -> AsyncIterator[Stage]:
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE, DAAN).id)
    yield stage
    assert await stage.team.refused() == []


def our_group(tx: Tx) -> Group:
    return service.group_of_channel(tx, CHANNEL)


def users(tx: Tx) -> list[str]:
    return sorted(member.user for member in service.members(tx, our_group(tx)))


async def test_a_group_begins_with_a_short_form_and_its_card(stage: Stage) -> None:
    anna = stage.anna
    await anna.command("", CHANNEL)
    await anna.click("Groep beginnen", channel=CHANNEL)
    await anna.fill(name="Wijk Oost", meets="Per video of huddle", hierarchy="Ja", begin="try")
    assert await anna.submit() == {}
    assert "De groep is er." in await anna.read_modal()
    await anna.click_in_view("Meer instellingen")
    read = await anna.read_modal()
    assert "Wijk Oost" in read
    assert "per video of huddle" in read
    assert "beslist over het werk van een ander" in read
    await stage.rest()
    assert await stage.bram.sees("Jullie proberen het eerst één keer", CHANNEL)
    assert await ours(stage.app).read(users) == [ANNA]
    await everybody_joins(stage.sandbox, stage.team, CHANNEL)
    assert len(await ours(stage.app).read(users)) == 6
    assert await stage.team.refused() == []


async def test_a_new_group_of_people_with_slack_in_english_in_amsterdam_is_dutch(stage: Stage) -> None:
    """Slack has no Dutch: the zone tells it, before there is a group."""
    use_default_language("en")
    # Her very first answer waits for nobody; Slack is asked after it.
    await stage.anna.command("help", CHANNEL)
    await stage.rest()
    await stage.anna.command("", CHANNEL)
    await stage.anna.click("Groep beginnen", channel=CHANNEL)
    await stage.anna.fill(meets="thread")
    assert await preselected(stage.anna) == "nl"
    assert await stage.anna.submit() == {}
    await stage.rest()
    assert await stage.bram.sees("Wie ziet wat", CHANNEL)
    # Chloé is in London; in the group she reads its language.
    await everybody_joins(stage.sandbox, stage.team, CHANNEL)
    await stage.chloe.command("help", CHANNEL)
    assert await stage.chloe.sees("De groep en haar instellingen", CHANNEL)


async def test_somebody_in_london_before_there_is_a_group_reads_the_default(stage: Stage) -> None:
    await stage.chloe.command("", CHANNEL)
    await stage.chloe.click("Groep beginnen", channel=CHANNEL)
    await stage.chloe.fill(meets="thread")
    assert await preselected(stage.chloe) == "nl"


async def test_somebody_in_london_reads_another_default_where_that_is_set(stage: Stage) -> None:
    use_default_language("en")
    await stage.chloe.command("", CHANNEL)
    await stage.chloe.click("Set up the group", channel=CHANNEL)
    assert await preselected(stage.chloe) == "en"


async def preselected(who: Someone) -> str:
    """The language that the open form offers first."""
    chosen = initial_state(await who.modal())["language"]
    return str(next(iter(chosen.values()))["selected_option"]["value"])


@pytest.mark.parametrize("word", ["groep", "group", "instellingen", "settings"])
async def test_the_group_is_one_command(grouped: Stage, word: str) -> None:
    await grouped.bram.command(word, CHANNEL)
    read = await grouped.bram.read_modal()
    assert "4 groepsleden" in read
    assert "maandag tot en met vrijdag" in read


async def test_settings_are_changed_one_theme_at_a_time_and_shown_as_they_are_now(grouped: Stage) -> None:
    bram = grouped.bram
    await bram.command("groep", CHANNEL)
    await press_change(bram, "hours")
    await bram.fill(zone="Mars/Olympus", days=["maandag", "dinsdag"])
    assert list(await bram.submit()) == ["zone"]
    await bram.fill(zone="Europe/Brussels")
    assert await bram.submit() == {}
    assert "maandag en dinsdag, van 9:00 tot 17:00, in de tijdzone Europe/Brussels" in await bram.read_modal()
    # One window all the time, however much is changed: Slack stacks three at most.
    for _ in range(4):
        await press_change(bram, "leading")
        assert await bram.submit() == {}
    assert len(await bram.views()) == 1


async def test_keeping_shorter_asks_first_and_can_be_left_as_it_is(grouped: Stage) -> None:
    async def kept() -> int | None:
        return await ours(grouped.app).read(lambda tx: our_group(tx).retention_days)

    bram = grouped.bram
    await ours(grouped.app).transact(lambda tx: setattr(our_group(tx), "retention_days", 365))
    await bram.command("groep", CHANNEL)
    await press_change(bram, "keeping")
    await bram.fill(keep="Drie maanden")
    assert await bram.submit() == {}
    read = await bram.read_modal()
    assert "komt niet terug" in read
    assert "Een jaar" in read
    assert await kept() == 365
    assert await bram.submit() == {}
    assert await kept() == 365
    planned = await ours(grouped.app).read(lambda tx: our_group(tx).next_retention_days)
    assert planned == 92
    assert "is het: drie maanden" in (await bram.read_modal()).lower()


async def press_change(person: Someone, theme: str) -> None:
    view = await person.modal()
    for block in view["blocks"]:
        button = block.get("accessory", {})
        if f'"theme":"{theme}"' in button.get("value", ""):
            await person.team.post(
                "action",
                **{"as": person.user},
                source={"kind": "view", "view_id": view["id"]},
                block_id=block.get("block_id", ""),
                action={"type": "button", "action_id": button["action_id"], "value": button["value"]},
                state={},
            )
            return
    raise AssertionError(f"there is no {theme}")


async def test_leaving_and_joining_with_a_button(grouped: Stage) -> None:
    bram = grouped.bram
    await bram.command("groep", CHANNEL)
    leave = [
        element
        for block in (await bram.modal())["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == "group.leave"
    ]
    assert "confirm" in leave[0]
    await bram.click_in_view("Groep verlaten")
    assert "Je hebt de groep van" in await bram.read_modal()
    assert BRAM not in await ours(grouped.app).read(users)
    await bram.close_all()
    # Whatever he tries, the way back is offered.
    await bram.command("casus", CHANNEL)
    await bram.click("Ik doe mee", channel=CHANNEL)
    assert BRAM in await ours(grouped.app).read(users)
    assert await bram.sees("Wat daar gezegd wordt, blijft daar", CHANNEL)


async def test_whoever_is_not_in_the_group_sees_how_to_join_and_nothing_else(grouped: Stage) -> None:
    fleur = grouped.team.person("U0FLEUR")
    await fleur.command("groep", CHANNEL)
    read = await fleur.read_modal()
    assert "Jij zit er niet in" in read
    assert BRAM not in read
    await fleur.click_in_view("Ik doe mee")
    assert "U0FLEUR" in await ours(grouped.app).read(users)


async def test_whoever_comes_into_the_channel_is_invited_where_only_they_see_it(grouped: Stage) -> None:
    fleur = grouped.team.person("U0FLEUR")
    await grouped.sandbox.doings.join("U0FLEUR", CHANNEL)
    await grouped.team.advance(hours=1)
    assert await fleur.sees("Wil je meedoen?", fleur.dm)
    assert not await grouped.bram.sees("Wil je meedoen?", CHANNEL)
    await fleur.click("Ik doe mee", channel=fleur.dm)
    assert "U0FLEUR" in await ours(grouped.app).read(users)


async def test_a_closed_account_and_another_channel_id_are_heard_of(grouped: Stage) -> None:
    doings = grouped.sandbox.doings
    await doings.event(
        {
            "type": "user_change",
            "user": {"id": DAAN, "deleted": True, "tz": "Europe/Amsterdam"},
            "event_ts": "1",
        }
    )
    assert DAAN not in await ours(grouped.app).read(users)
    await doings.event(
        {
            "type": "channel_id_changed",
            "old_channel_id": CHANNEL,
            "new_channel_id": "C0GEDEELD",
            "event_ts": "2",
        }
    )
    moved = await ours(grouped.app).read(lambda tx: service.channel_group(tx, "C0GEDEELD"))
    assert moved is not None


async def test_a_channel_that_is_deleted_ends_its_group_and_who_began_it_hears_so(grouped: Stage) -> None:
    await grouped.team.post("channel", channel=CHANNEL, deleted=True)
    await grouped.rest()
    assert await ours(grouped.app).read(lambda tx: our_group(tx).unreachable) == "deleted"
    assert await grouped.anna.sees("is verwijderd", grouped.anna.dm)
    assert not await grouped.bram.sees("is verwijderd", grouped.bram.dm)
    assert await grouped.team.refused() == []


async def test_a_resting_group_goes_on_from_its_own_window(grouped: Stage) -> None:
    await ours(grouped.app).transact(lambda tx: service.pause_group(tx, our_group(tx).id, ANNA).id)
    await grouped.bram.command("groep", CHANNEL)
    assert "De groep ligt stil" in await grouped.bram.read_modal()
    await grouped.bram.click_in_view("Weer verdergaan")
    assert "De groep ligt stil" not in await grouped.bram.read_modal()
    assert await ours(grouped.app).read(lambda tx: our_group(tx).rests_since) is None


async def test_whoever_saves_over_somebody_else_reads_that_first_and_keeps_what_they_chose(
    grouped: Stage,
) -> None:
    for who in (grouped.bram, grouped.anna):
        await who.command("groep", CHANNEL)
        await who.click_in_view("Veranderen")
    await grouped.bram.fill(name="Groep B", minimum="3")
    assert await grouped.bram.submit() == {}
    await grouped.anna.fill(meets="Per video of huddle")
    assert await grouped.anna.submit() == {}
    assert "Iemand anders heeft deze instellingen net veranderd" in await grouped.anna.read_modal()
    assert await ours(grouped.app).read(lambda tx: (our_group(tx).name, our_group(tx).meets)) == (
        "Groep B",
        "thread",
    )
    await grouped.anna.fill(name="Groep B", minimum="3")
    assert await grouped.anna.submit() == {}
    kept = await ours(grouped.app).read(
        lambda tx: (our_group(tx).name, our_group(tx).meets, our_group(tx).minimum)
    )
    assert kept == ("Groep B", "video", 3)
    assert await grouped.team.refused() == []


async def test_a_group_is_put_at_rest_and_woken_and_the_channel_reads_who_did(grouped: Stage) -> None:
    await grouped.bram.command("groep", CHANNEL)
    await grouped.bram.click_in_view("We rusten even")
    await grouped.rest()
    assert "De groep ligt stil" in await grouped.bram.read_modal()
    assert await grouped.anna.sees(f"<@{BRAM}> heeft de groep stilgezet", CHANNEL)
    await grouped.anna.command("status", CHANNEL)
    assert await grouped.anna.sees("De groep ligt stil: niemand krijgt herinneringen", CHANNEL)
    await grouped.anna.click("Weer verdergaan", channel=CHANNEL)
    await grouped.rest()
    assert await ours(grouped.app).read(lambda tx: our_group(tx).rests_since) is None
    assert await grouped.bram.sees(f"Op verzoek van <@{ANNA}> gaat de groep weer verder", CHANNEL)
    assert await grouped.team.refused() == []


async def test_a_date_is_planned_from_the_group(grouped: Stage) -> None:
    await grouped.bram.command("groep", CHANNEL)
    await grouped.bram.click_in_view("Datum of ritme plannen")
    assert len(await grouped.bram.views()) == 2


async def test_a_channel_that_is_renamed_or_made_private_works_on(grouped: Stage) -> None:
    channel = grouped.sandbox.workspace.channels[CHANNEL]
    channel.name, channel.is_private = "heel-anders", True
    await grouped.bram.command("afspraken", CHANNEL)
    await grouped.bram.click_in_view("Tekst veranderen")
    await grouped.bram.fill(text="Wij zwijgen.")
    assert await grouped.bram.submit() == {}
    await grouped.rest()
    assert await grouped.anna.sees("heeft de afspraken van deze groep veranderd", CHANNEL)


async def press_join(stage: Stage, user: str) -> None:
    """Presses a join button that was left open on a Home tab."""
    group = await ours(stage.app).read(lambda tx: our_group(tx).id)
    value = f'{{"group":"{group}"}}'
    view = blocks.home([blocks.actions(blocks.button("Ik doe mee", ids.GROUP_JOIN, views.GroupRef(group)))])
    home = stage.sandbox.workspace.publish_home(user, view)
    await stage.team.post(
        "action",
        **{"as": user},
        source={"kind": "view", "view_id": home.id},
        block_id="",
        action={"type": "button", "action_id": ids.GROUP_JOIN, "value": value},
        state={},
    )


async def test_who_is_in_the_channel_joins_and_the_channel_is_told(
    grouped: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Everyone is on the last of several pages for somebody.
    monkeypatch.setattr(channels, "PAGE", 2)
    await press_join(grouped, ESRA)
    assert ESRA in await ours(grouped.app).read(users)
    await grouped.rest()
    assert await grouped.bram.sees(f"<@{ESRA}> doet vanaf nu mee in de groep.", CHANNEL)


async def test_who_is_not_in_the_channel_presses_join_in_vain(grouped: Stage) -> None:
    esra = grouped.team.person(ESRA)
    grouped.sandbox.workspace.channel(CHANNEL).members.discard(ESRA)
    await press_join(grouped, ESRA)
    assert "Word eerst lid van het kanaal" in await esra.read_modal()
    assert ESRA not in await ours(grouped.app).read(users)
    await grouped.rest()
    assert not await grouped.bram.sees("doet vanaf nu mee", CHANNEL)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "ratelimited", "seconds": 30},
        {"kind": "500"},
        pytest.param({"kind": "slow", "seconds": 2.5}, marks=pytest.mark.slacks_time),
        {"kind": "error", "code": "missing_scope"},
    ],
)
async def test_without_slacks_answer_nobody_joins_and_they_hear_to_try_again(
    grouped: Stage, fault: dict[str, Any]
) -> None:
    grouped.sandbox.workspace.faults.add(method="conversations.members", **fault)
    await press_join(grouped, ESRA)
    assert "Probeer het nog eens" in await grouped.team.person(ESRA).read_modal()
    assert ESRA not in await ours(grouped.app).read(users)
    await press_join(grouped, ESRA)
    assert ESRA in await ours(grouped.app).read(users)


async def set_up_form(stage: Stage) -> Someone:
    await stage.anna.command("", CHANNEL)
    await stage.anna.click("Groep beginnen", channel=CHANNEL)
    await stage.anna.fill(meets="thread")
    return stage.anna


async def test_without_slacks_answer_no_group_begins_and_what_was_typed_stays(stage: Stage) -> None:
    anna = await set_up_form(stage)
    stage.sandbox.workspace.faults.add(method="conversations.members", kind="ratelimited", seconds=30)
    [said] = (await anna.submit()).values()
    assert "Probeer het nog eens" in said
    assert await ours(stage.app).read(lambda tx: service.channel_group(tx, CHANNEL)) is None
    assert await anna.submit() == {}


async def test_a_founder_who_left_the_channel_sends_the_form_again_in_vain(stage: Stage) -> None:
    anna = await set_up_form(stage)
    await stage.anna.fill(name="Wijk Oost")
    view = await anna.modal()
    state = {**initial_state(view), **anna.filled}
    assert await anna.submit() == {}
    await stage.rest()
    await stage.sandbox.doings.leave(ANNA, CHANNEL)
    await stage.rest()
    again = stage.sandbox.workspace.push_view(ANNA, {**view, "blocks": view["blocks"]})
    state["name"] = {blocks.FIELD: {"type": "plain_text_input", "value": "Anders"}}
    answer = await stage.team.post("submit", **{"as": ANNA}, view_id=again.id, state=state)
    assert answer["errors"] != {}
    assert (await ours(stage.app).read(our_group)).name == "Wijk Oost"
