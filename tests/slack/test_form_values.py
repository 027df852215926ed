"""What comes back from a form is held against the form that was drawn: nothing else is stored."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group, Person
from bot.slack import blocks, form_values, ids
from bot.storage import Store, Tx
from bot.texts import Refused, plain
from sandbox.people import Someone, elements, initial_state
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, make_case
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["stage"]

TWO = [blocks.option("Een", "1"), blocks.option("Twee", "2")]
TEXT = blocks.text_element(at_most=5)
MENU = blocks.select_element(TWO)
TICKS = blocks.checkboxes_element(TWO)


def option(value: Any) -> dict[str, Any]:
    return {"selected_option": {"value": value}}


@pytest.mark.parametrize(
    ("element", "held", "value"),
    [
        (TEXT, {"value": "hallo"}, "hallo"),
        (TEXT, {"value": None}, None),
        (MENU, option("2"), "2"),
        (MENU, {"selected_option": None}, None),
        (blocks.radio_element(TWO), option("1"), "1"),
        ({"type": "static_select", "option_groups": [{"options": TWO}]}, option("2"), "2"),
        (TICKS, {"selected_options": [{"value": "1"}, {"value": "2"}]}, ["1", "2"]),
        (TICKS, {"selected_options": []}, []),
        (blocks.date_element(), {"selected_date": "2028-02-29"}, "2028-02-29"),
        (blocks.date_element(), {"selected_date": None}, None),
        (blocks.time_element(), {"selected_time": "09:30"}, "09:30"),
        (blocks.user_element(), {"selected_user": "U0ANNA"}, "U0ANNA"),
    ],
)
def test_what_an_element_offers_is_read(element: Any, held: Any, value: Any) -> None:
    assert form_values.value_in(element, held) == value


@pytest.mark.parametrize(
    ("element", "held"),
    [
        (TEXT, {"value": 7}),
        (MENU, option("3")),
        (MENU, option(2)),
        (MENU, {"selected_option": "2"}),
        (MENU, None),
        (TICKS, {"selected_options": [{"value": "1"}, {"value": "-5"}]}),
        (TICKS, {"selected_options": "12"}),
        (TICKS, {"selected_options": [{"value": "1"}, {"value": "1"}]}),
        (blocks.date_element(), {"selected_date": "2027-02-29"}),
        (blocks.date_element(), {"selected_date": "20280229"}),
        (blocks.date_element(), {"selected_date": "morgen"}),
        (blocks.date_element(), {"selected_date": "0001-01-01"}),
        (blocks.date_element(), {"selected_date": "9999-12-31"}),
        (blocks.time_element(), {"selected_time": "25:00"}),
        (blocks.time_element(), {"selected_time": "09:30:15+01:00"}),
        (blocks.user_element(), {"selected_user": "<!channel>"}),
        ({"type": "thought_of_tomorrow"}, {"value": "x"}),
    ],
)
def test_what_an_element_does_not_offer_is_not_read(element: Any, held: Any) -> None:
    with pytest.raises(form_values.NotOffered):
        form_values.value_in(element, held)


def test_a_text_that_is_too_long_is_not_read() -> None:
    with pytest.raises(form_values.TooLong):
        form_values.value_in(TEXT, {"value": "langer"})


@pytest.fixture
async def grouped(stage: Stage) -> Stage:
    await ours(stage.app).transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE).id)
    return stage


async def submit(who: Someone, **tampered: dict[str, Any]) -> dict[str, str]:
    """Sends the open form with values that no client of Slack's would send; returns the errors at its fields."""
    view = await who.modal()
    state = initial_state(view)
    for field, held in tampered.items():
        (action_id,) = state.get(field, {blocks.FIELD: None})
        state[field] = {action_id: {"type": "made by hand", **held}}
    answer = await who.team.post("submit", **{"as": who.user}, view_id=view["id"], state=state)
    errors: dict[str, str] = answer["errors"]
    return errors


def of_group(tx: Tx) -> Group:
    return groups.group_of_channel(tx, CHANNEL)


async def open_theme(stage: Stage, theme: str) -> None:
    await stage.bram.command("groep", CHANNEL)
    view = await stage.bram.modal()
    for block, element in elements(view["blocks"]):
        if f'"theme":"{theme}"' in element.get("value", ""):
            await stage.team.post(
                "action",
                **{"as": BRAM},
                source={"kind": "view", "view_id": view["id"]},
                block_id=block.get("block_id", ""),
                action={"type": "button", "action_id": element["action_id"], "value": element["value"]},
                state={},
            )
            return
    raise AssertionError(theme)


