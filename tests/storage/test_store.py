"""One transaction per use case: all of it is stored, or nothing is."""

import asyncio
import sqlite3
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot.storage import Store, StoreUnavailable, Tx
from bot.timing import due
from bot.timing.records import DueRow
from tests.conftest import OURS


def schedule(tx: Tx, subject: str) -> str:
    due.schedule(tx, OURS, "test", subject, tx.now)
    return subject


def subjects(tx: Tx) -> list[str]:
    return sorted(tx.sql.scalars(select(DueRow.subject)))


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


def change(tx: Tx) -> None:
    tx.sql.scalars(select(DueRow)).one().tries += 1


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
    store.listen(due.TOPIC, lambda: woken.append("due"))

    def fail(tx: Tx) -> None:
        schedule(tx, "lost")
        raise LookupError

    with pytest.raises(LookupError):
        await store.transact(fail)
    assert woken == []
    await store.transact(schedule, "a")
    assert woken == ["due"]


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
    wanted = select(DueRow.subject)

    def locked(tx: Tx) -> list[str]:
        return list(tx.sql.scalars(tx.locked(wanted)))

    def in_the_middle(tx: Tx) -> list[str]:
        assert tx.locked(wanted) is not wanted
        assert locked(tx) == ["a"]
        return asyncio.run_coroutine_threadsafe(store.read(locked), loop).result(1)

    loop = asyncio.get_running_loop()
    await store.transact(schedule, "a")
    assert await store.transact(in_the_middle) == ["a"]
