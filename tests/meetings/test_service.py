"""Planning, moving and cancelling, and the reminders that follow."""

import pytest

from bot.meetings import service
from bot.storage import Store, Tx
from bot.texts import Refused
from tests.conftest import OURS, THEIRS, due_items, make_group, outgoing, texts_of
from tests.sessions.people import ANNA, BRAM, CHLOE


def plan(tx: Tx, day: str = "2027-01-28", *, user: str = ANNA, meeting: str = "") -> str:
    group = make_group(tx, ANNA, BRAM, CHLOE) if not meeting else None
    group_id = group.id if group else service.find(tx, OURS, meeting, user)[1].id
    return service.plan(tx, OURS, group_id, user, meeting, day, "15:00", "Kamer 2").id


async def test_the_channel_hears_the_date_and_the_rooms_above_are_told(store: Store) -> None:
    await store.transact(plan)
    told = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert len(told) == 1
    assert "De volgende bijeenkomst is" in told[0]
    assert "Kamer 2" in told[0]
    assert await store.read(lambda tx: len(due_items(tx, service.PLANNED))) == 1


async def test_moving_and_cancelling_are_told_each_once(store: Store) -> None:
    meeting = await store.transact(plan)
    await store.transact(plan, "2027-02-11", meeting=meeting)
    await store.transact(plan, "2027-02-11", meeting=meeting)
    [moved] = await store.read(lambda tx: due_items(tx, service.MOVED))
    assert moved.data["version"] == 2
    await store.transact(service.cancel, OURS, meeting, BRAM)
    await store.transact(service.cancel, OURS, meeting, BRAM)
    assert await store.read(lambda tx: len(due_items(tx, service.CANCELLED))) == 1
    assert "gaat niet door" in (await store.read(lambda tx: texts_of(outgoing(tx, "post"))))[-1]


@pytest.mark.parametrize(("day", "word"), [("2027-01-13", "voorbij"), ("2030-01-01", "twee jaar")])
async def test_a_date_that_cannot_be_is_refused_at_the_field(store: Store, day: str, word: str) -> None:
    from bot.texts import for_language

    with pytest.raises(Refused) as refused:
        await store.transact(plan, day)
    assert refused.value.field == "day"
    assert word in refused.value.say(for_language("nl"))


async def test_a_meeting_of_another_workspace_is_not_found(store: Store) -> None:
    meeting = await store.transact(plan)
    with pytest.raises(Refused):
        await store.transact(service.cancel, THEIRS, meeting, ANNA)
