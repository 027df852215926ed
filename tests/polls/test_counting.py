"""Votes are counted a second later, all of that second at once; what comes in between loses none of them."""

import asyncio

import pytest

from bot import events
from bot.cases import service as cases
from bot.delivery.states import OutboxState
from bot.events import MessageLost
from bot.jobs.runner import JobRunner
from bot.polls import service
from bot.polls.jobs import JOBS
from bot.polls.rules import PollState
from bot.storage import Store, Tx
from bot.texts import Refused
from tests.clock import StillClock
from tests.conftest import due_items, outgoing
from tests.factories import ANNA, BRAM, CHLOE, DAAN, deliver, posted, text_of
from tests.polls.people import case_of, open_one, poll_now, privately


async def opened(store: Store) -> None:
    """A poll whose message stands in the channel."""

    def run(tx: Tx) -> None:
        open_one(tx)
        deliver(tx)

    await store.transact(run)


def vote(tx: Tx, user: str) -> bool:
    return service.give_votes(tx, poll_now(tx).id, user, {case_of(tx, CHLOE).id: 2})


async def votes_of(store: Store, *users: str) -> None:
    for user in users:
        await store.transact(vote, user)


async def a_second_passes(store: Store, clock: StillClock) -> None:
    clock.move(seconds=1)
    await JobRunner(store, JOBS).run()


async def message(store: Store) -> str:
    return await store.read(lambda tx: text_of(tx, poll_now(tx).id))


async def test_the_votes_of_a_second_are_one_edit(store: Store, clock: StillClock) -> None:
    await opened(store)
    await votes_of(store, ANNA, BRAM, CHLOE)
    assert await store.read(lambda tx: outgoing(tx, "update")) == []
    await a_second_passes(store, clock)
    assert "3 van de 4 hebben gestemd" in await message(store)
    assert len(await store.read(lambda tx: outgoing(tx, "update"))) == 1


async def test_who_votes_knows_at_once_whether_it_counts_one_more(store: Store) -> None:
    await opened(store)
    assert await store.transact(vote, ANNA) is True
    assert await store.transact(vote, ANNA) is False
    assert await store.transact(vote, BRAM) is True


async def test_other_points_change_nothing_that_is_shown(store: Store, clock: StillClock) -> None:
    await opened(store)
    await votes_of(store, ANNA)
    await a_second_passes(store, clock)
    before = await store.read(lambda tx: outgoing(tx, "update"))
    await votes_of(store, ANNA)
    assert await store.read(lambda tx: due_items(tx, "poll.count")) == []
    await a_second_passes(store, clock)
    assert len(await store.read(lambda tx: outgoing(tx, "update"))) == len(before) == 1


async def test_the_last_vote_closes_the_poll_a_second_later_whoever_lives_by_then(
    store: Store, clock: StillClock
) -> None:
    """No process has to remember anything: the one that took the vote may be dead."""
    await opened(store)
    await votes_of(store, ANNA, BRAM, CHLOE, DAAN)
    assert await store.read(lambda tx: poll_now(tx).state) == PollState.OPEN
    clock.move(hours=3)
    await JobRunner(store, JOBS).run()
    assert await store.read(lambda tx: poll_now(tx).state) == PollState.ASKING
    assert "4 mensen stemden" in await message(store)


async def test_two_processes_count_at_once_and_close_once(store: Store, clock: StillClock) -> None:
    await opened(store)
    await votes_of(store, ANNA, BRAM, CHLOE, DAAN)
    clock.move(seconds=1)
    await asyncio.gather(*(JobRunner(store, JOBS).run() for _ in range(3)))
    await JobRunner(store, JOBS).run()
    assert len(await store.read(lambda tx: privately(tx, CHLOE))) == 1


async def test_votes_while_others_are_counted_are_all_counted(store: Store, clock: StillClock) -> None:
    await opened(store)
    for users in ((ANNA,), (BRAM, CHLOE), (DAAN,)):
        await asyncio.gather(
            JobRunner(store, JOBS).run(),
            *(store.transact(vote, user) for user in users),
            JobRunner(store, JOBS).run(),
        )
        clock.move(seconds=1)
    await JobRunner(store, JOBS).run()
    assert await store.read(lambda tx: (poll_now(tx).state, poll_now(tx).voters)) == (PollState.ASKING, 4)


async def test_the_poll_closes_in_that_second(store: Store, clock: StillClock) -> None:
    await opened(store)
    await votes_of(store, ANNA, CHLOE)
    await store.transact(lambda tx: service.close_poll_by_hand(tx, poll_now(tx).id, BRAM))
    # The votes that nobody has counted yet are in what the group reads, and in the ranking.
    assert "2 mensen stemden" in await message(store)
    before = await message(store)
    await a_second_passes(store, clock)
    assert await message(store) == before
    assert await store.read(lambda tx: poll_now(tx).asked_case == case_of(tx, CHLOE).id)
    assert await store.read(lambda tx: due_items(tx, "poll.count")) == []


async def test_the_case_is_withdrawn_in_that_second(store: Store, clock: StillClock) -> None:
    await opened(store)
    await votes_of(store, ANNA, BRAM)
    await store.transact(lambda tx: cases.withdraw(tx, case_of(tx, CHLOE).id, CHLOE))
    await a_second_passes(store, clock)
    assert "0 van de 4" in await message(store)
    assert "Stil overleg" not in await message(store)
    # Both have their votes back, and may vote again.
    with pytest.raises(service.CaseLeft):
        await store.transact(vote, ANNA)
    assert await store.read(lambda tx: len(privately(tx, ANNA)) == len(privately(tx, BRAM)) == 1)


@pytest.mark.parametrize("first", ["found", "counted"])
async def test_the_message_is_deleted_by_hand_in_that_second(
    store: Store, clock: StillClock, first: str
) -> None:
    """Whether it is found missing before the count or after it: what is posted again shows the vote."""
    await opened(store)
    await votes_of(store, ANNA)

    def delete_by_hand(tx: Tx) -> None:
        row = posted(tx, poll_now(tx).id)
        assert row is not None
        row.state = OutboxState.LOST

    def find(tx: Tx) -> None:
        events.publish(tx, MessageLost(f"poll/{poll_now(tx).id}", told=True))

    await store.transact(delete_by_hand)
    if first == "found":
        await store.transact(find)
        await JobRunner(store, JOBS).run()
        await a_second_passes(store, clock)
    else:
        await a_second_passes(store, clock)
        await store.transact(find)
        await JobRunner(store, JOBS).run()
    assert "1 van de 4" in await message(store)


async def test_a_vote_after_the_close_is_refused_and_counts_nowhere(store: Store, clock: StillClock) -> None:
    await opened(store)
    await votes_of(store, ANNA)
    await store.transact(lambda tx: service.close_poll_by_hand(tx, poll_now(tx).id, BRAM))
    with pytest.raises(Refused):
        await store.transact(vote, DAAN)
    await a_second_passes(store, clock)
    assert "1 " in await message(store)
    assert await store.read(lambda tx: poll_now(tx).voters) == 1
