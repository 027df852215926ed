"""Word between processes on one PostgreSQL: who wakes whom, and who is still there. Pages: LISTEN, NOTIFY.

A NOTIFY inside a transaction makes commits wait for each other (one lock for the whole server). So it goes out after
the commit, on its own, and many become one. A process that dies in between tells nobody; the pulse makes up for it.
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Engine, text

from bot.storage.tx import Tx

if TYPE_CHECKING:
    from psycopg import Connection

log = structlog.get_logger()

CHANNEL = "intervisie"
# At most one word in so many seconds, however much is committed.
GAP_SECONDS = 0.05
AGAIN_SECONDS = 1.0
# Our own corner among the advisory locks of this database. Page: Explicit Locking.
LOCKS = 20261121


class Notifier:
    """Tells the other processes of commits, and hears of theirs. `open` and `close` it in the event loop, once each.

    While it is open, this process holds an advisory lock of its own number: whoever can take it knows that the process
    is gone, without waiting for a lease to run out.
    """

    def __init__(self, engine: Engine, heard: Callable[[set[str]], None]) -> None:
        self.process_id = secrets.randbelow(2**31 - 1) + 1
        self._engine = engine
        # Not imported above: with SQLite nobody needs it, and it takes nine megabytes.
        self._psycopg: Any = engine.dialect.loaded_dbapi
        self._heard = heard
        self._unsaid: set[str] = set()
        self._saying: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def open(self) -> None:
        """Begins to listen. It goes on trying for as long as the database is away."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._listen_forever, name="wires", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        self._closed.set()
        if self._saying:
            await asyncio.gather(self._saying, return_exceptions=True)
        if self._thread:
            await asyncio.to_thread(self._thread.join)

    def notify(self, topics: Iterable[str]) -> None:
        """Says, soon, that there is work on these topics."""
        if self._loop is None or self._closed.is_set():
            return
        self._unsaid.update(topics)
        if self._saying is None:
            self._saying = asyncio.create_task(self._say(), name="wires")

    async def _say(self) -> None:
        while self._unsaid:
            topics, self._unsaid = self._unsaid, set()
            try:
                await asyncio.to_thread(self._notify, f"{self.process_id} {' '.join(sorted(topics))}")
            except Exception as problem:
                log.warning("not_told", kind="wires", error=type(problem).__name__)
            await asyncio.sleep(GAP_SECONDS)
        self._saying = None

    def _notify(self, words: str) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, words))

    def _listen_forever(self) -> None:
        missed = False
        while not self._closed.is_set():
            try:
                self._listen(missed)
            except self._psycopg.Error as problem:
                if not missed:
                    log.warning("store_unavailable", kind="wires", error=type(problem).__name__)
                missed = True
                self._closed.wait(AGAIN_SECONDS)

    def _listen(self, missed: bool) -> None:
        connection = self._connection()
        try:
            # Before the lock: whoever sees that this process is there may count on its hearing.
            connection.execute(f"LISTEN {CHANNEL}")
            connection.execute("SELECT pg_advisory_lock(%s, %s)", (LOCKS, self.process_id))
            if missed:
                # Whatever was said meanwhile was not heard.
                self._pass_on({"due", "outbox"})
            while not self._closed.is_set():
                for notice in connection.notifies(timeout=0.5):
                    self._hear(notice.payload)
        finally:
            connection.close()

    def _connection(self) -> "Connection[Any]":
        # A connection outside the pool: it is kept for as long as the process lives.
        _arguments, parameters = self._engine.dialect.create_connect_args(self._engine.url)
        connection: Connection[Any] = self._psycopg.connect(**parameters, autocommit=True, connect_timeout=2)
        return connection

    def _hear(self, words: str) -> None:
        number, *topics = words.split()
        if number != str(self.process_id):
            self._pass_on(set(topics))

    def _pass_on(self, topics: set[str]) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._heard, topics)


def is_process_dead(tx: Tx, number: int) -> bool:
    """Whether the process with this number has ended. On SQLite there is never another one than ours."""
    if tx.sql.get_bind().dialect.name != "postgresql":
        return True
    asked = {"locks": LOCKS, "number": number}
    return bool(tx.sql.scalar(text("SELECT pg_try_advisory_xact_lock(:locks, :number)"), asked))
