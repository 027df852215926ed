"""What falls due happens once, in order, whoever handles it, and one that fails holds up nobody."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.jobs import queue
from bot.jobs.runner import JobRunner, next_batch_size
from bot.storage import Store, Tx, new_id
from tests.clock import StillClock
from tests.conftest import THEIRS, due_items, open_for_us


class Heard:
    """A handler that remembers."""

    def __init__(self) -> None:
        self.subjects: list[str] = []

    def __call__(self, tx: Tx, item: queue.Job) -> None:
        self.subjects.append(item.subject)


def written(tx: Tx, item: queue.Job) -> None:
    """A handler whose effect stands or falls with the transaction, as a real one's does; twice would be two rows."""
    queue.schedule(tx, "written", f"{item.subject}/{new_id()}", tx.now + timedelta(days=1))


def subjects(tx: Tx) -> list[int]:
    """Of which moments something was written."""
    return sorted(int(row.subject.split("/")[0]) for row in due_items(tx, "written"))


def plan(tx: Tx, /, *names: str, kind: str = "a", ordering_key: str | None = None, **later: float) -> None:
    """Each a moment after the one before."""
    for n, name in enumerate(names):
        at = tx.now + timedelta(**later) + timedelta(microseconds=n)
        queue.schedule(tx, kind, name, at, ordering_key=ordering_key)


async def test_everything_that_is_due_runs_once_and_nothing_else(store: Store, clock: StillClock) -> None:
    heard = Heard()
    await store.transact(plan, *(str(n) for n in range(700)))
    await store.transact(plan, "later", seconds=5)
    clock.move(seconds=1)
    runner = JobRunner(store, {"a": heard})
    await runner.run()
    assert heard.subjects == [str(n) for n in range(700)]
    assert await runner.next_at() == clock.now() + timedelta(seconds=4)
    await runner.run()
    assert len(heard.subjects) == 700


async def test_one_that_fails_holds_up_nobody_and_comes_again(store: Store, clock: StillClock) -> None:
    def handle(tx: Tx, item: queue.Job) -> None:
        written(tx, item)
        if item.subject == "37":
            raise RuntimeError

    await store.transact(plan, *(str(n) for n in range(80)))
    clock.move(seconds=1)
    await JobRunner(store, {"a": handle}).run()
    assert await store.read(subjects) == [n for n in range(80) if n != 37]
    [left] = await store.read(due_items, "a")
    assert (left.subject, left.attempts, left.at) == ("37", 1, clock.now() + timedelta(seconds=5))


async def test_what_an_earlier_one_cancels_or_moves_does_not_happen(store: Store, clock: StillClock) -> None:
    heard = Heard()

    def first(tx: Tx, item: queue.Job) -> None:
        queue.cancel(tx, "a", "cancelled")
        queue.cancel_all(tx, "both")
        queue.schedule(tx, "a", "moved", tx.now + timedelta(hours=1))
        queue.cancel(tx.of(THEIRS), "a", "kept")

    await store.transact(plan, "first", kind="first")
    await store.transact(plan, "cancelled", "both", "moved", "kept", seconds=1)
    clock.move(seconds=2)
    await JobRunner(store, {"first": first, "a": heard}).run()
    assert heard.subjects == ["kept"]
    assert [row.subject for row in await store.read(due_items)] == ["moved"]


async def test_one_that_plans_itself_again_is_waiting_again(store: Store, clock: StillClock) -> None:
    def again(tx: Tx, item: queue.Job) -> None:
        queue.schedule(tx, "a", item.subject, tx.now + timedelta(hours=1))

    await store.transact(plan, "x", "y")
    clock.move(seconds=1)
    await JobRunner(store, {"a": again}).run()
    assert [row.at for row in await store.read(due_items)] == [clock.now() + timedelta(hours=1)] * 2


async def test_what_only_a_newer_process_knows_waits_for_it(store: Store, clock: StillClock) -> None:
    """While two versions run side by side, whatever the older one does not know stays, and so does what comes after it."""
    heard = Heard()
    older, newer = JobRunner(store, {"a": heard}), JobRunner(store, {"a": heard, "new": heard})
    await store.transact(plan, *(f"new/{n}" for n in range(30)), kind="new")
    await store.transact(plan, "1", ordering_key="lane")
    await store.transact(plan, "2", kind="new", ordering_key="lane", seconds=1)
    await store.transact(plan, "3", ordering_key="lane", seconds=2)
    await store.transact(plan, "free", seconds=3)
    await store.transact(plan, "later", seconds=60)
    clock.move(seconds=5)
    await older.run()
    assert heard.subjects == ["1", "free"]
    # It is not kept busy by what it leaves.
    assert await older.next_at() == clock.now() + timedelta(seconds=55)
    await newer.run()
    assert heard.subjects[2:] == [*(f"new/{n}" for n in range(30)), "2", "3"]


async def test_one_that_fails_is_found_behind_what_nobody_here_knows(store: Store, clock: StillClock) -> None:
    def fail(tx: Tx, item: queue.Job) -> None:
        raise RuntimeError

    for n in range(30):
        await store.transact(plan, f"{n}", kind="new", ordering_key=f"lane/{n}")
        await store.transact(plan, f"behind {n}", ordering_key=f"lane/{n}", seconds=0.1)
    await store.transact(plan, "failing", seconds=1)
    clock.move(seconds=2)
    runner = JobRunner(store, {"a": fail})
    await runner.run()
    assert await runner.next_at() == clock.now() + timedelta(seconds=5)


