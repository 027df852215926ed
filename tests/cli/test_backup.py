"""`intervisie backup` and `intervisie restore`: what comes back, on which database, and what is refused."""

import gzip
import json
import os
import resource
import signal
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.runtime.migration import MigrationContext
from click.testing import CliRunner, Result
from sqlalchemy import MetaData, create_engine, delete, event, select, text
from sqlalchemy.orm import Session

from bot.cases.records import Case
from bot.cli import main
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.delivery.records import OutboxRow
from bot.groups.records import Group
from bot.privacy import service as privacy
from bot.privacy.records import Forgotten
from bot.privacy.rules import Subject, digest_of
from bot.storage import Base, CipherState, Keyring, Tx, use_keyring
from bot.storage.copying import OF_PROCESSES, CopyHeader, write_copy
from bot.storage.encryption import keyring
from bot.storage.process_lock import ProcessLock
from bot.storage.store import open_engine
from tests.cli.test_roles import shared
from tests.conftest import OURS, THEIRS, make_group
from tests.empty import bring_to
from tests.factories import ANNA, BRAM, make_case
from tests.stored import new_key

__all__ = ["shared"]

LONG_AGO = datetime(2024, 1, 11, 9, tzinfo=UTC)
# SQLite maps a file of 32 kB beside the database.
ROOM_FOR_SQLITE = 100_000
SECRET_WORDS = "Zwartepietenspel op de dinsdag"


BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def url(
    kind: str, environment: dict[str, str], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A migrated database with a group and two cases: SQLite, and PostgreSQL for a test that asks for both."""
    before = keyring()
    use_keyring(Keyring([environment["INTERVISIE_SECRET_KEYS"]], CipherState.BOUND))
    made = environment["DATABASE_URL"]
    if kind == "postgresql":
        made = request.getfixturevalue("shared")["DATABASE_URL"]
        monkeypatch.setenv("DATABASE_URL", made)
    transact(made, fill)
    yield made
    use_keyring(before)


def fill(tx: Tx) -> None:
    group = make_group(tx, ANNA, BRAM)
    make_case(tx, group, ANNA, title="Van Anna").situation = SECRET_WORDS
    make_case(tx, group, BRAM, title="Van Bram")
    outbox.post(tx, "C0OOST", Message("Hoi"), key="card", expires_at=tx.now + timedelta(days=3))


def transact(url: str, work: Callable[[Tx], Any], now: datetime = LONG_AGO) -> Any:
    engine = open_engine(url)
    try:
        with (
            engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
            Session(connection, join_transaction_mode="create_savepoint") as sql,
        ):
            done = work(Tx(sql, now).of(OURS))
            sql.commit()
            return done
    finally:
        engine.dispose()


def intervisie(*words: str | Path, said: str = "") -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=said)


def titles(url: str) -> list[str]:
    found: list[str] = transact(url, lambda tx: sorted(case.title for case in tx.sql.scalars(select(Case))))
    return found


def rows_of(url: str) -> dict[str, list[Any]]:
    """Every row as it is stored."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            # A restored table has its columns in the order in which migrations made them.
            name: sorted(
                repr(sorted(row._mapping.items()))
                for row in connection.execute(text(f'SELECT * FROM "{name}"'))
            )
            for name in Base.metadata.tables
            if name not in OF_PROCESSES
        }
    engine.dispose()
    return found


def backed_up(folder: Path) -> Path:
    file = folder / "copy.gz"
    done = intervisie("backup", file)
    assert done.exit_code == 0, done.output
    return file


def lines_of(file: Path) -> list[Any]:
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]


def write_lines(file: Path, lines: list[Any]) -> None:
    with gzip.open(file, "wb") as packed:
        for line in lines:
            packed.write(json.dumps(line).encode() + b"\n")


@BOTH
def test_what_was_copied_comes_back_row_by_row(url: str, tmp_path: Path) -> None:
    before = rows_of(url)
    file = backed_up(tmp_path)
    transact(url, lambda tx: tx.sql.execute(delete(Group)))
    assert titles(url) == []
    done = intervisie("restore", file, "--yes")
    assert done.exit_code == 0, done.output
    assert rows_of(url) == before
    assert titles(url) == ["Van Anna", "Van Bram"]


@BOTH
def test_the_next_row_gets_a_new_number(url: str, tmp_path: Path) -> None:
    assert intervisie("restore", backed_up(tmp_path), "--yes").exit_code == 0
    transact(url, lambda tx: outbox.post(tx, "C0OOST", Message("Nog een"), key="next"))
    ids: list[int] = transact(url, lambda tx: list(tx.sql.scalars(select(OutboxRow.id))))
    assert len(set(ids)) == 2


