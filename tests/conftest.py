"""Fixtures for every test: a clock that stands still, and a real database of each kind."""

import contextlib
import gc
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
from cryptography.fernet import Fernet
from hypothesis import settings
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session, undefer

from bot.agreements.records import Agreed
from bot.app import App
from bot.delivery.records import OutboxRow
from bot.groups.records import Group, Member, Person
from bot.jobs.queue import Handler, Job
from bot.jobs.records import JobRow
from bot.slack import deadline, modals
from bot.storage import (
    CipherState,
    Keyring,
    Store,
    Tx,
    Workspace,
    belonging_to,
    in_workspace,
    open_store,
    use_keyring,
)
from bot.texts import use_default_language
from sandbox.outgoing import transport
from sandbox.workspace import state
from tests import empty
from tests.clock import StillClock
from tests.compiled import share_compiled_statements
from tests.memory import keep_files_in_memory
from tests.remembered import remember_nothing

pytest_plugins = ["tests.postgres"]

# A busy machine makes no property untrue.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

share_compiled_statements()
keep_files_in_memory()

# A busy machine takes long over an example, and that is no fault of the bot.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@event.listens_for(Engine, "engine_connect")
def do_not_wait_for_the_disk(connection: Connection) -> None:
    """The tests' process does not lose its power. A process that a test starts keeps to the bot's own setting."""
    if connection.dialect.name == "sqlite" and "in_a_hurry" not in connection.info:
        # A file that is no database is for the bot to find out.
        with contextlib.suppress(sqlite3.DatabaseError):
            connection.connection.dbapi_connection.execute("PRAGMA synchronous=OFF")  # type: ignore[union-attr]
        connection.info["in_a_hurry"] = True


P = ParamSpec("P")
R = TypeVar("R")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones begin first: at the end nobody waits for the last of them. The others stay in their random order."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """What has been imported stays: a search for garbage that goes through all of it took a twelfth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


# Where the three seconds stand that Slack gives an answer, on its side and on ours.
SLACK_WAITS = (
    (deadline, "ANSWER_SECONDS"),
    (modals, "OPENING_SECONDS"),
    (modals, "SAYING_SECONDS"),
    (state, "TRIGGER_SECONDS"),
    (transport, "ACK_SECONDS"),
)


@pytest.fixture(autouse=True)
def slack_is_patient(request: pytest.FixtureRequest) -> Iterator[None]:
    """A busy machine is no fault of the bot: only tests about Slack's three seconds go by them."""
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("slacks_time") is None:
            for module, name in SLACK_WAITS:
                patch.setattr(module, name, getattr(module, name) * 20)
        yield


@pytest.fixture(autouse=True)
def worlds(request: pytest.FixtureRequest) -> None:
    """A test that replaces a part of the bot makes its world with that, and leaves it to no other test."""
    remember_nothing("monkeypatch" in request.fixturenames)


OURS = Workspace("T0OURS")
THEIRS = Workspace("T0THEIRS")


@pytest.fixture(autouse=True, scope="session")
def keyring() -> None:
    use_keyring(Keyring([Fernet.generate_key().decode()], CipherState.BOUND))


