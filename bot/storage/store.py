"""Store: runs a use case as a plain function in one transaction, outside the event loop.

SQLite gets a single writer thread with group commit. Use cases that arrive during a commit share the next one, each in
its own savepoint, so a failing one does not undo its neighbours. One call into the event loop answers all of them.
PostgreSQL gets a pool of threads. docs/decisions/0005 has the measurements.

Listeners of a topic are called after every commit that woke it: at once in this process, and on PostgreSQL in every
other process too (notifications.py).
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from bot.storage.error_details import hide_details
from bot.storage.notifications import Notifier
from bot.storage.private_files import make_private
from bot.storage.tx import Tx

MAX_GROUP_COMMIT = 64
POSTGRESQL_THREADS = 10
READER_THREADS = 4
# Readers of the web page, which anybody can ask for something.
GUEST_THREADS = 2
# Slack waits 3 s for an ack: a locked file must leave time for an answer.
# https://docs.slack.dev/interactivity/handling-user-interaction
BUSY_TIMEOUT_MS = 1500
# The same limits for PostgreSQL: one statement, one lock, one new connection.
STATEMENT_TIMEOUT_MS = 2000
LOCK_TIMEOUT_MS = 1500
CONNECT_TIMEOUT_SECONDS = 2
# Serialization failure and deadlock: PostgreSQL wants these transactions retried.
RETRIED_STATES = {"40001", "40P01"}
LOCK_NOT_AVAILABLE = "55P03"
# SQLite's error when a reader writes; PostgreSQL has an exception class for it. https://www.sqlite.org/rescode.html
SQLITE_READONLY = 8
MAX_ATTEMPTS = 3
# Methods of SQLAlchemy's dialect, and their SQL. https://www.sqlite.org/lang_savepoint.html
SAVEPOINTS = {
    "do_savepoint": "SAVEPOINT",
    "do_release_savepoint": "RELEASE SAVEPOINT",
    "do_rollback_to_savepoint": "ROLLBACK TO SAVEPOINT",
}

P = ParamSpec("P")
R = TypeVar("R")


class StoreUnavailable(Exception):
    """The database is unreachable or locked; the use case stored nothing."""


class StoreBusy(StoreUnavailable):
    """Another transaction holds a lock that the use case needs; it stored nothing."""


class Store:
    """Store: runs use cases. Open it with `open_store`; `close` it once."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._now = now
        self._engine = engine
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._sqlite = engine.dialect.name == "sqlite"
        self.notifier = None if self._sqlite else Notifier(engine, self._call_listeners)
        self._closed = False
        threads = READER_THREADS if self._sqlite else POSTGRESQL_THREADS
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="store")
        self._guests = ThreadPoolExecutor(GUEST_THREADS, thread_name_prefix="store-guest")
        self._queue: queue.SimpleQueue[_UseCase | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._writing: Connection | None = None
        if self._sqlite:
            self._writer = threading.Thread(target=self._write_forever, name="store-writer", daemon=True)
            self._writer.start()

    @property
    def engine(self) -> Engine:
        return self._engine

    def listen(self, topic: str, callback: Callable[[], None]) -> None:
        """Call `callback` in the event loop after each commit that woke the topic."""
        self._listeners.setdefault(topic, []).append(callback)

    def _call_listeners(self, topics: set[str]) -> None:
        for topic in topics:
            for callback in self._listeners.get(topic, ()):
                callback()

    async def transact(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `fn(tx, …)` in one transaction and return its result after the commit.

        Raises StoreUnavailable, or the exception of `fn`; in both cases nothing is stored.
        """
        return await self.begin(lambda tx: fn(tx, *args, **kwargs))

    def begin(self, fn: Callable[[Tx], R]) -> "asyncio.Future[R]":
        """Begin what `transact` does, and return a future for its result. Raises StoreUnavailable."""
        if self._closed:
            raise StoreUnavailable
        use_case = _UseCase(fn, asyncio.get_running_loop())
        if self._writer:
            self._queue.put(use_case)
        else:
            self._pool.submit(self._run_alone, use_case)
        return use_case.ended

    async def read(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `fn(tx, …)` in a read-only transaction: the database refuses every write."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._read, lambda tx: fn(tx, *args, **kwargs))

    async def read_for_guests(
        self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """`read` with readers of their own: whoever asks without signing never keeps a command waiting."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._guests, self._read, lambda tx: fn(tx, *args, **kwargs))

    def _read(self, work: Callable[[Tx], R]) -> R:
        try:
            with self._engine.connect() as connection:
                # SQLite's counterpart is in the "begin" event below.
                connection = connection.execution_options(postgresql_readonly=True)
                with Session(connection, expire_on_commit=False) as sql:
                    result = work(Tx(sql, self._now(), read_only=True))
                    # A change that is never flushed is a mistake too, so flush it here: the database then refuses it.
                    sql.flush()
                    return result
        except DBAPIError as problem:
            if getattr(problem.orig, "sqlite_errorcode", None) == SQLITE_READONLY:
                raise
            raise _unavailable(problem) from problem

    def close(self) -> None:
        """Let running transactions finish, then close all connections."""
        self.stop()
        self._engine.dispose()

    def stop(self) -> None:
        """Let running transactions finish, and refuse new ones. The engine keeps its connections."""
        self._closed = True
        if self._writer:
            self._queue.put(None)
            self._writer.join()
        self._pool.shutdown(wait=True)
        self._guests.shutdown(wait=True)

    def _resolve_all(self, use_cases: Sequence["_UseCase"]) -> None:
        """Resolve the futures of all callers, with one call per event loop: each call wakes the loop."""
        for loop in {use_case.loop for use_case in use_cases}:
            theirs = [use_case for use_case in use_cases if use_case.loop is loop]
            # A closed loop has no waiting callers.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._resolve, theirs)

    def _resolve(self, use_cases: Sequence["_UseCase"]) -> None:
        for use_case in use_cases:
            use_case.resolve()
        # Also for a caller that was cancelled: its change is stored.
        topics = set[str]().union(*(use_case.topics for use_case in use_cases))
        if topics:
            self._call_listeners(topics)
            if self.notifier:
                self.notifier.notify(topics)

    # PostgreSQL

    def _run_alone(self, use_case: "_UseCase") -> None:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                self._try(use_case)
            except _LostConnection:
                # Servers and firewalls cut idle connections. Nothing ran yet, and the retry gets a new connection.
                if attempt < MAX_ATTEMPTS:
                    continue
                use_case.problem = StoreUnavailable()
            except (IntegrityError, StaleDataError) as problem:
                # Two clicks raced for one row: the retry finds the row that the other click left.
                if attempt < MAX_ATTEMPTS:
                    continue
                use_case.problem = problem
            except DBAPIError as problem:
                if getattr(problem.orig, "sqlstate", None) in RETRIED_STATES and attempt < MAX_ATTEMPTS:
                    continue
                use_case.problem = _unavailable(problem)
            except BaseException as problem:
                use_case.problem = problem
            break
        self._resolve_all([use_case])

    def _try(self, use_case: "_UseCase") -> None:
        with Session(self._engine, expire_on_commit=False) as sql:
            tx = Tx(sql, self._now())
            try:
                use_case.result = use_case.work(tx)
                sql.flush()
            except DBAPIError as problem:
                if problem.connection_invalidated:
                    raise _LostConnection from problem
                raise
            if sql.in_transaction():
                sql.commit()
        use_case.topics = tx.topics

    # SQLite

    def _write_forever(self) -> None:
        while (use_case := self._queue.get()) is not None:
            use_cases = [use_case]
            last = False
            while len(use_cases) < MAX_GROUP_COMMIT:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    last = True
                    break
                use_cases.append(more)
            self._write_group(use_cases)
            self._resolve_all(use_cases)
            if last:
                break
        self._release_connection()

    def _write_group(self, use_cases: list["_UseCase"]) -> None:
        try:
            connection = self._writer_connection()
            with connection.begin():
                for use_case in use_cases:
                    self._run_in_savepoint(connection, use_case)
        except BaseException as problem:
            heard = _unavailable(problem) if isinstance(problem, DBAPIError) else problem
            for use_case in use_cases:
                use_case.problem = heard if use_case.problem is None else use_case.problem
            self._release_connection()

    def _writer_connection(self) -> Connection:
        """The writer's own connection. Taking one from the pool cost as much as the transaction itself."""
        if self._writing is None:
            # Execution options reach the "begin" event below, which starts BEGIN IMMEDIATE for writers.
            self._writing = self._engine.connect().execution_options(writes=True)
        return self._writing

    def _release_connection(self) -> None:
        """Return the writer's connection to the pool, which resets it. After a failure the next group gets a clean one."""
        connection, self._writing = self._writing, None
        if connection is not None:
            connection.close()

    def _run_in_savepoint(self, connection: Connection, use_case: "_UseCase") -> None:
        # The session creates the savepoint itself: a failed flush rolls back the whole transaction of its session.
        sql = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        tx = Tx(sql, self._now())
        try:
            with sql:
                use_case.result = use_case.work(tx)
                if sql.in_transaction():
                    sql.commit()
        except OperationalError as problem:
            use_case.problem = _unavailable(problem)
        except BaseException as problem:
            use_case.problem = problem
        else:
            use_case.topics = tx.topics
        if not _in_transaction(connection):
            # When the disk is full SQLite rolls back the whole transaction, with the earlier savepoints in it.
            raise StoreUnavailable


def _in_transaction(connection: Connection) -> bool:
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", True))


class _LostConnection(Exception):
    """The connection broke before anything was committed."""


class _UseCase:
    """A queued use case, with its result or its exception."""

    def __init__(self, work: Callable[[Tx], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.ended: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.topics: set[str] = set()
        self.problem: BaseException | None = None

    def resolve(self) -> None:
        """Resolve the future. A cancelled caller no longer waits."""
        if self.ended.done():
            return
        problem = self.problem
        if problem is None:
            self.ended.set_result(self.result)
            return
        if isinstance(problem, StopIteration):
            # A future refuses this one, as a coroutine does.
            problem = RuntimeError("a use case raised StopIteration")
            problem.__cause__ = self.problem
        self.ended.set_exception(problem)
        # Read once: asyncio reports what nobody reads, and the caller may be cancelled at this very moment.
        self.ended.exception()


def _unavailable(problem: DBAPIError) -> BaseException:
    """Translate a database error: locked, full or unreachable becomes StoreUnavailable, a wrong statement stays as it is."""
    if isinstance(problem, (OperationalError, InterfaceError)) or problem.connection_invalidated:
        state = getattr(problem.orig, "sqlstate", None)
        busy = state == LOCK_NOT_AVAILABLE or state in RETRIED_STATES
        unavailable = StoreBusy() if busy else StoreUnavailable()
        unavailable.__cause__ = problem
        return unavailable
    return problem


def open_store(url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Store:
    """Open the database at a SQLAlchemy URL (`sqlite:///…` or `postgresql+psycopg://…`)."""
    return Store(open_engine(url), now)


def open_engine(url: str) -> Engine:
    """The engine of a store. On SQLite a connection with the option `writes` begins its transactions for writing."""
    if not url.startswith("sqlite"):
        return _postgresql(url)
    make_private(url)
    engine = create_engine(
        url,
        # An error quotes no values: they are texts of people.
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN is deferred. A transaction that reads first and then writes would fail at once with
        # SQLITE_BUSY, whatever the timeout. The "begin" event below starts transactions instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL, not NORMAL: a commit lost to a power cut could send a message twice.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        # Zeros over what is deleted. Debian's SQLite does so by itself, others do not.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        # Writers and readers share one pool, so each connection remembers its last query_only setting.
        if connection.info.get("writes") is not writes:
            _execute_raw(connection, f"PRAGMA query_only={'OFF' if writes else 'ON'}")
            connection.info["writes"] = writes
        _execute_raw(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")

    # SQLAlchemy would compile these for every use case, which took longer than many use cases.
    for method, sql in SAVEPOINTS.items():
        setattr(engine.dialect, method, partial(_savepoint, sql))
    return engine


def _savepoint(sql: str, connection: Connection, name: str) -> None:
    _execute_raw(connection, f"{sql} {name}")


def _execute_raw(connection: Connection, sql: str) -> None:
    """Execute fixed SQL on the driver, without SQLAlchemy's work per statement."""
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(sql)
    except sqlite3.Error as problem:
        raise DBAPIError.instance(sql, None, problem, sqlite3.Error) from problem


def _postgresql(url: str) -> Engine:
    # No pre-ping: it costs every transaction a round trip, and _run_alone retries after a cut connection.
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POSTGRESQL_THREADS + GUEST_THREADS,
        max_overflow=2,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS},
    )
    hide_details(engine)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # SET, not a start-up option: connection poolers refuse those.
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
            cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
        connection.commit()

    return engine
