"""A group without a date is asked once, and not while it looks for one."""

from bot.date_polls import service as date_polls
from bot.date_polls.views import SlotsRef
from bot.storage import Store, Tx
from tests.attendance.people import (
    at,
    call_off,
    group_of,
    in_channel,
    plan,
    plan_again,
    plan_of_series,
    sweep,
    until,
)
from tests.clock import StillClock
from tests.factories import BRAM, deliver


async def test_a_group_that_plans_nothing_is_asked_once_and_one_that_does_is_not(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await until(store, clock, at("2027-02-20", 15))
    asked = [text for text in await store.read(in_channel) if "geen bijeenkomst gepland" in text]
    assert len(asked) == 1
    clock.move(days=60)
    await store.transact(sweep)
    assert len([text for text in await store.read(in_channel) if "geen bijeenkomst gepland" in text]) == 1

    await store.transact(plan_of_series, meeting, "2027-05-20")
    await until(store, clock, at("2027-05-21", 15))
    await store.transact(plan_of_series, meeting, "2027-07-20")
    await until(store, clock, at("2027-06-20", 15))
    # There is a date again, and what asked for one says so.
    assert not any("geen bijeenkomst gepland" in text for text in await store.read(in_channel))


async def test_a_group_whose_only_date_is_called_off_is_asked_too(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-02-24")
    await call_off(store, meeting)
    await until(store, clock, at("2027-02-10", 12))
    assert "geen bijeenkomst gepland" in (await store.read(in_channel))[-1]
    await store.transact(deliver)
    # And with a date that message asks for nothing any more.
    await store.transact(lambda tx: plan_again(tx, group_of(tx, meeting), "2027-03-10"))
    await store.transact(deliver)
    assert not any("geen bijeenkomst gepland" in text for text in await store.read(in_channel))
    assert any("Er staat weer een bijeenkomst gepland" in text for text in await store.read(in_channel))


async def test_while_a_date_is_sought_nobody_says_that_there_is_none(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await until(store, clock, at("2027-02-09", 12))

    def seeks(tx: Tx) -> None:
        wanted = {1: ("2027-02-25", "15:00"), 2: ("2027-02-26", "15:00")}
        search = date_polls.propose_dates(tx, BRAM, SlotsRef(group_of(tx, meeting).id, "", 1), wanted, "V1")
        date_polls.open_date_poll(tx, search.id, BRAM, "2027-02-19", "", "V2")

    await store.transact(seeks)
    await until(store, clock, at("2027-02-16", 12))
    assert not any("geen bijeenkomst gepland" in text for text in await store.read(in_channel))
