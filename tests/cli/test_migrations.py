"""Migrations: they make exactly the tables that the code knows, and can be undone."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Connection, create_engine, inspect, text

from bot.cli import main
from bot.cli.database import DatabaseProblem, is_up_to_date, newest_migration
from bot.cli.migrate import alembic_config, pending
from bot.storage import Base
from tests.empty import load_every_table


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return names


def differences(url: str) -> list[object]:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
    engine.dispose()
    return list(found)


def test_the_migrations_make_what_the_code_expects(empty: str) -> None:
    load_every_table()
    command.upgrade(alembic_config(empty), "head")
    assert differences(empty) == []
    assert tables(empty) == set(Base.metadata.tables)


def test_every_step_can_be_undone_and_done_again(empty: str) -> None:
    load_every_table()
    config = alembic_config(empty)
    steps = list(ScriptDirectory.from_config(config).walk_revisions())
    command.upgrade(config, "head")
    for _ in steps:
        command.downgrade(config, "-1")
        command.upgrade(config, "+1")
        command.downgrade(config, "-1")
    assert tables(empty) == set()
    command.upgrade(config, "head")
    assert differences(empty) == []


def test_there_is_one_history_without_branches() -> None:
    script = ScriptDirectory.from_config(alembic_config("sqlite:///unused.db"))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_the_newest_migration_is_the_one_with_the_highest_number() -> None:
    script = ScriptDirectory.from_config(alembic_config("sqlite:///unused.db"))
    assert newest_migration() == script.get_current_head()


def test_a_database_is_up_to_date_when_nothing_is_pending(empty: str) -> None:
    config = alembic_config(empty)
    assert not is_up_to_date(empty)
    command.upgrade(config, "head")
    assert is_up_to_date(empty)
    command.downgrade(config, "-1")
    assert not is_up_to_date(empty)


def test_the_command_says_what_it_does_and_then_that_nothing_is_left(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As hosts write it.
    monkeypatch.setenv("DATABASE_URL", empty.replace("postgresql+psycopg://", "postgres://"))
    first = CliRunner().invoke(main, ["migrate"])
    assert first.exit_code == 0
    assert first.output.startswith("Migrating: ")
    assert first.output.endswith("Done.\n")
    assert pending(empty) == []
    assert CliRunner().invoke(main, ["migrate"]).output == "The database is up to date.\n"


def test_a_database_of_a_newer_version_is_left_alone(empty: str) -> None:
    engine = create_engine(empty)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    engine.dispose()
    with pytest.raises(DatabaseProblem, match="newer version"):
        pending(empty)
    assert tables(empty) == set()


def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(DatabaseProblem, match="can't be reached") as told:
        pending("postgresql+psycopg://jan:geheim@127.0.0.1:1/x")
    assert "geheim" not in str(told.value)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "brief.txt"
    letter.write_text("Beste collega, " * 100)
    with pytest.raises(DatabaseProblem, match="not a database"):
        pending(f"sqlite:///{letter}")
    assert letter.read_text().startswith("Beste collega")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatabaseProblem, match="folder"):
        pending(f"sqlite:///{tmp_path}/nergens/x.db")


def test_messages_that_wait_keep_their_numbers_and_no_number_comes_again(empty: str) -> None:
    if not empty.startswith("sqlite"):
        pytest.skip("PostgreSQL never gives a number twice")
    config = alembic_config(empty)
    command.upgrade(config, "0005")
    engine = create_engine(empty)
    with engine.begin() as connection:
        before = indexes(connection)
        for number in (3, 7):
            connection.execute(ROW, {"id": number, "key": f"a/{number}"})
    command.upgrade(config, "0009")
    with engine.begin() as connection:
        assert indexes(connection) == before
    command.upgrade(config, "head")
    with engine.begin() as connection:
        assert list(connection.execute(text("SELECT id, key FROM outbox"))) == [(3, "a/3"), (7, "a/7")]
        # Later steps: 0015 takes the organisation out, and 0042 and 0047 have indexes for what grows.
        kept = {name.replace("enterprise_id_", "") for name in before} - {"ix_outbox_team_id"}
        assert indexes(connection) == kept | {"ix_outbox_state_id_channel_kind", "ix_outbox_created_at"}


ROW = text(
    "INSERT INTO outbox (id, kind, lane, key, state, at_worst, created_at, not_before, tries, token, team_id,"
    " enterprise_id) VALUES (:id, 'post', 'C1/a', :key, 'pending', 'twice', '2026-11-01 09:00:00',"
    " '2026-11-01 09:00:00', 0, 0, 'T1', '')"
)


def indexes(connection: Connection) -> set[str]:
    return {str(index["name"]) for index in inspect(connection).get_indexes("outbox")} | {
        str(unique["name"]) for unique in inspect(connection).get_unique_constraints("outbox")
    }
