"""What a database tells to others: nothing by its files, nothing by its errors."""

import ast
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError, StatementError

from bot.cli.database import engine_for
from bot.storage import Base, Store, Tx, belonging_to, open_store, seal_values
from bot.storage.process_lock import ProcessLock
from bot.storage.store import open_engine
from tests.conftest import OURS, make_group
from tests.factories import ANNA, make_case

CASES = Base.metadata.tables["cases"]
ROOT = Path(__file__).parents[2]


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def write(engine: Engine) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS some (number INTEGER)"))


def test_only_the_bots_own_account_reads_the_files_of_a_new_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    lock = ProcessLock(url)
    store = open_store(url)
    write(store.engine)
    found = modes(tmp_path)
    store.close()
    lock.release()
    assert {"bot.db", "bot.db-wal", "bot.db.running"} <= set(found)
    assert set(found.values()) == {0o600}


@pytest.mark.parametrize("opened", [open_engine, engine_for, ProcessLock])
def test_files_of_before_are_closed_to_others_too(tmp_path: Path, opened: type) -> None:
    path = tmp_path / "bot.db"
    before = create_engine(f"sqlite:///{path}")
    with before.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE some (number INTEGER)")
    before.dispose()
    for end in ("", "-wal", ".running"):
        beside = path.with_name(path.name + end)
        beside.touch()
        beside.chmod(0o644)
    opened(f"sqlite:///{path}")
    assert set(modes(tmp_path).values()) == {0o600}


def test_what_is_deleted_on_sqlite_is_written_over(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    store.close()


def test_an_error_of_the_database_quotes_no_text_of_anybody(tx: Tx) -> None:
    case = make_case(tx, make_group(tx, ANNA), title="Mijn baas en ik")
    double = dict.fromkeys(("group_id", "state")) | {"id": "1", "presenter": ANNA, **belonging_to(OURS)}
    values = seal_values(tx.sql, CASES, {**double, "title": "Mijn baas en ik"})
    with pytest.raises(IntegrityError) as refused, tx.sql.begin_nested():
        tx.sql.execute(CASES.insert(), values)
    # PostgreSQL would quote the row, and SQLAlchemy the parameters.
    assert ANNA not in str(refused.value)
    assert ANNA not in str(refused.value.orig)
    case.title = "Mijn baas en ik"
    case.created_at = "gisteren"  # type: ignore[assignment]
    with pytest.raises(StatementError) as wrong, tx.sql.begin_nested():
        tx.sql.flush()
    assert "Mijn baas" not in str(wrong.value)
    tx.sql.rollback()


def test_every_engine_hides_its_parameters(store: Store) -> None:
    assert store.engine.hide_parameters
    sources = [*(ROOT / "bot").rglob("*.py"), ROOT / "migrations" / "env.py"]
    made = [
        (path.name, node)
        for path in sources
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "create_engine"
    ]
    assert len(made) >= 4
    for name, call in made:
        assert any(word.arg == "hide_parameters" for word in call.keywords), name
