"""LISTEN/NOTIFY between bot processes: wake each other's workers after a commit.

An advisory lock per process tells the living from the dead. A NOTIFY inside a transaction takes one lock for the whole
server, so commits wait for each other. The notifier therefore sends it after the commit, and merges many into one. If a
process dies in between, the heartbeat (jobs/heartbeat.py) wakes the workers some seconds later.
https://www.postgresql.org/docs/current/sql-notify.html https://www.postgresql.org/docs/current/sql-listen.html
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, text

from bot.storage.tx import Tx

if TYPE_CHECKING:
    from psycopg import Connection

log = structlog.get_logger()

CHANNEL = "intervisie"
# Stays as it is: monitoring may filter log lines by it.
LOG_KIND = "wires"
# At most one NOTIFY per interval, however many transactions commit.
INTERVAL_SECONDS = 0.05
RECONNECT_SECONDS = 1.0
# Our namespace among the database's advisory locks.
# https://www.postgresql.org/docs/current/explicit-locking.html
LOCK_NAMESPACE = 20261121
# A process that reads bound ciphertexts locks its id here too: without this lock it is of an older version.
READS_BOUND_NAMESPACE = 20261129


class Notifier:
    """Notifier: tells other processes about commits and listens for theirs. `open` and `close` it once, in the event loop.

    While it is open, this process holds an advisory lock on its process id. Another process that gets this lock knows at
    once that this one is dead, and need not wait for a lease to run out.
    """

    def __init__(self, engine: Engine, on_topics: Callable[[set[str]], None]) -> None:
        self.process_id = secrets.randbelow(2**31 - 1) + 1
        self._engine = engine
        # Taken from the dialect, not imported: psycopg needs nine megabytes, and SQLite does without it.
        self._psycopg: Any = engine.dialect.loaded_dbapi
        self._on_topics = on_topics
        self._pending_topics: set[str] = set()
        self._notifying: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def open(self) -> None:
        """Start listening. While the database is away it keeps reconnecting."""
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
        """Notify the other processes soon that these topics have work."""
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
            # LISTEN before the lock: a process that holds its lock must already hear notifications.
            connection.execute(f"LISTEN {CHANNEL}")
            for namespace in (READS_BOUND_NAMESPACE, LOCK_NAMESPACE):
                connection.execute("SELECT pg_advisory_lock(%s, %s)", (namespace, self.process_id))
            if missed:
                # Notifications sent during the gap are lost, so look at both topics.
                self._call_back({"due", "outbox"})
            while not self._closed.is_set():
                for notice in connection.notifies(timeout=0.5):
                    self._on_payload(notice.payload)
        finally:
            connection.close()

    def _connection(self) -> "Connection[Any]":
        # Outside the pool, because the process keeps this connection until it ends.
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
    """Whether the process with this id has ended. On SQLite there is only one process at a time."""
    if tx.sql.get_bind().dialect.name != "postgresql":
        return True
    asked = {"namespace": LOCK_NAMESPACE, "process": process_id}
    return bool(tx.sql.scalar(text("SELECT pg_try_advisory_xact_lock(:namespace, :process)"), asked))


_OLDER_PROCESSES = text("""
    SELECT held.objid FROM pg_locks AS held
    WHERE held.locktype = 'advisory' AND held.granted AND held.classid = :namespace
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND NOT EXISTS (
        SELECT 1 FROM pg_locks AS newer
        WHERE newer.locktype = 'advisory' AND newer.granted AND newer.classid = :reads_bound
        AND newer.database = held.database AND newer.objid = held.objid
    )
""")


def running_processes(connection: SqlConnection) -> set[int]:
    """The ids of the running processes. For PostgreSQL."""
    # Nobody holds a lock in namespace 0, so none is left out.
    return set(connection.scalars(_OLDER_PROCESSES, {"namespace": LOCK_NAMESPACE, "reads_bound": 0}))


def older_processes(connection: SqlConnection) -> set[int]:
    """The ids of the running processes that cannot read bound ciphertexts. For PostgreSQL."""
    asked = {"namespace": LOCK_NAMESPACE, "reads_bound": READS_BOUND_NAMESPACE}
    return set(connection.scalars(_OLDER_PROCESSES, asked))
