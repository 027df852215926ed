"""Planning as people do it: the window, the forms, the questions, the channel."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.storage import Tx
from sandbox.people import CannotDo
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN
from tests.sessions.conftest import CHANNEL, Stage, stage

__all__ = ["stage"]
SATURDAY = 5


@pytest.fixture
async def grouped(stage: Stage) -> Stage:
    def prepare(tx: Tx) -> None:
        make_group(tx, ANNA, BRAM, CHLOE, DAAN)

    await ours(stage.app).transact(prepare)
    return stage


async def in_days(stage: Stage, days: int) -> date:
    return datetime.fromtimestamp(await stage.team.now(), UTC).date() + timedelta(days=days)


async def in_days_on(stage: Stage, days: int, weekday: int) -> date:
    day = await in_days(stage, days)
    return day + timedelta(days=(weekday - day.weekday()) % 7)


async def plan_one(stage: Stage, day: date) -> None:
    await stage.bram.command("plan", CHANNEL)
    await stage.bram.fill(day=day.isoformat(), hour="15:00", place="Kamer 2")
    assert await stage.bram.submit() == {}
    await stage.bram.close_all()
    await stage.rest()


async def plan_rhythm(stage: Stage, since: date, **more: object) -> None:
    await stage.bram.command("plan", CHANNEL)
    await stage.bram.click_in_view("Een vast ritme")
    await stage.bram.fill(rhythm="elke 6 weken", weekday="donderdag", since=since.isoformat(), **more)
    assert await stage.bram.submit() == {}


async def test_one_date_is_planned_moved_and_cancelled(grouped: Stage) -> None:
    stage = grouped
    await plan_one(stage, await in_days(stage, 20))
    assert await stage.anna.sees("De volgende bijeenkomst is", CHANNEL)

    await stage.anna.command("plan", CHANNEL)
    await stage.anna.click_in_view("Verzetten")
    await stage.anna.fill(day=(await in_days(stage, 27)).isoformat())
    assert await stage.anna.submit() == {}
    await stage.rest()
    assert await stage.anna.sees("is verzet naar", CHANNEL)
    assert await stage.anna.views() == []

    await stage.anna.command("plan", CHANNEL)
    await stage.anna.click_in_view("Afzeggen")
    assert "afzeggen? De groep leest het" in await stage.anna.read_modal()
    assert await stage.anna.submit() == {}
    await stage.rest()
    assert await stage.anna.sees("gaat niet door", CHANNEL)
    assert await stage.team.refused() == []


async def test_a_past_date_is_said_at_the_field_and_nothing_typed_is_lost(grouped: Stage) -> None:
    stage = grouped
    await stage.bram.command("plan", CHANNEL)
    await stage.bram.fill(day=(await in_days(stage, -3)).isoformat(), hour="15:00", place="Kamer 2")
    assert "voorbij" in (await stage.bram.submit())["day"]
    await stage.bram.fill(day=(await in_days(stage, 4)).isoformat())
    assert await stage.bram.submit() == {}
    await stage.rest()
    assert await stage.anna.sees("Kamer 2", CHANNEL)


async def test_a_day_that_has_a_meeting_asks_and_keeps_what_was_typed(grouped: Stage) -> None:
    stage = grouped
    day = await in_days(stage, 20)
    await plan_one(stage, day)
    await stage.anna.command("plan", CHANNEL)
    await stage.anna.click_in_view("Eén datum")
    await stage.anna.fill(day=day.isoformat(), hour="09:00", place="Boven")
    assert await stage.anna.submit() == {}
    assert "Op die dag is er al een bijeenkomst, om 15:00" in await stage.anna.read_modal()
    await stage.anna.fill(also=["also"])
    assert await stage.anna.submit() == {}
    await stage.rest()
    assert await stage.anna.sees("Boven", CHANNEL)
    assert await stage.team.refused() == []


async def test_a_day_off_asks_first_also_when_a_meeting_moves_to_it(grouped: Stage) -> None:
    stage = grouped
    saturday = await in_days_on(stage, 20, SATURDAY)
    await stage.bram.command("plan", CHANNEL)
    await stage.bram.fill(day=saturday.isoformat(), hour="15:00", place="Kamer 2")
    assert await stage.bram.submit() == {}
    assert "werkt de groep niet" in await stage.bram.read_modal()
    await stage.bram.fill(day=(saturday - timedelta(days=1)).isoformat(), also=["also"])
    assert await stage.bram.submit() == {}
    await stage.rest()

    await stage.anna.command("plan", CHANNEL)
    await stage.anna.click_in_view("Verzetten")
    christmas = date(saturday.year + 1, 12, 25)
    await stage.anna.fill(day=christmas.isoformat())
    assert await stage.anna.submit() == {}
    assert (
        f"25 december {christmas.year} is het Eerste kerstdag, een vrije dag" in await stage.anna.read_modal()
    )
    assert not await stage.anna.sees("is verzet naar", CHANNEL)
    await stage.anna.fill(also=["also"])
    assert await stage.anna.submit() == {}
    await stage.rest()
    assert await stage.anna.sees("is verzet naar", CHANNEL)
    assert await stage.team.refused() == []


async def test_a_rhythm_with_its_next_six_dates_first(grouped: Stage) -> None:
    stage = grouped
    await plan_rhythm(stage, await in_days(stage, 1))
    seen = await stage.bram.modal()
    boxes = next(block for block in seen["blocks"] if block.get("block_id") == "skip")
    dates = [option for option in boxes["element"]["options"] if option["value"] != "later"]
    assert len(dates) == 6
    assert all(option["text"]["text"].startswith("donderdag") for option in dates)
    assert "Elke 6 weken op donderdag" in await stage.bram.read_modal()
    await stage.bram.fill(skip=[dates[1]["value"]], place="Kamer 2")
    assert await stage.bram.submit() == {}
    assert await stage.bram.views() == []
    await stage.rest()
    posts = [message for message in await stage.anna.messages(CHANNEL) if "vast ritme" in message["text"]]
    assert len(posts) == 1
    assert "Kamer 2" in posts[0]["text"]

    await stage.anna.command("plan", CHANNEL)
    overview = await stage.anna.modal()
    assert len([block for block in overview["blocks"] if block.get("accessory")]) == 6
    assert await stage.team.refused() == []


async def test_a_rhythm_is_changed_and_ended_from_a_meeting_on(grouped: Stage) -> None:
    stage = grouped
    await plan_rhythm(stage, await in_days(stage, 1))
    assert await stage.bram.submit() == {}
    await stage.rest()

    await stage.anna.command("plan", CHANNEL)
    await stage.anna.click_in_view("Vanaf hier een ander ritme")
    await stage.anna.fill(rhythm="elke 4 weken", weekday="dinsdag")
    assert await stage.anna.submit() == {}
    assert await stage.anna.submit() == {}
    await stage.rest()
    assert await stage.bram.sees("een ander ritme: *elke 4 weken op dinsdag*", CHANNEL)

    await stage.anna.command("plan", CHANNEL)
    await stage.anna.click_in_view("Hier stoppen met het ritme")
    assert "Deze gaan niet door" in await stage.anna.read_modal()
    assert await stage.anna.submit() == {}
    await stage.rest()
    assert await stage.bram.sees("Het ritme (elke 4 weken op dinsdag) stopt", CHANNEL)
    assert await stage.team.refused() == []


async def test_a_rhythm_from_a_day_that_has_passed_is_refused_at_the_field(grouped: Stage) -> None:
    stage = grouped
    await stage.bram.command("plan", CHANNEL)
    await stage.bram.click_in_view("Een vast ritme")
    await stage.bram.fill(since=(await in_days(stage, -10)).isoformat())
    assert "voorbij" in (await stage.bram.submit())["since"]


async def test_two_people_plan_a_rhythm_and_a_date_at_once(grouped: Stage) -> None:
    stage = grouped
    await plan_rhythm(stage, await in_days(stage, 1))
    await plan_one_as(stage, await in_days(stage, 4))
    assert await stage.bram.submit() == {}
    assert "Intussen heeft iemand een bijeenkomst gepland" in await stage.bram.read_modal()
    assert await stage.bram.submit() == {}
    await stage.rest()
    assert await stage.anna.sees("vast ritme", CHANNEL)


async def plan_one_as(stage: Stage, day: date) -> None:
    await stage.chloe.command("plan", CHANNEL)
    await stage.chloe.fill(day=day.isoformat(), hour="09:00")
    assert await stage.chloe.submit() == {}
    await stage.rest()


async def test_outsiders_cannot_plan(grouped: Stage) -> None:
    stage = grouped
    esra = stage.team.person("U0ESRA")
    await esra.command("plan", CHANNEL)
    with pytest.raises(CannotDo):
        await esra.modal()


async def test_a_rhythm_is_planned_straight_after_setting_up(stage: Stage) -> None:
    bram = stage.bram
    await bram.command("", CHANNEL)
    await bram.click("Groep beginnen", channel=CHANNEL)
    await bram.fill(meets="thread")
    assert await bram.submit() == {}
    await bram.click_in_view("Meer instellingen")
    await bram.click_in_view("Datum of ritme plannen")
    await bram.click_in_view("Een vast ritme")
    since = (await in_days(stage, 20)).isoformat()
    await bram.fill(rhythm="elke 6 weken", weekday="donderdag", since=since)
    assert await bram.submit() == {}
    assert "Dit zijn de volgende data" in await bram.read_modal()
    # The form is there to come back to.
    await bram.close()
    assert "Een vast ritme" in await bram.read_modal()
    assert await bram.submit() == {}
    assert await bram.submit() == {}
    assert await bram.views() == []
    await stage.rest()
    assert await stage.anna.sees("vast ritme", CHANNEL)
    assert await stage.team.refused() == []
