"""Whether the database takes anything just now. A file that is locked and a disk that is full can still be read."""

import asyncio
import time

from bot.storage.base import new_id
from bot.storage.records import ProbeRow
from bot.storage.store import Store, StoreUnavailable
from bot.storage.tx import Tx

PATIENCE_SECONDS = 2
# Whoever asks more often gets the same answer: asking must not keep the database busy.
HOLDS_SECONDS = 1.0
# As much as a long case takes: a full disk that has room for a few letters helps nobody.
CHARACTERS = 16_000


class WriteProbe:
    """Asks a store, by really writing something."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._takes = False
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()

    async def is_writable(self) -> bool:
        """Whether something can be stored now."""
        async with self._asking:
            now = time.monotonic()
            if self._asked_at is None or now - self._asked_at >= HOLDS_SECONDS:
                self._takes = await self._ask()
                self._asked_at = time.monotonic()
            return self._takes

    async def _ask(self) -> bool:
        try:
            await asyncio.wait_for(self._store.transact(_write_and_take_back), PATIENCE_SECONDS)
        except (StoreUnavailable, TimeoutError):
            return False
        return True


def _write_and_take_back(tx: Tx) -> None:
    filling = ProbeRow(text=new_id() * (CHARACTERS // 16))
    tx.sql.add(filling)
    tx.sql.flush()
    tx.sql.delete(filling)
