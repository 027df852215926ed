"""PgQueuer as an engine for `lateness`; in a file of its own, since only the benchmarks install it."""

import asyncio
import time
from datetime import UTC, datetime

import asyncpg
from pgqueuer import AsyncpgDriver, Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.models import Job
from sqlalchemy import make_url

from benchmarks.engines import KIND, ran

# It has no default that is meant for this; larger ones were not tried.
BATCH = 200


class PgQueuer:
    """One process, batches of 200, on asyncpg; its tables as it installs them."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)

    async def write(self, count: int, at: datetime) -> datetime:
        self._connection = await asyncpg.connect(
            host=self._url.query["host"], user=self._url.username, database=self._url.database
        )
        self._queries = Queries(AsyncpgDriver(self._connection))
        if not await self._queries.schema_is_installed():
            await self._queries.install()
        await self._queries.enqueue(
            [KIND] * count,
            [str(number).encode() for number in range(count)],
            [0] * count,
            [at - datetime.now(UTC)] * count,
        )
        await self._connection.execute("ANALYZE")
        # It counts from the server's present moment.
        made: datetime = await self._connection.fetchval("SELECT max(execute_after) FROM pgqueuer")
        return made

    async def clear(self) -> None:
        await self._queries.clear_queue()
        await self._connection.close()

    async def start(self) -> None:
        self._manager = QueueManager(self._queries)
        self._manager.entrypoint(KIND)(_ran)
        self._running = asyncio.create_task(self._manager.run(batch_size=BATCH))

    async def stop(self) -> None:
        self._manager.shutdown.set()
        await self._running
        await self._connection.close()


async def _ran(job: Job) -> None:
    assert job.payload is not None
    ran.append((int(job.payload), time.time()))
