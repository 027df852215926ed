"""Write probe for the health check: a locked file and a full disk can still be read, but not written."""

import asyncio
import time

from bot.storage.base import new_id
from bot.storage.records import ProbeRow
from bot.storage.store import Store, StoreUnavailable
from bot.storage.tx import Tx

TIMEOUT_SECONDS = 2
# A result is reused this long, so that frequent probes don't keep the database busy.
CACHED_SECONDS = 1.0
# The size of a long case: a full disk may still have room for a few characters.
PROBE_CHARACTERS = 16_000


class WriteProbe:
    """Write probe: stores a scratch row to see whether the database can be written."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writable = False
        self._probed_at: float | None = None
        self._probing = asyncio.Lock()

    async def is_writable(self) -> bool:
        """Whether the database accepts writes now."""
        async with self._probing:
            now = time.monotonic()
            if self._probed_at is None or now - self._probed_at >= CACHED_SECONDS:
                self._writable = await self._probe()
                self._probed_at = time.monotonic()
            return self._writable

    async def _probe(self) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._store.transact(_insert_and_delete)
        except (StoreUnavailable, TimeoutError):
            return False
        return True


def _insert_and_delete(tx: Tx) -> None:
    row = ProbeRow(text=new_id() * (PROBE_CHARACTERS // 16))
    tx.sql.add(row)
    tx.sql.flush()
    tx.sql.delete(row)