async def test_two_processes_handle_each_once_and_a_lane_in_order(
    database_url: str, clock: StillClock
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has one process")
    heard = Heard()
    stores = [open_for_us(database_url, clock.now) for _ in range(3)]
    for n in range(20):
        await stores[0].transact(plan, *(f"{n}/{i}" for i in range(5)), ordering_key=f"lane/{n}")
    clock.move(seconds=1)
    runners = [JobRunner(store, {"a": heard}) for store in stores]
    # What one has in its hands the others leave alone, so they may be done first; the last word is with all of them.
    while await stores[0].read(due_items):
        await asyncio.gather(*(runner.run() for runner in runners))
    assert len(heard.subjects) == len(set(heard.subjects)) == 100
    for n in range(20):
        assert [s for s in heard.subjects if s.startswith(f"{n}/")] == [f"{n}/{i}" for i in range(5)]
    for store in stores:
        store.close()


async def test_whoever_holds_what_a_moment_needs_goes_first(database_url: str, clock: StillClock) -> None:
    """A click that has locked a session and then cancels its moment must not wait for the runner, nor fail."""
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has a single writer: nobody holds a row while somebody else writes")
    store, clicks = open_for_us(database_url, clock.now), open_for_us(database_url, clock.now)
    await store.transact(plan, "held", "free")
    clock.move(seconds=1)
    held, swept = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    heard = Heard()

    def click(tx: Tx) -> None:
        queue.cancel(tx, "a", "held")
        loop.call_soon_threadsafe(held.set)
        asyncio.run_coroutine_threadsafe(swept.wait(), loop).result(1)

    clicking = asyncio.create_task(clicks.transact(click))
    await held.wait()
    await JobRunner(store, {"a": heard}).run()
    assert heard.subjects == ["free"]
    swept.set()
    await clicking
    await JobRunner(store, {"a": heard}).run()
    assert heard.subjects == ["free"]
    store.close()
    clicks.close()


async def test_one_that_goes_on_failing_comes_again_after_longer_pauses_and_at_last_every_hour(
    sqlite_store: Store, clock: StillClock
) -> None:
    """The failed row itself moves, in the same way on both databases."""

    def fail(tx: Tx, item: queue.Job) -> None:
        raise RuntimeError

    await sqlite_store.transact(plan, "failing")
    runner, pauses = JobRunner(sqlite_store, {"a": fail}), []
    for _ in range(6):
        await runner.run()
        at = await runner.next_at()
        assert at is not None
        pauses.append((at - clock.now()).total_seconds())
        clock.move_to(at)
    assert pauses == [5, 30, 120, 600, 3600, 3600]


@pytest.mark.parametrize(
    ("size", "taken", "handled", "following"),
    [(20, 20, 20, 80), (320, 320, 320, 500), (80, 40, 40, 80), (320, 320, 60, 120), (80, 80, 5, 20)],
)
def test_a_batch_grows_while_it_fits_and_shrinks_to_twice_what_was_done(
    size: int, taken: int, handled: int, following: int
) -> None:
    assert next_batch_size(size, taken, handled) == following


async def test_one_that_is_planned_anew_has_not_failed_yet(sqlite_store: Store, clock: StillClock) -> None:
    """However it is planned: at a moment, no later than one, or within a time."""

    def fail(tx: Tx, item: queue.Job) -> None:
        raise RuntimeError

    def anew(tx: Tx) -> None:
        queue.schedule(tx, "a", "schedule", tx.now)
        queue.schedule_no_later_than(tx, "a", "no later", tx.now)
        queue.cancel(tx, "a", "ensure")
        queue.ensure(tx, "a", "ensure", timedelta(0))

    await sqlite_store.transact(anew)
    assert {row.attempts for row in await sqlite_store.read(due_items)} == {0}
    await JobRunner(sqlite_store, {"a": fail}).run()
    assert [row.attempts for row in await sqlite_store.read(due_items)] == [1, 1, 1]
    await sqlite_store.transact(anew)
    assert [row.attempts for row in await sqlite_store.read(due_items)] == [0, 0, 0]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moments=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=30),
    fails=st.sets(st.integers(0, 29)),
)
async def test_whatever_fails_each_of_the_others_happens_once(
    sqlite_store: Store, moments: list[tuple[int, int]], fails: set[int]
) -> None:
    store = sqlite_store

    def handle(tx: Tx, item: queue.Job) -> None:
        written(tx, item)
        if int(item.subject) in fails:
            raise RuntimeError

    def write(tx: Tx) -> None:
        for row in due_items(tx):
            tx.sql.delete(row)
        tx.sql.flush()
        for n, (second, lane) in enumerate(moments):
            at = tx.now - timedelta(seconds=second)
            queue.schedule(tx, "a", str(n), at, ordering_key=f"lane{lane}" if lane else None)

    await store.transact(write)
    await JobRunner(store, {"a": handle}).run()
    assert await store.read(subjects) == [n for n in range(len(moments)) if n not in fails]
    left = await store.read(due_items, "a")
    assert sorted(int(row.subject) for row in left) == [n for n in range(len(moments)) if n in fails]
