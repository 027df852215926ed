"""Fixtures for every test: a clock that stands still, and a real database of each kind."""

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, select, text

from bot.agreements.records import Agreed
from bot.delivery.records import OutboxRow
from bot.groups.records import Group, Member, Person
from bot.storage import Base, Keyring, Store, Tx, Workspace, belonging_to, open_store, use_keyring
from bot.timing.due import Handler, Item
from bot.timing.records import DueRow
from tests.clock import StillClock

pytest_plugins = ["tests.postgres"]

OURS = Workspace("T0OURS")
THEIRS = Workspace("T0THEIRS")
ROOMS = (
    "storage",
    "timing",
    "delivery",
    "slack",
    "groups",
    "nudges",
    "agreements",
    "cases",
    "meetings",
    "calendar",
    "dates",
    "polls",
    "presence",
    "followups",
    "sessions",
    "rounds",
)


def load_every_table() -> None:
    """Imports each room's records, so that the metadata is whole."""
    for room in ROOMS:
        if (Path("bot") / room / "records.py").exists():
            importlib.import_module(f"bot.{room}.records")


@pytest.fixture(autouse=True, scope="session")
def keyring() -> None:
    use_keyring(Keyring([Fernet.generate_key().decode()]))


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database with every table."""
    load_every_table()
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'test.db'}"
        engine = create_engine(url)
        Base.metadata.create_all(engine)
        engine.dispose()
        yield url
        return
    url = request.getfixturevalue("postgresql_url")
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()
    yield url


@pytest.fixture
async def store(database_url: str, clock: StillClock) -> AsyncIterator[Store]:
    opened = open_store(database_url, clock.now)
    yield opened
    opened.close()


def make_group(
    tx: Tx,
    *users: str,
    workspace: Workspace = OURS,
    channel: str = "C0OOST",
    language: str = "nl",
    **settings: Any,
) -> Group:
    """A group with members who read the group's language, and agree with its agreements."""
    group = Group(
        channel=channel,
        language=language,
        zone="Europe/Amsterdam",
        set_up_by=users[0],
        created_at=tx.now,
        **settings,
        **belonging_to(workspace),
    )
    tx.sql.add(group)
    tx.sql.flush()
    for user in users:
        tx.sql.add(Member(group_id=group.id, user=user, since=tx.now, **belonging_to(workspace)))
        tx.sql.add(Agreed(group_id=group.id, user=user, version=1, at=tx.now, **belonging_to(workspace)))
        known = tx.sql.scalars(select(Person).where(Person.of(workspace), Person.user == user)).first()
        if known is None:
            tx.sql.add(
                Person(user=user, language=language, zone="Europe/Amsterdam", **belonging_to(workspace))
            )
    tx.sql.flush()
    return group


def outgoing(tx: Tx, kind: str | None = None) -> list[OutboxRow]:
    """What waits in the outbox, in order."""
    rows = tx.sql.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
    return [row for row in rows if kind is None or row.kind == kind]


def texts_of(rows: list[OutboxRow]) -> list[str]:
    return [row.payload["text"] for row in rows if row.payload and "text" in row.payload]


def due_items(tx: Tx, kind: str | None = None) -> list[DueRow]:
    """What is scheduled, the earliest first."""
    rows = tx.sql.scalars(select(DueRow).order_by(DueRow.at, DueRow.id)).all()
    return [row for row in rows if kind is None or row.kind == kind]


def run_due(tx: Tx, handlers: dict[str, Handler], until: Callable[[DueRow], bool] = lambda row: True) -> int:
    """Runs what is due at the transaction's moment with some room's handlers; returns how many ran."""
    ran = 0
    while True:
        rows = [row for row in due_items(tx) if row.at <= tx.now and row.kind in handlers and until(row)]
        if not rows:
            return ran
        row = rows[0]
        item = Item(row.workspace, row.kind, row.subject, row.planned_at, dict(row.data))
        tx.sql.delete(row)
        tx.sql.flush()
        handlers[item.kind](tx, item)
        ran += 1
