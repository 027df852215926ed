"""The one way to the database: a use case runs as a plain function in one transaction, off the event loop.

One code path for both databases. SQLite gets a single writer thread with group commit: use cases that arrive
while a commit is under way share the next one, each in a savepoint of its own, so that one that fails does not
undo its neighbours, and all of them are answered with one call into the event loop. PostgreSQL gets a pool of threads.
docs/architecture.md has the measurements.

Whoever listens to a topic hears of every commit that woke it: in this process at once, and on PostgreSQL in every
other process too (wires.py).
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

from bot.storage.notifications import Notifier
from bot.storage.tx import Tx

MAX_GROUP_COMMIT = 64
POSTGRESQL_THREADS = 10
READER_THREADS = 4
# Below Slack's 3 s for an ack, so that a locked file still leaves time for an honest answer.
BUSY_TIMEOUT_MS = 1500
# The same for PostgreSQL: how long one statement may take, how long it may wait for a lock, and a new connection.
STATEMENT_TIMEOUT_MS = 2000
LOCK_TIMEOUT_MS = 1500
CONNECT_TIMEOUT_SECONDS = 2
# PostgreSQL asks for another try after a serialization failure or a deadlock.
RETRIED_STATES = {"40001", "40P01"}
LOCK_NOT_AVAILABLE = "55P03"
# SQLite's word for a writing that a reader tries. PostgreSQL's has a class of its own. Page: Result and Error Codes.
SQLITE_READONLY = 8
MAX_ATTEMPTS = 3
# The dialect's methods, and SQLite's words for them. Page: SQLite, Savepoints.
SAVEPOINTS = {
    "do_savepoint": "SAVEPOINT",
    "do_release_savepoint": "RELEASE SAVEPOINT",
    "do_rollback_to_savepoint": "ROLLBACK TO SAVEPOINT",
}

P = ParamSpec("P")
R = TypeVar("R")


class StoreUnavailable(Exception):
    """The database could not be reached or is locked; nothing of the use case was stored."""


class StoreBusy(StoreUnavailable):
    """Somebody else holds what the use case needs; nothing of it was stored."""


class Store:
    """Runs use cases. Open it with `open_store`; `close` it once."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._now = now
        self._engine = engine
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._sqlite = engine.dialect.name == "sqlite"
        self.notifier = None if self._sqlite else Notifier(engine, self._call_listeners)
        self._closed = False
        threads = READER_THREADS if self._sqlite else POSTGRESQL_THREADS
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="store")
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
        """Calls back, in the event loop, after each commit that woke the topic."""
        self._listeners.setdefault(topic, []).append(callback)

    def _call_listeners(self, topics: set[str]) -> None:
        for topic in topics:
            for callback in self._listeners.get(topic, ()):
                callback()

    async def transact(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs `fn(tx, …)` in one transaction and returns its result after the commit.

        Raises what `fn` raises (then nothing is stored), or StoreUnavailable.
        """
        if self._closed:
            raise StoreUnavailable
        use_case = _UseCase(lambda tx: fn(tx, *args, **kwargs), asyncio.get_running_loop())
        if self._writer:
            self._queue.put(use_case)
        else:
            self._pool.submit(self._run_alone, use_case)
        await use_case.ended
        if use_case.problem is not None:
            raise use_case.problem
        if use_case.topics:
            self._call_listeners(use_case.topics)
            if self.notifier:
                self.notifier.notify(use_case.topics)
        return use_case.result  # type: ignore[no-any-return]  # a queue of use_cases cannot carry each one's type

    async def read(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs `fn(tx, …)` in a transaction in which the database itself takes nothing; whoever writes in it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._read, lambda tx: fn(tx, *args, **kwargs))

    def _read(self, work: Callable[[Tx], R]) -> R:
        try:
            with self._engine.connect() as connection:
                # SQLite's counterpart is in the "begin" event below.
                connection = connection.execution_options(postgresql_readonly=True)
                with Session(connection, expire_on_commit=False) as sql:
                    result = work(Tx(sql, self._now(), read_only=True))
                    # What was changed and looked at no more is a mistake as well, and would show only on a busy day.
                    sql.flush()
                    return result
        except DBAPIError as problem:
            if getattr(problem.orig, "sqlite_errorcode", None) == SQLITE_READONLY:
                raise
            raise _unavailable(problem) from problem

    def close(self) -> None:
        """Lets running transactions finish, then lets go of the database."""
        self._closed = True
        if self._writer:
            self._queue.put(None)
            self._writer.join()
        self._pool.shutdown(wait=True)
        self._engine.dispose()

    # PostgreSQL

    def _run_alone(self, use_case: "_UseCase") -> None:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                self._try(use_case)
            except _LostConnection:
                # Idle connections are cut by servers and firewalls: nothing was done yet, and the next one is new.
                if attempt < MAX_ATTEMPTS:
                    continue
                use_case.problem = StoreUnavailable()
            except (IntegrityError, StaleDataError) as problem:
                # Two clicks raced for the same row: the second try finds what the first one left.
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
        _resolve_all([use_case])

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
            _resolve_all(use_cases)
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
        """The writer's connection, kept: to take one from the pool each time cost as much as the transaction."""
        if self._writing is None:
            # Execution options reach the "begin" event below, which starts BEGIN IMMEDIATE for writers.
            self._writing = self._engine.connect().execution_options(writes=True)
        return self._writing

    def _release_connection(self) -> None:
        """After trouble the next group begins with another connection, or with this one set right by the pool."""
        connection, self._writing = self._writing, None
        if connection is not None:
            connection.close()

    def _run_in_savepoint(self, connection: Connection, use_case: "_UseCase") -> None:
        # The session makes its own savepoint: a flush that fails rolls back all that its session thinks it began.
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
            # SQLite gives up the whole transaction when the disk is full: what was done in it before is gone as well.
            raise StoreUnavailable


def _in_transaction(connection: Connection) -> bool:
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", True))


class _LostConnection(Exception):
    """The connection was gone before anything was committed."""


class _UseCase:
    """A use case that somebody waits for, and how it ended."""

    def __init__(self, work: Callable[[Tx], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.ended: asyncio.Future[None] = loop.create_future()
        self.result: Any = None
        self.topics: set[str] = set()
        self.problem: BaseException | None = None


def _resolve_all(use_cases: Sequence[_UseCase]) -> None:
    """Tells all who wait: one call into the event loop, because each one wakes it."""
    for loop in {use_case.loop for use_case in use_cases}:
        theirs = [use_case.ended for use_case in use_cases if use_case.loop is loop]
        # A loop that has been closed has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, theirs)


def _resolve(waiting: Sequence["asyncio.Future[None]"]) -> None:
    for one in waiting:
        # Whoever was cancelled meanwhile does not wait any more.
        if not one.done():
            one.set_result(None)


def _unavailable(problem: DBAPIError) -> BaseException:
    """A statement that is wrong stays what it is; a database that is locked, full or gone is StoreUnavailable."""
    if isinstance(problem, (OperationalError, InterfaceError)) or problem.connection_invalidated:
        state = getattr(problem.orig, "sqlstate", None)
        busy = state == LOCK_NOT_AVAILABLE or state in RETRIED_STATES
        unavailable = StoreBusy() if busy else StoreUnavailable()
        unavailable.__cause__ = problem
        return unavailable
    return problem


def open_store(url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Store:
    """Opens the database at a SQLAlchemy URL (`sqlite:///…` or `postgresql+psycopg://…`)."""
    return Store(_engine(url), now)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return _postgresql(url)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN is deferred; a transaction that reads first and writes later then fails at once
        # with SQLITE_BUSY whatever the timeout says. So we begin ourselves, below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL, not NORMAL: a commit lost to a power cut could send a message twice.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        # Who writes and who reads take their connections from one pool; each connection knows what it was last told.
        if connection.info.get("writes") is not writes:
            _execute_raw(connection, f"PRAGMA query_only={'OFF' if writes else 'ON'}")
            connection.info["writes"] = writes
        _execute_raw(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")

    # SQLAlchemy compiles these anew for every use case, which took longer than many a use case.
    for method, words in SAVEPOINTS.items():
        setattr(engine.dialect, method, partial(_savepoint, words))
    return engine


def _savepoint(words: str, connection: Connection, name: str) -> None:
    _execute_raw(connection, f"{words} {name}")


def _execute_raw(connection: Connection, words: str) -> None:
    """Runs words that never differ, past all that SQLAlchemy does for a statement."""
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(words)
    except sqlite3.Error as problem:
        raise DBAPIError.instance(words, None, problem, sqlite3.Error) from problem


def _postgresql(url: str) -> Engine:
    # No pre-ping: it costs every transaction a round trip, and a connection that was cut is noticed by _run_alone.
    engine = create_engine(
        url,
        pool_size=POSTGRESQL_THREADS,
        max_overflow=2,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # Not as a start-up option, which a connection pooler in between refuses.
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
            cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
        connection.commit()

    return engine
