"""A workspace that joined an organisation while an older version ran: what is there twice becomes one."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from bot.cli import main
from bot.cli.migrate import alembic_config
from bot.storage.notifications import LOCK_NAMESPACE
from bot.storage.process_lock import ProcessLock
from tests.cli.test_old_version import table_of
from tests.cli.test_upgrades import put, rows
from tests.empty import bring_to

BEFORE = "0014"
OLD, NEW = {"enterprise_id": ""}, {"enterprise_id": "E0OURS"}


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 9, tzinfo=UTC)


def twice(connection: Connection) -> None:
    """A row of every table with a key of the workspace, from before the move and from after."""
    for number, (which, day) in enumerate([(NEW, 20), (OLD, 10)], start=1):
        name = "new" if which is NEW else "old"
        put(connection, "groups", number, id=f"g-{name}", channel="C0OOST", created_at=at(day), **which)
        put(connection, "members", number, id=name, group_id=f"g-{name}", user="U0ANNA", **which)
        put(
            connection,
            "calendar_feeds",
            number,
            id=name,
            kind="person",
            subject="U0ANNA",
            made_at=at(day),
            token_hash=name,
            **which,
        )
        put(
            connection,
            "due",
            number,
            id=name,
            kind="nudges.deliver",
            subject="U0ANNA",
            at=at(day),
            data={},
            **which,
        )
        put(
            connection,
            "nudges",
            number,
            id=name,
            user="U0ANNA",
            kind="step.ask",
            subject="1",
            at=at(day),
            data={},
            **which,
        )
        put(connection, "seen_events", number, id=name, event_id="Ev1", handler="x", **which)
        put(connection, "silences", number, id=name, user="U0ANNA", topic="steps", **which)
        put(
            connection,
            "quiet",
            number,
            id=name,
            user="U0ANNA",
            away=name == "new",
            away_until="2026-12-24",
            **which,
        )
        put(
            connection,
            "people",
            number,
            id=name,
            user="U0ANNA",
            language="nl",
            chose_language=name == "old",
            zone="Europe/Amsterdam" if name == "old" else "Europe/Lisbon",
            from_hour=8 if name == "old" else 9,
            nudges=name == "old",
            session_nudges=True,
            opened_home=name == "new",
            **which,
        )
        put(connection, "outbox", number, id=number, key="home/U0ANNA", state="sent", **which)
        # It has no id, so `put` does not know it.
        taken = {"name": "chat.postMessage", "level": 1.0, "filled_at": at(day), "team_id": "T0OURS", **which}
        connection.execute(table_of(connection, "pace").insert().values(taken))


@pytest.fixture
def moved(empty: str) -> Iterator[Engine]:
    bring_to(empty, BEFORE)
    engine = create_engine(empty)
    with engine.begin() as connection:
        twice(connection)
    yield engine
    engine.dispose()


def by_id(connection: Connection, name: str) -> dict[Any, Any]:
    return {row.id: row for row in rows(connection, name)}


def test_what_is_there_twice_becomes_one(moved: Engine, empty: str) -> None:
    command.upgrade(alembic_config(empty), "0015")
    with moved.begin() as connection:
        groups = by_id(connection, "groups")
        assert (groups["g-old"].merges_into, groups["g-new"].merges_into) == (None, "g-old")
        assert groups["g-new"].channel == "C0OOST", "what goes on in it still posts there"
        assert set(by_id(connection, "members")) == {"old", "new"}
        for name in ("calendar_feeds", "due", "nudges", "silences", "quiet", "people"):
            assert set(by_id(connection, name)) == {"old"}, name
        assert len(rows(connection, "seen_events")) == len(rows(connection, "pace")) == 1
        [person] = rows(connection, "people")
        [quiet] = rows(connection, "quiet")
        keys = {row.id: row.key for row in rows(connection, "outbox")}
    assert (person.from_hour, person.zone) == (8, "Europe/Lisbon"), "own choices, and what Slack said last"
    assert (person.nudges, person.opened_home) == (False, True)
    assert (quiet.away, quiet.away_until) == (True, "2026-12-24")
    # Nothing that still waits is lost, and an edit finds the newest.
    assert keys == {1: "home/U0ANNA/1", 2: "home/U0ANNA"}


def test_no_second_group_and_no_second_row_comes_after_it(moved: Engine, empty: str) -> None:
    command.upgrade(alembic_config(empty), "0015")
    with moved.connect() as connection:
        for name, values in (
            ("groups", {"channel": "C0OOST", "merges_into": None}),
            ("people", {"user": "U0ANNA"}),
        ):
            with pytest.raises(Exception, match=r"(?i)unique"):
                put(connection, name, 9, enterprise_id="E0ANOTHER", **values)
            connection.rollback()


def test_going_back_and_on_again_loses_nothing_but_the_mark(moved: Engine, empty: str) -> None:
    config = alembic_config(empty)
    command.upgrade(config, "0015")
    command.downgrade(config, BEFORE)
    command.upgrade(config, "0015")
    with moved.begin() as connection:
        assert by_id(connection, "groups")["g-new"].merges_into == "g-old"


@pytest.fixture
def alive(empty: str) -> Iterator[None]:
    """Another process of the bot works on this database."""
    if empty.startswith("sqlite"):
        lock = ProcessLock(empty)
        yield
        lock.release()
        return
    engine = create_engine(empty)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:space, 7)"), {"space": LOCK_NAMESPACE})
        yield
    engine.dispose()


def test_it_is_refused_while_a_process_lives_and_changes_nothing(
    moved: Engine, empty: str, alive: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty)
    refused = CliRunner().invoke(main, ["migrate"])
    assert refused.exit_code == 1
    assert "Stop every process" in refused.output
    assert "has changed nothing" in refused.output
    with moved.begin() as connection:
        assert len(rows(connection, "people")) == 2
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == BEFORE


def test_a_process_may_live_where_nothing_is_there_twice(empty: str, alive: None) -> None:
    config = alembic_config(empty)
    command.upgrade(config, BEFORE)
    engine = create_engine(empty)
    with engine.begin() as connection:
        put(connection, "people", 1, user="U0ANNA", **NEW)
    command.upgrade(config, "0015")
    with engine.begin() as connection:
        upsert = (
            "INSERT INTO due (id, team_id, enterprise_id, kind, subject, at, planned_at, tries, data)"
            " VALUES (:id, 'T0OURS', 'E0OURS', 'x', '1', '2026-11-01 09:00:00', '2026-11-01 09:00:00', 0, '{}')"
            " ON CONFLICT (team_id, enterprise_id, kind, subject) DO UPDATE SET id = excluded.id"
        )
        # As the version before plans, also twice.
        for number in ("1", "2"):
            connection.execute(text(upsert), {"id": number})
        assert [row.id for row in rows(connection, "due")] == ["2"]
    engine.dispose()


def test_a_lock_file_that_nobody_holds_stops_nothing(moved: Engine, empty: str) -> None:
    if not empty.startswith("sqlite"):
        pytest.skip("PostgreSQL has no file")
    path = Path(str(make_url(empty).database))
    sqlite3.connect(path.with_name(path.name + ".running")).close()
    command.upgrade(alembic_config(empty), "0015")
