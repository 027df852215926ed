"""`intervisie forget` and `intervisie export`, on a database as the bot left it."""

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from bot.cases.records import Case
from bot.cli import main
from bot.groups.records import Group, Person
from bot.storage import CipherState, Keyring, Tx, use_keyring
from bot.storage.encryption import keyring
from tests.conftest import OURS, THEIRS, make_group
from tests.factories import ANNA, BRAM, make_case


@pytest.fixture
def engine(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = create_engine(environment["DATABASE_URL"])
    before = keyring()
    use_keyring(Keyring([environment["INTERVISIE_SECRET_KEYS"]], CipherState.BOUND))
    with Session(made) as sql, sql.begin():
        tx = Tx(sql, datetime(2027, 1, 14, 9, tzinfo=UTC)).of(OURS)
        group = make_group(tx, ANNA, BRAM)
        make_case(tx, group, ANNA, title="Van Anna")
        make_case(tx, group, BRAM, title="Van Bram")
    yield made
    use_keyring(before)
    made.dispose()


def intervisie(*words: str, said: str = "") -> Result:
    return CliRunner().invoke(main, list(words), input=said)


def titles(engine: Engine) -> list[str]:
    with Session(engine) as sql:
        return sorted(case.title for case in sql.scalars(select(Case)))


def test_it_asks_first(engine: Engine) -> None:
    asked = intervisie("forget", "--user", ANNA, said="n\n")
    assert asked.exit_code == 1
    assert "cannot be brought back" in asked.output
    assert titles(engine) == ["Van Anna", "Van Bram"]


def test_a_person_is_forgotten(engine: Engine) -> None:
    done = intervisie("forget", "--user", ANNA, said="y\n")
    assert done.exit_code == 0, done.output
    assert "1 cases" in done.output
    assert titles(engine) == ["", "Van Bram"]


def test_a_group_and_a_workspace_are_forgotten(engine: Engine) -> None:
    assert intervisie("forget", "--group", "C0OOST", "--yes").exit_code == 0
    assert titles(engine) == []
    assert intervisie("forget", "--workspace", OURS.team_id, "--yes").exit_code == 0
    with Session(engine) as sql:
        assert sql.scalars(select(Person)).all() == []
        assert sql.scalars(select(Group)).all() == []


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["forget", "--yes"], "Name a person, a group or a workspace"),
        (["forget", "--user", ANNA, "--group", "C0OOST", "--yes"], "a person or a group"),
        (["forget", "--group", "C0NERGENS", "--yes"], "no group in this channel"),
        (["forget", "--workspace", "T0NERGENS", "--yes"], "Nothing of this workspace"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(engine: Engine, words: list[str], problem: str) -> None:
    refused = intervisie(*words)
    assert refused.exit_code != 0
    assert problem in refused.output
    assert titles(engine) == ["Van Anna", "Van Bram"]


def test_of_several_workspaces_one_is_named(engine: Engine) -> None:
    """The same id may belong to somebody else elsewhere."""
    with Session(engine) as sql, sql.begin():
        make_group(Tx(sql, datetime(2027, 1, 14, 9, tzinfo=UTC)).of(THEIRS), ANNA, channel="C0DAAR")
    assert "--workspace" in intervisie("forget", "--user", ANNA, "--yes").output
    assert titles(engine) == ["Van Anna", "Van Bram"]


def test_an_export_is_readable_by_its_owner_alone(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "anna.json"
    assert intervisie("export", str(file), "--user", ANNA).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    tables = json.loads(file.read_text())["tables"]
    assert [row["title"] for row in tables["cases"]["rows"]] == ["Van Anna"]
    again = intervisie("export", str(file), "--user", BRAM)
    assert again.exit_code == 1
    assert "exists already" in again.output
