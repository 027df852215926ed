"""Ledger of connections: each process notes how many it has, so that all together know what Slack should count."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select

from bot.slack.records import SocketCount
from bot.storage import Store, StoreUnavailable, Tx, statement

# A process that has not written for so long has ended.
FRESH = timedelta(minutes=3)
EXCHANGE_SECONDS = 5


class Ledger:
    """Ledger of one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # SQLite has one process.
        self._process_id = store.notifier.process_id if store.notifier else 0

    async def exchange(self, connections: int, crowded_count: int | None) -> int | None:
        """Write our number, and Slack's while that is too high. Returns the others'; None if the database is away."""
        try:
            async with asyncio.timeout(EXCHANGE_SECONDS):
                return await self._store.transact(_exchange, self._process_id, connections, crowded_count)
        except (StoreUnavailable, TimeoutError):
            return None


def _exchange(tx: Tx, process_id: int, connections: int, crowded_count: int | None) -> int:
    tx.sql.merge(
        SocketCount(process_id=process_id, connections=connections, crowded_count=crowded_count, at=tx.now)
    )
    tx.sql.execute(delete(SocketCount).where(SocketCount.at < tx.now - 2 * FRESH))
    return tx.scalar(_elsewhere(process_id, tx.now - FRESH)) or 0


@statement
def _elsewhere(process_id: int, since: datetime) -> Select[int | None]:
    return select(func.sum(SocketCount.connections)).where(
        SocketCount.process_id != process_id, SocketCount.at >= since
    )


def crowded_count(tx: Tx) -> int | None:
    """How many connections Slack counts while that is too high; None when it is right."""
    return tx.scalar(_crowded(tx.now - FRESH))


@statement
def _crowded(since: datetime) -> Select[int | None]:
    return select(func.max(SocketCount.crowded_count)).where(SocketCount.at >= since)