def test_a_copy_holds_no_key_and_no_words_and_is_for_its_owner_alone(
    url: str, environment: dict[str, str], tmp_path: Path
) -> None:
    file = backed_up(tmp_path)
    content = gzip.decompress(file.read_bytes()).decode()
    assert environment["INTERVISIE_SECRET_KEYS"] not in content
    assert SECRET_WORDS not in content
    assert lines_of(file)[0]["keys"] == Keyring([environment["INTERVISIE_SECRET_KEYS"]]).key_ids
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@BOTH
def test_a_copy_of_one_kind_of_database_is_for_the_other_too(
    url: str, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backed_up(tmp_path)
    other = f"sqlite:///{tmp_path / 'other.db'}"
    monkeypatch.setenv("DATABASE_URL", other)
    done = intervisie("restore", file, "--yes")
    assert done.exit_code == 0, done.output
    assert titles(other) == ["Van Anna", "Van Bram"]


def test_it_asks_first_and_changes_nothing_without_a_yes(url: str, tmp_path: Path) -> None:
    file = backed_up(tmp_path)
    transact(url, lambda tx: privacy.forget_person(tx, ANNA))
    asked = intervisie("restore", file, said="n\n")
    assert asked.exit_code == 1
    assert "cannot be brought back" in " ".join(asked.output.split())
    assert "Van Anna" not in titles(url)


@BOTH
def test_whoever_was_forgotten_after_the_copy_is_forgotten_again(url: str, tmp_path: Path) -> None:
    file = backed_up(tmp_path)
    transact(url, lambda tx: privacy.forget_person(tx, ANNA), datetime.now(UTC) + timedelta(hours=1))
    done = intervisie("restore", file, "--yes")
    assert "Forgotten again, because they were forgotten after that: 1." in done.output
    assert "Van Anna" not in titles(url)
    assert "Van Bram" in titles(url)
    # The list stays, for copies that are older still.
    assert transact(url, lambda tx: len(tx.sql.scalars(select(Forgotten)).all())) >= 1


def test_the_list_still_works_after_the_keys_were_renewed(
    url: str, tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is read with its own key. The key under which the list was made may be gone by then."""
    first = environment["INTERVISIE_SECRET_KEYS"]
    file = backed_up(tmp_path)
    keys = [new_key(), new_key()]
    for newest, before in zip(keys, [first, keys[0]], strict=True):
        monkeypatch.setenv("INTERVISIE_SECRET_KEYS", f"{newest},{before}")
        use_keyring(Keyring([newest, before], CipherState.BOUND))
        if newest == keys[0]:
            later = datetime.now(UTC) + timedelta(hours=1)
            transact(url, lambda tx: privacy.forget_person(tx, ANNA), later)
        assert intervisie("rekey").exit_code == 0
    monkeypatch.setenv("INTERVISIE_SECRET_KEYS", f"{keys[1]},{first}")
    done = intervisie("restore", file, "--yes")
    assert "Forgotten again, because they were forgotten after that: 1." in done.output
    assert "Van Anna" not in titles(url)


def test_an_entry_of_before_the_key_still_counts(url: str, tmp_path: Path) -> None:
    file = backed_up(tmp_path)

    def listed_of_before(tx: Tx) -> None:
        later = datetime.now(UTC) + timedelta(hours=1)
        digest = digest_of(Subject.USER, tx.workspace.team_id, ANNA, None)
        tx.sql.add(Forgotten(kind=Subject.USER, digest=digest, at=later))

    transact(url, listed_of_before)
    done = intervisie("restore", file, "--yes")
    assert "Forgotten again, because they were forgotten after that: 1." in done.output


def test_a_list_whose_key_is_gone_is_told(
    url: str, tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backed_up(tmp_path)
    other = new_key()
    use_keyring(Keyring([other], CipherState.BOUND))
    transact(
        url, lambda tx: privacy.note_forgotten(tx, Subject.USER, ANNA), datetime.now(UTC) + timedelta(hours=1)
    )
    told = intervisie("restore", file, said="n\n").output
    assert "Of 1 that were forgotten since this backup, nobody can tell who they were" in told


def test_the_present_database_may_be_of_a_version_before_the_key(url: str, tmp_path: Path) -> None:
    file = backed_up(tmp_path)
    transact(url, lambda tx: tx.sql.execute(text("ALTER TABLE forgotten DROP COLUMN secret")))
    told = intervisie("restore", file, said="n\n").output
    assert "can't tell who was forgotten" not in told


@BOTH
def test_the_present_database_may_have_tables_of_a_version_before(url: str, tmp_path: Path) -> None:
    file = backed_up(tmp_path)
    transact(url, lambda tx: tx.sql.execute(text("DROP VIEW IF EXISTS votes")))
    transact(url, lambda tx: tx.sql.execute(text("CREATE TABLE votes (id VARCHAR(16) NOT NULL)")))
    done = intervisie("restore", file, "--yes")
    assert done.exit_code == 0, done.output
    assert titles(url) == ["Van Anna", "Van Bram"]


def test_whoever_came_back_before_the_copy_stays(url: str, tmp_path: Path) -> None:
    transact(url, lambda tx: privacy.forget_person(tx, ANNA))

    def come_back(tx: Tx) -> None:
        make_case(tx, tx.sql.scalars(select(Group)).one(), ANNA, title="Weer van Anna")

    transact(url, come_back)
    file = backed_up(tmp_path)
    done = intervisie("restore", file, "--yes")
    assert "Forgotten again" not in done.output
    assert "Weer van Anna" in titles(url)


def test_a_group_and_a_workspace_are_forgotten_again_too(url: str, tmp_path: Path) -> None:
    transact(url, lambda tx: make_group(tx.of(THEIRS), ANNA, channel="C0DAAR"))
    file = backed_up(tmp_path)
    later = datetime.now(UTC) + timedelta(hours=1)
    transact(
        url,
        lambda tx: privacy.forget_group(tx, tx.sql.scalars(select(Group.id).where(Group.of(OURS))).one()),
        later,
    )
    transact(url, lambda tx: privacy.forget_workspace(tx.of(THEIRS)), later)
    done = intervisie("restore", file, "--yes")
    assert "Forgotten again, because they were forgotten after that: 2." in done.output
    assert titles(url) == []
    assert transact(url, lambda tx: tx.sql.scalars(select(Group)).all()) == []


def test_the_list_of_a_later_copy_does_where_the_database_is_lost(
    environment: dict[str, str], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backed_up(tmp_path)
    transact(url, lambda tx: privacy.forget_person(tx, ANNA), datetime.now(UTC) + timedelta(hours=1))
    later = tmp_path / "later.gz"
    assert intervisie("backup", later).exit_code == 0
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'lost.db'}")
    told = intervisie("restore", file, said="n\n").output
    assert "can't tell who was forgotten" in told
    assert "Forgotten again" in intervisie("restore", file, "--yes", "--forgotten", later).output


def test_a_copy_that_is_made_while_somebody_is_forgotten_is_of_one_moment(url: str, tmp_path: Path) -> None:
    """It reads all of it as it stood when it began: no row of one moment beside a row of another."""
    before = rows_of(url)
    engine = open_engine(url)
    reads = 0

    def forget_halfway(*_: Any) -> None:
        nonlocal reads
        reads += 1
        if reads == 3:
            transact(url, lambda tx: privacy.forget_person(tx, ANNA), datetime.now(UTC) + timedelta(hours=1))

    event.listen(engine, "after_cursor_execute", forget_halfway)
    file = tmp_path / "copy.gz"
    with engine.connect() as connection, connection.begin():
        revision = str(MigrationContext.configure(connection).get_current_revision())
        write_copy(connection, file, CopyHeader(datetime.now(UTC), revision, []))
    engine.dispose()
    assert "Van Anna" not in titles(url)
    written = [line for line in lines_of(file) if isinstance(line, list)]
    assert len(written) == sum(len(rows) for rows in before.values())
    # And the present database knows who was forgotten meanwhile.
    assert "Forgotten again" in intervisie("restore", file, "--yes").output
    assert "Van Anna" not in titles(url)


def test_a_copy_of_an_older_version_is_migrated(url: str, tmp_path: Path) -> None:
    done = intervisie("restore", as_of_before(backed_up(tmp_path)), "--yes")
    assert done.exit_code == 0, done.output
    assert titles(url) == ["Van Anna", "Van Bram"]
    assert transact(url, lambda tx: tx.sql.execute(text("SELECT count(*) FROM suspensions")).scalar()) == 0


OLDER = "0038"


def as_of_before(file: Path) -> Path:
    """A copy as the version of before made it: without the tables and the columns that came later."""
    database = file.with_name("older.db")
    bring_to(f"sqlite:///{database}", OLDER)
    older = MetaData()
    engine = create_engine(f"sqlite:///{database}")
    older.reflect(engine)
    engine.dispose()
    lines = lines_of(file)
    lines[0]["revision"] = OLDER
    kept: list[Any] = []
    # Which columns of the present table there were; none where there was no such table.
    places: list[int] = []
    for line in lines:
        if isinstance(line, dict) and "table" in line:
            table = older.tables.get(line["table"])
            places = [n for n, one in enumerate(line["columns"]) if table is not None and one in table.c]
            for said in ("columns", "kinds"):
                line[said] = [line[said][n] for n in places]
            if table is None:
                continue
        elif isinstance(line, list):
            line = [line[n] for n in places]
            if not line:
                continue
        kept.append(line)
    write_lines(file, kept)
    return file


@pytest.mark.parametrize("damage", ["cut", "flipped", "a letter changed", "no copy", "a line lost", "empty"])
def test_a_damaged_copy_is_refused_and_changes_nothing(url: str, tmp_path: Path, damage: str) -> None:
    file = backed_up(tmp_path)
    content = file.read_bytes()
    match damage:
        case "cut":
            file.write_bytes(content[: len(content) // 2])
        case "flipped":
            middle = len(content) // 2
            file.write_bytes(content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :])
        case "a letter changed":
            # It can be unpacked and read, and only the checksum of before tells that it was something else.
            changed = gzip.compress(gzip.decompress(content).replace(b"C0OOST", b"C0OEST"))
            file.write_bytes(changed[:-8] + content[-8:])
        case "no copy":
            file.write_text("SQLite format 3")
        case "a line lost":
            lines = lines_of(file)
            write_lines(file, [line for line in lines if "C0OOST" not in str(line)])
        case "empty":
            file.write_bytes(b"")
    before = rows_of(url)
    refused = intervisie("restore", file, "--yes")
    assert refused.exit_code == 1
    assert "damaged" in refused.output
    assert rows_of(url) == before
    assert [one.name for one in tmp_path.glob("*restoring*")] == []


@pytest.mark.parametrize("change", [{"format": 99}, {"revision": "9999"}])
def test_a_copy_of_a_newer_version_is_refused(url: str, tmp_path: Path, change: dict[str, Any]) -> None:
    file = backed_up(tmp_path)
    first, *others = lines_of(file)
    write_lines(file, [{**first, **change}, *others])
    refused = intervisie("restore", file, "--yes")
    assert "newer version" in refused.output
    assert titles(url) == ["Van Anna", "Van Bram"]


def test_with_another_key_nothing_is_put_back_and_the_keys_are_named(
    url: str, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backed_up(tmp_path)
    before = rows_of(url)
    monkeypatch.setenv("INTERVISIE_SECRET_KEYS", new_key())
    refused = intervisie("restore", file, "--yes")
    assert refused.exit_code == 1
    assert Keyring([environment["INTERVISIE_SECRET_KEYS"]]).key_ids[0] in refused.output
    assert rows_of(url) == before
    monkeypatch.setenv("INTERVISIE_SECRET_KEYS", f"{new_key()},{environment['INTERVISIE_SECRET_KEYS']}")
    assert intervisie("restore", file, "--yes").exit_code == 0


def test_a_full_disk_leaves_no_half_copy(url: str, tmp_path: Path) -> None:
    def write_much(tx: Tx) -> None:
        case = next(one for one in tx.sql.scalars(select(Case)) if one.title == "Van Anna")
        case.situation = os.urandom(100_000).hex()

    transact(url, write_much)
    file = tmp_path / "copy.gz"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_FOR_SQLITE, hard))
    try:
        refused = intervisie("backup", file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert refused.exit_code == 1
    assert "the disk is full" in refused.output
    assert [one.name for one in tmp_path.glob("copy*")] == []
    # And once there is room it goes.
    assert intervisie("backup", file).exit_code == 0


def test_a_copy_takes_the_place_of_no_other_file(url: str, tmp_path: Path) -> None:
    file = backed_up(tmp_path)
    content = file.read_bytes()
    assert "exists already" in intervisie("backup", file).output
    assert file.read_bytes() == content


def test_beside_a_running_bot_nothing_is_put_back(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = ProcessLock(environment["DATABASE_URL"])
    file = backed_up(tmp_path)
    refused = intervisie("restore", file, "--yes")
    lock.release()
    assert refused.exit_code == 1
    assert "still runs" in refused.output
    assert intervisie("restore", file, "--yes").exit_code == 0
