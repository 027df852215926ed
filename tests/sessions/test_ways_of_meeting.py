"""How people meet: asked at the start, kept with the session, and only in the thread does typing count."""

import pytest
from sqlalchemy import select

from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.rules import Meets
from bot.sessions.records import Session
from bot.storage import Tx
from sandbox.people import CannotDo, Someone
from tests.conftest import ours
from tests.factories import DAAN
from tests.groups.test_listeners import press_change
from tests.sessions.conftest import CHANNEL, Stage


def kept(tx: Tx) -> tuple[str, Meets | None]:
    """How the newest session meets, and how its group does."""
    session = tx.sql.scalars(select(Session).order_by(Session.opened_at.desc())).first()
    assert session is not None
    return session.meets, groups.group_by_id(tx, session.group_id).way_of_meeting


def of_before(tx: Tx) -> None:
    """The group is one for which "room" was filled in."""
    group = tx.sql.scalars(select(Group)).one()
    group.meets, group.meets_chosen = "room", False


def chosen(view: dict[str, object]) -> str | None:
    blocks = view["blocks"]
    assert isinstance(blocks, list)
    [element] = [block["element"] for block in blocks if block["block_id"] == "meets"]
    value = element.get("initial_option", {}).get("value")
    return None if value is None else str(value)


async def private(stage: Stage, person: Someone) -> list[str]:
    """What somebody got from the bot alone: letters, and lines in the thread that only they see."""
    thread = await stage.card(stage.bram)
    seen = [*await person.messages(person.dm), *await person.messages(CHANNEL, thread)]
    everybody = {message["ts"] for message in await stage.bram.messages(CHANNEL, thread)}
    return [message["text"] for message in seen if message["ts"] not in everybody]


async def test_a_group_that_never_said_how_it_meets_is_asked_at_its_next_start_only(
    with_case: Stage,
) -> None:
    stage = with_case
    await ours(stage.app).transact(of_before)
    await stage.bram.command("start", CHANNEL)
    assert chosen(await stage.bram.modal()) is None
    await stage.bram.fill(facilitator=DAAN)
    with pytest.raises(CannotDo, match="meets"):
        await stage.bram.submit()
    await stage.bram.fill(meets="video")
    assert await stage.bram.submit() == {}
    await stage.rest()
    assert await ours(stage.app).read(kept) == ("video", Meets.VIDEO)


async def test_another_way_at_a_start_is_of_this_session_only(with_case: Stage) -> None:
    stage = with_case
    await stage.open(stage.bram, meets="room")
    assert await ours(stage.app).read(kept) == ("room", Meets.THREAD)


async def test_a_session_keeps_its_way_when_the_group_changes_its_own(with_case: Stage) -> None:
    stage = with_case
    await stage.open(stage.bram, meets="room")
    await stage.bram.command("groep", CHANNEL)
    await press_change(stage.bram, "basics")
    await stage.bram.fill(meets="video")
    assert await stage.bram.submit() == {}
    assert await ours(stage.app).read(kept) == ("room", Meets.VIDEO)


@pytest.mark.parametrize("meets", ["room", "video"])
async def test_people_who_talk_are_never_told_that_nobody_heard_them(with_case: Stage, meets: str) -> None:
    stage = with_case
    thread = await stage.open(stage.bram, meets=meets)
    people = (stage.anna, stage.chloe, stage.daan)
    before = [await private(stage, person) for person in people]
    await stage.bram.click("Beginnen", channel=CHANNEL)
    for phase in ("Inbreng", "Vragen", "Antwoorden", "Je vraag", "Analyse"):
        await stage.rest()
        await stage.bram.click(f"Door naar {phase}", channel=stage.bram.dm)
        await stage.rest()
        await stage.anna.say("Even een link", CHANNEL, thread)
        await stage.team.advance(minutes=9)
    await stage.rest()
    assert [await private(stage, person) for person in people] == before
    assert not await stage.bram.sees("og niet gehoord", CHANNEL, thread)
