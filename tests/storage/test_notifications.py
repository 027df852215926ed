"""Processes on one PostgreSQL hear of each other's commits, and know when one of them is gone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.storage import Store, Tx, is_process_dead, open_store


@pytest.fixture
async def two(postgresql_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two processes, as far as the database can tell."""
    stores = open_store(postgresql_url), open_store(postgresql_url)
    for store in stores:
        assert store.notifier
        store.notifier.open()
    for store in stores:
        assert store.notifier
        await until_there(stores[0], store.notifier.process_id)
    yield stores
    for store in stores:
        if store.notifier and not store.notifier._closed.is_set():
            await store.notifier.close()
        store.close()


async def until_there(store: Store, number: int) -> None:
    async with asyncio.timeout(10):
        while await store.transact(is_process_dead, number):
            pass


async def test_a_commit_in_one_process_wakes_the_other(two: tuple[Store, Store]) -> None:
    ours, theirs = two
    woken = asyncio.Event()
    theirs.listen("due", woken.set)
    await ours.transact(lambda tx: tx.wake("due"))
    async with asyncio.timeout(30):
        await woken.wait()


async def test_a_transaction_that_fails_wakes_nobody_and_only_its_topics_are_heard(
    two: tuple[Store, Store],
) -> None:
    ours, theirs = two
    heard: list[str] = []
    theirs.listen("due", lambda: heard.append("due"))
    last = asyncio.Event()
    theirs.listen("outbox", last.set)

    def fail(tx: Tx) -> None:
        tx.wake("due")
        raise LookupError

    with pytest.raises(LookupError):
        await ours.transact(fail)
    await ours.transact(lambda tx: tx.wake("outbox"))
    async with asyncio.timeout(30):
        await last.wait()
    assert heard == []


async def test_many_commits_become_few_words(two: tuple[Store, Store]) -> None:
    ours, theirs = two
    heard: list[str] = []
    theirs.listen("due", lambda: heard.append("due"))
    last = asyncio.Event()
    theirs.listen("outbox", last.set)
    for _ in range(100):
        await ours.transact(lambda tx: tx.wake("due"))
    await ours.transact(lambda tx: tx.wake("outbox"))
    async with asyncio.timeout(30):
        await last.wait()
    assert 1 <= len(heard) < 50


async def test_a_process_that_has_gone_is_known_to_be_gone(two: tuple[Store, Store]) -> None:
    ours, theirs = two
    assert theirs.notifier
    assert not await ours.transact(is_process_dead, theirs.notifier.process_id)
    await theirs.notifier.close()
    async with asyncio.timeout(10):
        while not await ours.transact(is_process_dead, theirs.notifier.process_id):
            pass
