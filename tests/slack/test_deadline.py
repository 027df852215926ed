"""Nobody hears that nothing was stored while it may still be, and nobody waits longer than Slack does."""

import asyncio
import threading
import time
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.slack.deadline import Deadline
from bot.storage import Store, StoreUnavailable, Tx
from bot.storage.records import ProbeRow

PATIENCE = 0.2


def write(tx: Tx, name: str, goes_on: threading.Event | None = None) -> str:
    tx.sql.add(ProbeRow(id=name, text="x"))
    if goes_on is not None:
        goes_on.wait(60)
    return name


def kept(tx: Tx) -> list[str]:
    return sorted(tx.sql.scalars(select(ProbeRow.id)))


async def test_what_takes_longer_than_somebody_waits_is_not_stored_also_not_later(store: Store) -> None:
    goes_on = threading.Event()
    with pytest.raises(StoreUnavailable):
        await Deadline(PATIENCE).transact(store, write, "late", goes_on)
    # It was given up while it still ran.
    goes_on.set()
    # On SQLite the one behind it proves that it has ended; on PostgreSQL so does the end of the store's threads.
    assert await store.transact(write, "next") == "next"
    await asyncio.to_thread(store.close)
    with store.engine.connect() as connection:
        found = [name for (name,) in connection.exec_driver_sql("SELECT id FROM probes")]
    assert found == ["next"]


async def test_what_is_being_committed_is_waited_for(store: Store) -> None:
    patient = 1.0

    def slowly(*_: Any) -> None:
        time.sleep(patient * 1.2)

    event.listen(store.engine, "commit", slowly)
    # Long enough to come as far as the commit on a busy machine, too short for the commit itself.
    assert await Deadline(patient).transact(store, write, "slow") == "slow"
    event.remove(store.engine, "commit", slowly)
    assert await store.read(kept) == ["slow"]


async def test_whoever_has_no_patience_left_begins_nothing(store: Store) -> None:
    spent = Deadline(0)
    with pytest.raises(StoreUnavailable):
        await spent.transact(store, write, "never")
    with pytest.raises(StoreUnavailable):
        await spent.read(store, kept)
    await store.transact(write, "next")
    assert await store.read(kept) == ["next"]


async def test_what_a_use_case_raises_is_what_one_hears(store: Store) -> None:
    def stumble(tx: Tx) -> None:
        raise ValueError("stumbled")

    with pytest.raises(ValueError, match="stumbled"):
        await Deadline().transact(store, stumble)
