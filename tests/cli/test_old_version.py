"""While the database is migrated the version before still runs: what it wrote stays, and it goes on writing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Column, Connection, Engine, MetaData, Table, create_engine, func, select
from sqlalchemy import types as sql

from bot.cli import main
from bot.cli.migrate import alembic_config
from tests.empty import bring_to

# Each migration, and the one before it.
STEPS = {
    step.revision: str(step.down_revision)
    for step in ScriptDirectory.from_config(alembic_config("sqlite:///unused.db")).walk_revisions()
    if step.down_revision
}


def tables(engine: Engine) -> list[Table]:
    """As they are now, parents before children."""
    found = MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def table_of(connection: Connection, name: str) -> Table:
    """One of them. To read all of them for each row took most of the time of the tests of upgrades."""
    return Table(name, MetaData(), autoload_with=connection, resolve_fks=False)


def value(column: Column[Any], number: int) -> object:
    if isinstance(column.type, sql.Boolean):
        return number % 2 == 0
    if isinstance(column.type, sql.DateTime):
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    if isinstance(column.type, sql.Interval):
        return timedelta(minutes=number)
    if isinstance(column.type, sql.JSON):
        return [number]
    if isinstance(column.type, sql.Integer | sql.Float):
        return number
    return f"{number}"


def write(connection: Connection, known: list[Table], number: int) -> None:
    """A row in each table, with every column that the version of these tables knows."""
    for table in known:
        connection.execute(table.insert().values({column: value(column, number) for column in table.columns}))


@pytest.mark.parametrize("revision", STEPS)
def test_a_migration_keeps_what_is_there_and_the_version_before_can_still_write(
    empty: str, revision: str
) -> None:
    config = alembic_config(empty)
    bring_to(empty, STEPS[revision])
    engine = create_engine(empty)
    known = tables(engine)
    with engine.begin() as connection:
        write(connection, known, 1)
    command.upgrade(config, revision)
    with engine.begin() as connection:
        write(connection, known, 2)
        for table in known:
            assert connection.scalar(select(func.count()).select_from(table)) == 2, table.name
            # The version before reads every column that it knows.
            assert len(connection.execute(select(table)).all()) == 2
    engine.dispose()
    command.downgrade(config, "-1")


def test_a_migration_that_would_keep_everybody_waiting_breaks_off(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if empty.startswith("sqlite"):
        pytest.skip("on SQLite nobody else works meanwhile")
    # The step after this one alters tables that everybody uses.
    bring_to(empty, "0004")
    monkeypatch.setenv("DATABASE_URL", empty)
    engine = create_engine(empty)
    with engine.begin() as connection:
        for table in tables(engine):
            connection.execute(select(table).limit(1))
        refused = CliRunner().invoke(main, ["migrate"])
    assert refused.exit_code == 1
    assert "Nothing was changed" in refused.output
    assert CliRunner().invoke(main, ["migrate"]).exit_code == 0
    engine.dispose()


def test_what_was_told_of_a_date_before_the_migration_follows_it_too(empty: str) -> None:
    config = alembic_config(empty)
    bring_to(empty, "0004")
    engine = create_engine(empty)
    known = tables(engine)
    meetings = next(table for table in known if table.name == "meetings")
    with engine.begin() as connection:
        write(connection, known, 1)
        planned = {"state": "planned", "invitation": "presence/1/invitation", "version": 2}
        connection.execute(meetings.update().values(planned))
    command.upgrade(config, "0005")
    [now] = [table for table in tables(engine) if table.name == "meetings"]
    with engine.begin() as connection:
        told = connection.execute(select(now.c.told)).scalar_one()
    engine.dispose()
    start = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp())
    assert told == {
        "presence/1/invitation": start,
        "meeting/1/planned/2": start,
        f"presence/1/day/{start}": start,
        f"presence/1/hour/{start}": start,
    }
