"""Every stored text is written anew under the first key, bound to its place, while the bot goes on."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, Text, func, select, text, type_coerce, update

from bot.app import ROOMS
from bot.cases.records import Case
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.storage import Base, CipherState, Keyring, Store, Tx, canary, rekeying, use_keyring
from bot.storage.encryption import keyring
from bot.storage.notifications import LOCK_NAMESPACE
from bot.storage.process_lock import ProcessLock
from bot.storage.rekeying import OlderProcess, rekey
from tests.conftest import make_group, open_for_us
from tests.factories import ANNA, BRAM, make_case
from tests.stored import DAMAGED, as_before, new_key

assert ROOMS
OLD, NEW, THIRD = new_key(), new_key(), new_key()
CASES = Base.metadata.tables["cases"]


@pytest.fixture(autouse=True)
def own_keyring() -> Iterator[None]:
    before = keyring()
    yield
    use_keyring(before)


@pytest.fixture
def of_before(database_url: str) -> Iterator[Store]:
    """A database that an older version has filled with texts of the old key."""
    store = open_for_us(database_url, lambda: datetime(2027, 1, 14, 9, tzinfo=UTC))
    as_before(writing(store.engine))
    use_keyring(Keyring([OLD], CipherState.UNBOUND))
    yield store
    store.close()


def writing(engine: Engine) -> Engine:
    return engine.execution_options(writes=True)


@contextlib.contextmanager
def older_version(engine: Engine) -> Iterator[None]:
    """A process as an older version has it: it holds one lock, and knows of no other."""
    if engine.dialect.name == "sqlite":
        lock = ProcessLock(engine.url.render_as_string(hide_password=False))
        yield
        lock.release()
        return
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock({LOCK_NAMESPACE}, 77)"))
        yield
        connection.execute(text(f"SELECT pg_advisory_unlock({LOCK_NAMESPACE}, 77)"))


def fill(tx: Tx, cases: int = 7) -> None:
    group = make_group(tx, ANNA, BRAM)
    for number in range(cases):
        make_case(tx, group, title=f"Casus {number}")
    outbox.post(tx, "C0OOST", Message("Wachtend"), key="a")


def titles(tx: Tx) -> list[str]:
    return sorted(tx.sql.scalars(select(Case.title)))


def ciphertexts(tx: Tx) -> list[str]:
    found: list[str] = []
    for table in canary.encrypted_tables():
        for column in canary.encrypted_columns(table):
            found += [one for one in tx.sql.scalars(select(type_coerce(column, Text))) if one]
    return found


def left(engine: Engine, *keys: str) -> int:
    with engine.connect() as connection:
        return rekeying.outdated_values(connection, Keyring(keys, CipherState.MIXED))


def state(engine: Engine) -> CipherState:
    with engine.connect() as connection:
        return canary.cipher_state(connection)


async def test_a_database_of_before_goes_on_as_before_until_it_is_asked(of_before: Store) -> None:
    await of_before.transact(fill)
    assert all(one.startswith("gAAAA") for one in await of_before.read(ciphertexts))
    assert await of_before.read(titles) == [f"Casus {number}" for number in range(7)]


async def test_everything_is_written_anew_and_then_the_old_key_may_go(of_before: Store) -> None:
    await of_before.transact(fill)
    engine = of_before.engine
    before = left(engine, NEW, OLD)
    told: list[int] = []
    done = rekey(engine, Keyring([NEW, OLD]), told.append, batch=3)
    assert (done.written, done.unreadable, done.left) == (before, 0, 0)
    assert told == sorted(told)
    assert state(engine) is CipherState.BOUND
    assert left(engine, NEW) == 0
    # The old key is gone, from the list and from the value that a start tries.
    use_keyring(Keyring([NEW], CipherState.BOUND))
    assert await of_before.read(titles) == [f"Casus {number}" for number in range(7)]
    with engine.connect() as connection:
        assert canary.lost_canaries(connection, Keyring([NEW], CipherState.BOUND)) == 0
        assert canary.lost_canaries(connection, Keyring([OLD], CipherState.BOUND)) == 1
    again = rekey(engine, Keyring([NEW]))
    assert (again.written, again.left) == (0, 0)


async def test_killed_after_each_batch_it_goes_on_also_with_a_third_key(of_before: Store) -> None:
    await of_before.transact(fill)
    engine = of_before.engine
    before = left(engine, OLD)

    class Killed(Exception):
        """Nothing of this process goes on."""

    def kill(written: int) -> None:
        if written:
            raise Killed

    rests = [before]
    for keys in ([NEW, OLD], [NEW, OLD], [THIRD, NEW, OLD], [THIRD, NEW, OLD]):
        with pytest.raises(Killed):
            rekey(engine, Keyring(keys), kill, batch=2)
        use_keyring(Keyring(keys, state(engine)))
        # In between everything is read, and what is written is of the first key.
        assert await of_before.read(titles) == [f"Casus {number}" for number in range(7)]
        rests.append(left(engine, *keys))
    # The third key makes outdated again what had been done.
    assert rests[0] > rests[1] > rests[2]
    assert rests[3] > rests[4]
    assert state(engine) is CipherState.MIXED
    done = rekey(engine, Keyring([THIRD, NEW, OLD]), batch=2)
    assert done.left == 0
    use_keyring(Keyring([THIRD], CipherState.BOUND))
    assert await of_before.read(titles) == [f"Casus {number}" for number in range(7)]


async def test_a_process_that_runs_meanwhile_hears_of_it_before_it_writes(of_before: Store) -> None:
    await of_before.transact(fill)
    engine = of_before.engine
    seen: list[CipherState] = []

    def begun(_written: int) -> None:
        seen.append(state(engine))

    rekey(engine, Keyring([OLD]), begun, batch=2)
    assert seen[0] is CipherState.MIXED
    # The process still believes that everything is as before.
    assert keyring().state is CipherState.UNBOUND

    def write_and_empty(tx: Tx) -> None:
        make_case(tx, make_group(tx, ANNA, channel="C0WEST"), title="Nieuw")
        tx.change((update(CASES).values(theme=""), {}))

    await of_before.transact(write_and_empty)
    assert all(one.startswith("2.") for one in await of_before.read(ciphertexts))
    use_keyring(Keyring([OLD], CipherState.BOUND))
    assert "Nieuw" in await of_before.read(titles)


async def test_what_the_bot_changes_meanwhile_is_kept(of_before: Store) -> None:
    await of_before.transact(fill)
    keys = [NEW, OLD]
    use_keyring(Keyring(keys, CipherState.UNBOUND))
    changed: list[str] = []

    def change(_written: int) -> None:
        number = len(changed)
        if number < 7:
            with writing(of_before.engine).begin() as connection:
                row = connection.execute(
                    select(CASES.c.id, CASES.c.team_id).order_by(CASES.c.id).offset(number)
                ).first()
                assert row is not None
                ring = Keyring(keys, CipherState.MIXED)
                title = ring.encrypt(f"Anders {number}", f"cases.title {row.team_id} {row.id}")
                connection.execute(
                    update(CASES).where(CASES.c.id == row.id).values(title=type_coerce(title, Text))
                )
            changed.append(row.id)

    rekey(of_before.engine, Keyring(keys), change, batch=1)
    use_keyring(Keyring([NEW], CipherState.BOUND))
    assert await of_before.read(titles) == [f"Anders {number}" for number in range(7)]


async def test_what_no_key_reads_is_left_and_counted(of_before: Store) -> None:
    await of_before.transact(fill)
    with writing(of_before.engine).begin() as connection:
        first = select(func.min(CASES.c.id)).scalar_subquery()
        damaged = update(CASES).where(CASES.c.id == first).values(title=type_coerce(DAMAGED, Text))
        connection.execute(damaged)
    done = rekey(of_before.engine, Keyring([NEW, OLD]), batch=2)
    assert (done.unreadable, done.left) == (1, 0)
    assert state(of_before.engine) is CipherState.BOUND


async def test_beside_an_older_version_it_refuses_and_changes_nothing(
    of_before: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await of_before.transact(fill)
    monkeypatch.setattr(rekeying, "SECOND_LOOK_SECONDS", 0)
    with older_version(of_before.engine), pytest.raises(OlderProcess):
        rekey(of_before.engine, Keyring([NEW, OLD]))
    assert state(of_before.engine) is CipherState.UNBOUND
    assert all(one.startswith("gAAAA") for one in await of_before.read(ciphertexts))
    assert rekey(of_before.engine, Keyring([NEW, OLD])).left == 0


async def test_a_state_that_was_put_back_is_not_believed(of_before: Store) -> None:
    await of_before.transact(fill)
    engine = of_before.engine
    rekey(engine, Keyring([NEW, OLD]))
    for lost in ("", "DELETE FROM canaries"):
        with writing(engine).begin() as connection:
            connection.execute(text("UPDATE encryption SET state = 'unbound'"))
            if lost:
                connection.execute(text(lost))
        ring = Keyring([NEW])
        assert canary.check_canaries(writing(engine), ring)
        assert ring.state is state(engine) is CipherState.MIXED


def test_a_new_database_begins_with_bound_ciphertexts(database_url: str) -> None:
    store = open_for_us(database_url)
    ring = Keyring([OLD])
    assert canary.check_canaries(writing(store.engine), ring)
    assert ring.state is CipherState.BOUND
    with store.engine.connect() as connection:
        assert all(one.startswith("2.") for one in connection.scalars(text("SELECT text FROM canaries")))
    store.close()
