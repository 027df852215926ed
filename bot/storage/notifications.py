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
# Stays as it is: monitoring may filter log lines by it.
LOG_KIND = "wires"
# At most one word in so many seconds, however much is committed.
INTERVAL_SECONDS = 0.05
RECONNECT_SECONDS = 1.0
# Our own corner among the advisory locks of this database. Page: Explicit Locking.
LOCK_NAMESPACE = 20261121


class Notifier:
    """Tells the other processes of commits, and hears of theirs. `open` and `close` it in the event loop, once each.

    While it is open, this process holds an advisory lock of its own number: whoever can take it knows that the process
    is gone, without waiting for a lease to run out.
    """

    def __init__(self, engine: Engine, on_topics: Callable[[set[str]], None]) -> None:
        self.process_id = secrets.randbelow(2**31 - 1) + 1
        self._engine = engine
        # Not imported above: with SQLite nobody needs it, and it takes nine megabytes.
        self._psycopg: Any = engine.dialect.loaded_dbapi
        self._on_topics = on_topics
        self._pending_topics: set[str] = set()
        self._notifying: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def open(self) -> None:
        """Begins to listen. It goes on trying for as long as the database is away."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._listen_forever, name="notifier", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        self._closed.set()
        if self._notifying:
            await asyncio.gather(self._notifying, return_exceptions=True)
        if self._thread:
            await asyncio.to_thread(self._thread.join)

    def notify(self, topics: Iterable[str]) -> None:
        """Says, soon, that there is work on these topics."""
        if self._loop is None or self._closed.is_set():
            return
        self._pending_topics.update(topics)
        if self._notifying is None:
            self._notifying = asyncio.create_task(self._notify_pending(), name="notifier")

    async def _notify_pending(self) -> None:
        while self._pending_topics:
            topics, self._pending_topics = self._pending_topics, set()
            try:
                await asyncio.to_thread(self._send, f"{self.process_id} {' '.join(sorted(topics))}")
            except Exception as problem:
                log.warning("not_told", kind=LOG_KIND, error=type(problem).__name__)
            await asyncio.sleep(INTERVAL_SECONDS)
        self._notifying = None

    def _send(self, payload: str) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, payload))

    def _listen_forever(self) -> None:
        missed = False
        while not self._closed.is_set():
            try:
                self._listen(missed)
            except self._psycopg.Error as problem:
                if not missed:
                    log.warning("store_unavailable", kind=LOG_KIND, error=type(problem).__name__)
                missed = True
                self._closed.wait(RECONNECT_SECONDS)

    def _listen(self, missed: bool) -> None:
        connection = self._connection()
        try:
            # Before the lock: whoever sees that this process is there may count on its hearing.
            connection.execute(f"LISTEN {CHANNEL}")
            connection.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_NAMESPACE, self.process_id))
            if missed:
                # Whatever was said meanwhile was not heard.
                self._call_back({"due", "outbox"})
            while not self._closed.is_set():
                for notice in connection.notifies(timeout=0.5):
                    self._on_payload(notice.payload)
        finally:
            connection.close()

    def _connection(self) -> "Connection[Any]":
        # A connection outside the pool: it is kept for as long as the process lives.
        _arguments, parameters = self._engine.dialect.create_connect_args(self._engine.url)
        connection: Connection[Any] = self._psycopg.connect(**parameters, autocommit=True, connect_timeout=2)
        return connection

    def _on_payload(self, payload: str) -> None:
        sender, *topics = payload.split()
        if sender != str(self.process_id):
            self._call_back(set(topics))

    def _call_back(self, topics: set[str]) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._on_topics, topics)


def is_process_dead(tx: Tx, process_id: int) -> bool:
    """Whether the process with this number has ended. On SQLite there is never another one than ours."""
    if tx.sql.get_bind().dialect.name != "postgresql":
        return True
    asked = {"namespace": LOCK_NAMESPACE, "process": process_id}
    return bool(tx.sql.scalar(text("SELECT pg_try_advisory_xact_lock(:namespace, :process)"), asked))
