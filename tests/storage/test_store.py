"""One transaction per use case: all of it is stored, or nothing is."""

import asyncio
import sqlite3
import threading
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError

from bot.jobs import queue
from bot.jobs.records import JobRow
from bot.storage import Store, StoreUnavailable, Tx
from bot.storage.records import ProbeRow


def schedule(tx: Tx, subject: str) -> str:
    queue.schedule(tx, "test", subject, tx.now)
    return subject


def subjects(tx: Tx) -> list[str]:
    return sorted(tx.sql.scalars(select(JobRow.subject)))


async def test_what_a_use_case_wrote_is_there_afterwards(store: Store) -> None:
    assert await store.transact(schedule, "a") == "a"
    assert await store.read(subjects) == ["a"]


async def test_a_use_case_that_fails_stores_nothing_and_its_neighbours_everything(store: Store) -> None:
    def fail(tx: Tx) -> None:
        schedule(tx, "lost")
        raise LookupError

    results = await asyncio.gather(
        store.transact(schedule, "a"),
        store.transact(fail),
        store.transact(schedule, "b"),
        return_exceptions=True,
    )
    assert isinstance(results[1], LookupError)
    assert await store.read(subjects) == ["a", "b"]


def fill(tx: Tx, name: str) -> str:
    tx.sql.add(ProbeRow(id=name, text="x"))
    tx.sql.flush()
    return name


def filled(tx: Tx) -> list[str]:
    return sorted(tx.sql.scalars(select(ProbeRow.id)))


def fill_without_looking(tx: Tx, name: str) -> str:
    """Its flush is left to the store."""
    tx.sql.add(ProbeRow(id=name, text="x"))
    return name


def swallow(tx: Tx, name: str) -> str:
    """Its flush fails, and it goes on as if it had not."""
    try:
        fill(tx, name)
    except IntegrityError:
        return "swallowed"
    return name


