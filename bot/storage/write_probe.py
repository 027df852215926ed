"""Whether the database takes anything just now. A file that is locked and a disk that is full can still be read."""

import asyncio
import time

from bot.storage.base import new_id
from bot.storage.records import ProbeRow
from bot.storage.store import Store, StoreUnavailable
from bot.storage.tx import Tx

TIMEOUT_SECONDS = 2
# Whoever asks more often gets the same answer: asking must not keep the database busy.
CACHED_SECONDS = 1.0
# As much as a long case takes: a full disk that has room for a few letters helps nobody.
PROBE_CHARACTERS = 16_000


class WriteProbe:
    """Asks a store, by really writing something."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writable = False
        self._probed_at: float | None = None
        self._probing = asyncio.Lock()

    async def is_writable(self) -> bool:
        """Whether something can be stored now."""
        async with self._probing:
            now = time.monotonic()
            if self._probed_at is None or now - self._probed_at >= CACHED_SECONDS:
                self._writable = await self._probe()
                self._probed_at = time.monotonic()
            return self._writable

    async def _probe(self) -> bool:
        try:
            await asyncio.wait_for(self._store.transact(_insert_and_delete), TIMEOUT_SECONDS)
        except (StoreUnavailable, TimeoutError):
            return False
        return True


def _insert_and_delete(tx: Tx) -> None:
    row = ProbeRow(text=new_id() * (PROBE_CHARACTERS // 16))
    tx.sql.add(row)
    tx.sql.flush()
    tx.sql.delete(row)
