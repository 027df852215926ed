"""A look that may come too early and must not come too late."""

from datetime import timedelta

from bot.storage import Store, Tx
from bot.timing import due
from bot.timing.sweep import Sweep
from tests.conftest import OURS


async def test_it_is_only_ever_brought_forward(store: Store) -> None:
    def run(tx: Tx) -> None:
        for hours, expected in ((5, 5), (9, 5), (2, 2), (2, 2)):
            due.hasten(tx, OURS, "look", "x", tx.now + timedelta(hours=hours))
            assert due.moment_of(tx, OURS, "look", "x") == tx.now + timedelta(hours=expected)

    await store.transact(run)


async def test_what_is_due_already_is_still_handled_by_the_sweep_that_hastens_it(store: Store) -> None:
    """Each of the two asks for a look at the other, in one transaction: both are looked at, once, and neither is lost."""
    looked: list[str] = []

    def look(tx: Tx, item: due.Item) -> None:
        looked.append(item.subject)
        if len(looked) < 3:
            due.hasten(tx, OURS, "look", "b" if item.subject == "a" else "a", tx.now)

    def plan(tx: Tx) -> None:
        for subject in ("a", "b"):
            due.schedule(tx, OURS, "look", subject, tx.now)

    await store.transact(plan)
    await Sweep(store, {"look": look}).run()
    assert sorted(set(looked)) == ["a", "b"]
    assert await store.read(lambda tx: due.moment_of(tx, OURS, "look", "a")) is None
    assert await store.read(lambda tx: due.moment_of(tx, OURS, "look", "b")) is None