@pytest.fixture(autouse=True)
def default_language() -> Iterator[None]:
    """Dutch, also after a test that sets another one."""
    use_default_language("nl")
    yield
    use_default_language("nl")


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database with every table."""
    if request.param == "sqlite":
        return empty.sqlite()
    return empty.postgresql(request.getfixturevalue("postgresql_url"))


class OneWorkspaceStore(Store):
    """A store whose transactions belong to `OURS` unless a use case is bound to another workspace."""

    async def transact(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await super().transact(in_workspace(OURS, fn), *args, **kwargs)

    async def read(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await super().read(in_workspace(OURS, fn), *args, **kwargs)


def open_for_us(url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Store:
    """Open a database whose transactions belong to `OURS`."""
    store = open_store(url)
    store.close()
    return OneWorkspaceStore(store.engine, now)


class Ours:
    """The store of a whole bot; its transactions belong to `OURS`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def transact(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._store.transact(in_workspace(OURS, fn), *args, **kwargs)

    async def read(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._store.read(in_workspace(OURS, fn), *args, **kwargs)


def ours(app: App) -> Ours:
    return Ours(app.store)


@pytest.fixture
async def store(database_url: str, clock: StillClock) -> AsyncIterator[Store]:
    opened = OneWorkspaceStore(engine_of(database_url), clock.now)
    yield opened
    opened.stop()


@pytest.fixture
def tx(database_url: str, clock: StillClock) -> Iterator[Tx]:
    """One transaction of `OURS`, for a test that needs no second one. It is committed after the test."""
    connection = engine_of(database_url).connect()
    with connection.execution_options(writes=True), Session(connection, expire_on_commit=False) as sql:
        yield Tx(sql, clock.now()).of(OURS)
        sql.commit()


class Queries:
    """What a use case says to the database, without what only begins and ends a transaction."""

    AROUND = ("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._said: list[str] = []

    def hear(self, *said: Any) -> None:
        statement = str(said[2])
        if not statement.startswith(self.AROUND):
            self._said.append(" ".join(statement.split()))

    async def of(
        self, use_case: Callable[Concatenate[Tx, P], object], *args: P.args, **kwargs: P.kwargs
    ) -> list[str]:
        """The statements of one use case, in a transaction of its own."""
        self._said.clear()
        await self._store.transact(use_case, *args, **kwargs)
        return list(self._said)


@pytest.fixture
def queries(store: Store) -> Iterator[Queries]:
    counted = Queries(store)
    event.listen(store.engine, "before_cursor_execute", counted.hear)
    yield counted
    event.remove(store.engine, "before_cursor_execute", counted.hear)


@cache
def engine_of(url: str) -> Engine:
    """What SQLAlchemy has compiled is kept with an engine: with a new one for each test half of the time went there."""
    store = open_store(url)
    store.close()
    return store.engine


def make_group(
    tx: Tx,
    *users: str,
    channel: str = "C0OOST",
    language: str = "nl",
    **settings: Any,
) -> Group:
    """A group with members who read the group's language, and agree with its agreements."""
    settings = {"meets": "thread", "meets_chosen": True, "messages_go_since": tx.now, **settings}
    group = Group(
        channel=channel,
        language=language,
        zone="Europe/Amsterdam",
        set_up_by=users[0],
        created_at=tx.now,
        **settings,
        **belonging_to(tx.workspace),
    )
    tx.sql.add(group)
    tx.sql.flush()
    for user in users:
        tx.sql.add(Member(group_id=group.id, user=user, since=tx.now, **belonging_to(tx.workspace)))
        tx.sql.add(Agreed(group_id=group.id, user=user, version=1, at=tx.now, **belonging_to(tx.workspace)))
        known = tx.sql.scalars(select(Person).where(Person.of(tx.workspace), Person.user == user)).first()
        if known is None:
            tx.sql.add(
                Person(
                    user=user,
                    language=language,
                    zone="Europe/Amsterdam",
                    # They have had private messages before.
                    language_hint="earlier",
                    **belonging_to(tx.workspace),
                )
            )
    tx.sql.flush()
    return group


def outgoing(tx: Tx, kind: str | None = None) -> list[OutboxRow]:
    """What waits in the outbox, in order."""
    wanted = select(OutboxRow).order_by(OutboxRow.id).options(undefer(OutboxRow.payload))
    rows = tx.sql.scalars(wanted).all()
    return [row for row in rows if kind is None or row.kind == kind]


def texts_of(rows: list[OutboxRow]) -> list[str]:
    return [row.payload["text"] for row in rows if row.payload and "text" in row.payload]


def due_items(tx: Tx, kind: str | None = None) -> list[JobRow]:
    """What is scheduled, the earliest first."""
    rows = tx.sql.scalars(select(JobRow).order_by(JobRow.at, JobRow.id)).all()
    return [row for row in rows if kind is None or row.kind == kind]


# Jobs that draw a message anew some seconds after what it shows.
DRAWN_SOON = ("poll.count", "session.progressed", "session.prompt", "session.welcome")


def run_due(tx: Tx, handlers: dict[str, Handler], until: Callable[[JobRow], bool] = lambda row: True) -> int:
    """Runs what is due at the transaction's moment with some room's handlers; returns how many ran.

    What is drawn anew within seconds is drawn too.
    """
    ran = 0
    while True:
        rows = [
            row
            for row in due_items(tx)
            if (row.at <= tx.now or row.kind in DRAWN_SOON) and row.kind in handlers and until(row)
        ]
        if not rows:
            return ran
        row = rows[0]
        item = Job(row.workspace, row.kind, row.subject, row.scheduled_at, dict(row.data))
        tx.sql.delete(row)
        tx.sql.flush()
        handlers[item.kind](tx.of(item.workspace), item)
        ran += 1