@pytest.mark.parametrize("hour", ["-5", "24", "negen", ""])
async def test_an_hour_that_was_not_offered_is_refused_at_its_field(grouped: Stage, hour: str) -> None:
    await open_theme(grouped, "hours")
    assert list(await submit(grouped.bram, from_hour=option(hour))) == ["from_hour"]
    found = await ours(grouped.app).read(of_group)
    assert (found.from_hour, found.to_hour) == (9, 17)


async def test_an_urgency_that_does_not_exist_is_refused_at_its_field(grouped: Stage) -> None:
    def cases(tx: Tx) -> list[str]:
        return list(tx.sql.scalars(select(Case.urgency)))

    anna = grouped.anna
    await anna.command("casus", CHANNEL)
    await anna.fill(
        title="Te vaak ja",
        situation="Een collega vraagt me elke week iets erbij, en ik zeg ja.",
        own_part="Ik wil aardig gevonden worden.",
        question="Hoe kan ik nee zeggen?",
        next="more",
    )
    assert await anna.submit() == {}
    assert list(await submit(anna, urgency=option("panic"))) == ["urgency"]
    assert await ours(grouped.app).read(cases) == ["can_wait"]


async def test_a_text_longer_than_its_field_is_refused_there(grouped: Stage) -> None:
    await open_theme(grouped, "basics")
    errors = await submit(grouped.bram, name={"value": "x" * 3000})
    assert "te lang" in errors["name"]
    assert (await ours(grouped.app).read(of_group)).name is None


async def test_a_field_that_was_not_drawn_is_not_read(grouped: Stage) -> None:
    await open_theme(grouped, "keeping")
    before = (await ours(grouped.app).read(of_group)).retention_days
    assert await submit(grouped.bram, from_hour=option("3")) == {}
    found = await ours(grouped.app).read(of_group)
    assert (found.from_hour, found.retention_days) == (9, before)


async def test_my_own_hours_are_held_against_the_form_too(grouped: Stage) -> None:
    def anna(tx: Tx) -> Person:
        return groups.ensure_person(tx, ANNA)

    await grouped.anna.open_home()
    await grouped.rest()
    await grouped.anna.click_in_view("Mijn instellingen", home=True)
    assert list(await submit(grouped.anna, to_hour=option("99"))) == ["to_hour"]
    assert (await ours(grouped.app).read(anna)).to_hour == 17


async def test_a_choice_that_a_menu_does_not_offer_changes_nothing(grouped: Stage) -> None:
    def draft(tx: Tx) -> str:
        return make_case(tx, of_group(tx), state=CaseState.DRAFT).id

    case = await ours(grouped.app).transact(draft)
    anna = grouped.anna
    await anna.command("casussen", CHANNEL)
    view = await anna.modal()
    block, menu = next(found for found in elements(view["blocks"]) if found[1]["action_id"] == ids.CASE_MENU)
    # What is not known would be taken for handing in.
    made_up = json.dumps({"case": case, "what": "made_up"})
    assert made_up not in [one["value"] for one in menu["options"]]
    await anna.team.post(
        "action",
        **{"as": ANNA},
        source={"kind": "view", "view_id": view["id"]},
        block_id=block.get("block_id", ""),
        action={"type": "overflow", "action_id": ids.CASE_MENU, "selected_option": {"value": made_up}},
        state={},
    )
    assert "werkt niet meer" in await anna.read_modal()
    assert (await ours(grouped.app).read(lambda tx: tx.sql.get_one(Case, case))).state == CaseState.DRAFT


@pytest.mark.parametrize(
    ("from_hour", "to_hour", "field"), [(-5, 17, "from_hour"), (9, 24, "to_hour"), (9, 9, "to_hour")]
)
async def test_hours_that_a_day_does_not_have_are_refused_behind_the_form_too(
    store: Store, from_hour: int, to_hour: int, field: str
) -> None:
    def change(tx: Tx) -> None:
        group = make_group(tx, ANNA)
        hours = {"from_hour": from_hour, "to_hour": to_hour}
        groups.change_hours(tx, group.id, ANNA, zone="Europe/Amsterdam", days="12345", **hours)

    with pytest.raises(Refused) as refusal:
        await store.transact(change)
    assert refusal.value.field == field


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n", "\u2028"])
def test_a_field_of_one_line_gives_one_line(ends: str) -> None:
    held = {"value": f"Team{ends}Oost"}
    assert form_values.value_in(blocks.text_element(), held) == "Team Oost"
    assert form_values.value_in(blocks.text_element(multiline=True), held) == f"Team{ends}Oost"
    assert plain(f"Team{ends}Oost") in ("Team\nOost", "Team\u2028Oost")