async def test_a_flush_that_fails_undoes_nothing_of_those_in_the_same_commit(store: Store) -> None:
    await store.transact(fill, "taken")
    began, goes_on = threading.Event(), threading.Event()
    commits: list[Any] = []

    def hold(tx: Tx) -> None:
        began.set()
        goes_on.wait(60)

    def count(connection: Any) -> None:
        commits.append(connection)

    # As long as this one runs SQLite's writer takes nothing, so that all the others come to share one commit.
    holding = asyncio.ensure_future(store.transact(hold))
    await asyncio.to_thread(began.wait, 60)
    event.listen(store.engine, "commit", count)
    together = [
        asyncio.ensure_future(one)
        for one in (
            store.transact(schedule, "before"),
            store.transact(fill, "first"),
            store.transact(fill, "taken"),
            store.transact(fill, "second"),
            store.transact(fill_without_looking, "taken"),
            store.transact(fill, "third"),
            store.transact(swallow, "taken"),
            store.transact(fill_without_looking, "fourth"),
            store.transact(schedule, "after"),
        )
    ]
    await asyncio.sleep(0)
    goes_on.set()
    results = await asyncio.gather(*together, return_exceptions=True)
    await holding
    event.remove(store.engine, "commit", count)
    failed = {n: type(result) for n, result in enumerate(results) if isinstance(result, Exception)}
    # Whoever swallows it has no transaction any more to go on in, and hears of that.
    assert failed == {2: IntegrityError, 4: IntegrityError, 6: PendingRollbackError}
    stored = [result for n, result in enumerate(results) if n not in failed]
    assert stored == ["before", "first", "second", "third", "fourth", "after"]
    assert await store.read(filled) == ["first", "fourth", "second", "taken", "third"]
    assert await store.read(subjects) == ["after", "before"]
    if store.engine.dialect.name == "sqlite":
        # The one that held the others, and theirs: otherwise this shows nothing.
        assert len(commits) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_those_who_share_a_commit_are_answered_with_one_call(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, goes_on = threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    answers: list[Any] = []
    really = loop.call_soon_threadsafe

    def count(*args: Any, **kwargs: Any) -> asyncio.Handle:
        answers.append(args)
        return really(*args, **kwargs)

    def hold(tx: Tx) -> None:
        began.set()
        goes_on.wait(60)

    holding = asyncio.ensure_future(store.transact(hold))
    await asyncio.to_thread(began.wait, 60)
    together = [asyncio.ensure_future(store.transact(schedule, f"{n}")) for n in range(9)]
    await asyncio.sleep(0)
    monkeypatch.setattr(loop, "call_soon_threadsafe", count)
    goes_on.set()
    assert await asyncio.gather(*together) == [f"{n}" for n in range(9)]
    await holding
    # The one that held the others, and theirs.
    assert len(answers) == 2


async def test_whoever_is_cancelled_takes_nobody_along(store: Store) -> None:
    began, goes_on = threading.Event(), threading.Event()

    def hold(tx: Tx) -> None:
        began.set()
        goes_on.wait(60)

    def fail(tx: Tx) -> None:
        raise LookupError

    holding = asyncio.ensure_future(store.transact(hold))
    await asyncio.to_thread(began.wait, 60)
    gone = [asyncio.ensure_future(one) for one in (store.transact(schedule, "a"), store.transact(fail))]
    stays = asyncio.ensure_future(store.transact(schedule, "b"))
    await asyncio.sleep(0)
    for one in (holding, *gone):
        one.cancel()
    await asyncio.sleep(0)
    goes_on.set()
    async with asyncio.timeout(60):
        assert await stays == "b"
        assert await store.transact(schedule, "c") == "c"
    assert {"b", "c"} <= set(await store.read(subjects))


def change(tx: Tx) -> None:
    tx.sql.scalars(select(JobRow)).one().attempts += 1


async def test_a_reading_that_writes_is_refused_by_the_database(store: Store) -> None:
    await store.transact(schedule, "a")
    for writing in (partial(schedule, subject="b"), change):
        with pytest.raises(DBAPIError, match=r"(?i)read.?only"):
            await store.read(writing)
    # The connection serves whoever writes next.
    await store.transact(schedule, "c")
    assert await store.read(subjects) == ["a", "c"]


async def test_a_commit_wakes_who_listens_and_a_failure_does_not(store: Store) -> None:
    woken: list[str] = []
    store.listen(queue.TOPIC, lambda: woken.append("due"))

    def fail(tx: Tx) -> None:
        schedule(tx, "lost")
        raise LookupError

    with pytest.raises(LookupError):
        await store.transact(fail)
    assert woken == []
    await store.transact(schedule, "a")
    assert woken == ["due"]


async def test_a_caller_that_is_cancelled_during_the_commit_has_woken_who_listens(store: Store) -> None:
    woken = asyncio.Event()
    store.listen(queue.TOPIC, woken.set)
    begun = threading.Event()

    def slowly(tx: Tx) -> None:
        schedule(tx, "a")
        begun.set()

    caller = asyncio.create_task(store.transact(slowly))
    await asyncio.to_thread(begun.wait, 60)
    caller.cancel()
    await woken.wait()
    assert await store.read(subjects) == ["a"]


async def test_a_use_case_that_forgets_a_default_is_told_to_its_caller(store: Store) -> None:
    with pytest.raises(RuntimeError) as told:
        await store.transact(lambda tx: next(iter(())))
    assert isinstance(told.value.__cause__, StopIteration)


async def test_a_hundred_at_once_are_all_stored(store: Store) -> None:
    await asyncio.gather(*(store.transact(schedule, f"{n:03}") for n in range(100)))
    assert len(await store.read(subjects)) == 100


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_locked_file_is_reported_as_unavailable_and_recovers(store: Store, database_url: str) -> None:
    locker = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        await store.transact(schedule, "a")
    locker.execute("ROLLBACK")
    locker.close()
    await store.transact(schedule, "b")
    assert await store.read(subjects) == ["b"]


async def test_a_reading_locks_nothing_and_waits_for_nobody(store: Store) -> None:
    wanted = select(JobRow.subject)

    def locked(tx: Tx) -> list[str]:
        return list(tx.sql.scalars(tx.locked(wanted)))

    def in_the_middle(tx: Tx) -> list[str]:
        assert tx.locked(wanted) is not wanted
        assert locked(tx) == ["a"]
        return asyncio.run_coroutine_threadsafe(store.read(locked), loop).result(1)

    loop = asyncio.get_running_loop()
    await store.transact(schedule, "a")
    assert await store.transact(in_the_middle) == ["a"]
