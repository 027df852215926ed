"""Planning, moving and cancelling, and the reminders that follow."""

from datetime import UTC, datetime

import pytest

from bot.groups.records import Person
from bot.meetings import service
from bot.storage import Store, Tx
from bot.texts import Refused
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS, due_items, make_group, outgoing, run_due, texts_of
from tests.sessions.people import ANNA, BRAM, CHLOE, make_case


def plan(tx: Tx, day: str = "2027-01-28", *, user: str = ANNA, meeting: str = "") -> str:
    group = make_group(tx, ANNA, BRAM, CHLOE) if not meeting else None
    group_id = group.id if group else service.find(tx, OURS, meeting, user)[1].id
    return service.plan(tx, OURS, group_id, user, meeting, day, "15:00", "Kamer 2").id


async def test_the_channel_hears_the_date_and_three_reminders_are_planned(store: Store) -> None:
    await store.transact(plan)
    kinds = await store.read(lambda tx: [row.data["kind"] for row in due_items(tx, service.REMINDER)])
    assert kinds == ["week", "day", "hour"]
    told = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    assert len(told) == 1
    assert "De volgende bijeenkomst is" in told[0]
    assert "Kamer 2" in told[0]


async def test_a_week_before_the_channel_and_whoever_has_no_case_are_told(
    store: Store, clock: StillClock
) -> None:
    def some_have_cases(tx: Tx, meeting: str) -> None:
        group = service.find(tx, OURS, meeting, ANNA)[1]
        make_case(tx, group, BRAM)
        person = tx.sql.query(Person).filter_by(user=CHLOE).one()
        person.nudges = False

    meeting = await store.transact(plan)
    await store.transact(some_have_cases, meeting)
    clock.move_to(datetime(2027, 1, 21, 14, 0, 1, tzinfo=UTC))
    assert await store.transact(run_due, service.DUE) == 1
    private = await store.read(lambda tx: [row.user for row in outgoing(tx, "direct")])
    assert private == [ANNA]
    assert "Over een week" in (await store.read(lambda tx: texts_of(outgoing(tx, "post"))))[-1]


async def test_a_moved_meeting_is_announced_for_its_new_date_only(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan)
    await store.transact(plan, "2027-02-11", meeting=meeting)
    clock.move_to(datetime(2027, 1, 21, 15, tzinfo=UTC))
    assert await store.transact(run_due, service.DUE) == 0
    clock.move_to(datetime(2027, 2, 4, 15, tzinfo=UTC))
    assert await store.transact(run_due, service.DUE) == 1


async def test_a_cancelled_meeting_is_never_announced(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan)
    await store.transact(service.cancel, OURS, meeting, BRAM)
    await store.transact(service.cancel, OURS, meeting, BRAM)
    clock.move_to(datetime(2027, 1, 28, 13, tzinfo=UTC))
    assert await store.transact(run_due, service.DUE) == 0
    assert "gaat niet door" in (await store.read(lambda tx: texts_of(outgoing(tx, "post"))))[-1]


async def test_a_session_that_begins_ends_the_reminders(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-15")
    clock.move_to(datetime(2027, 1, 15, 12, 30, tzinfo=UTC))
    await store.transact(lambda tx: service.opened(tx, service.find(tx, OURS, meeting, ANNA)[1]))
    assert await store.read(lambda tx: due_items(tx, service.REMINDER)) == []


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
