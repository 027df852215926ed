"""A look that may come too early and must not come too late."""

from datetime import timedelta

from bot.jobs import queue
from bot.jobs.runner import JobRunner
from bot.storage import Store, Tx
from tests.conftest import due_items


def test_it_is_only_ever_brought_forward(tx: Tx) -> None:
    for hours, expected in ((5, 5), (9, 5), (2, 2), (2, 2)):
        queue.schedule_no_later_than(tx, "look", "x", tx.now + timedelta(hours=hours))
        assert queue.scheduled_time(tx, "look", "x") == tx.now + timedelta(hours=expected)


async def test_what_is_due_already_is_still_handled_by_the_sweep_that_hastens_it(store: Store) -> None:
    """Each of the two asks for a look at the other, in one transaction: both are looked at, once, and neither is lost."""
    looked: list[str] = []

    def look(tx: Tx, item: queue.Job) -> None:
        looked.append(item.subject)
        if len(looked) < 3:
            queue.schedule_no_later_than(tx, "look", "b" if item.subject == "a" else "a", tx.now)

    def plan(tx: Tx) -> None:
        for subject in ("a", "b"):
            queue.schedule(tx, "look", subject, tx.now)

    await store.transact(plan)
    await JobRunner(store, {"look": look}).run()
    assert sorted(set(looked)) == ["a", "b"]
    assert await store.read(lambda tx: queue.scheduled_time(tx, "look", "a")) is None
    assert await store.read(lambda tx: queue.scheduled_time(tx, "look", "b")) is None


def test_one_that_waits_for_the_same_moment_stays_as_it_is(tx: Tx) -> None:
    at = tx.now + timedelta(hours=1)
    queue.schedule(tx, "a", "x", at)
    before = [row.id for row in due_items(tx, "a")]
    queue.schedule_no_later_than(tx, "a", "x", at)
    assert [row.id for row in due_items(tx, "a")] == before
