"""`intervisie rekey` as a process of its own, beside a running bot: killed twice, with a third key, beside an older version."""

import asyncio
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import unused_port
from click.testing import CliRunner
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from bot.cases.records import Case
from bot.cli import main
from bot.storage import CipherState, Keyring, Tx, canary, rekeying, use_keyring
from bot.storage.encryption import keyring
from bot.storage.notifications import LOCK_NAMESPACE
from bot.storage.process_lock import ProcessLock
from tests.cli.test_roles import shared
from tests.cli.test_run import bot, last_words, until
from tests.conftest import OURS, make_group
from tests.factories import make_case
from tests.stored import as_before, new_key

__all__ = ["shared"]

CASES = 450
# Two processes of Python begin meanwhile, on a machine that may have other things to do.
PATIENCE = 240
HTTP = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "abc", "SLACK_API_URL": "http://127.0.0.1:1/api/"}


@pytest.fixture(params=["sqlite", "postgresql"])
def installed(request: pytest.FixtureRequest, environment: dict[str, str]) -> dict[str, str]:
    """Settings for HTTP, with a database of each kind."""
    found = environment if request.param == "sqlite" else request.getfixturevalue("shared")
    return {**found, **HTTP}


@pytest.fixture
def engine(installed: dict[str, str]) -> Iterator[Engine]:
    """The database as an older version left it, with texts of the one key."""
    made = create_engine(installed["DATABASE_URL"])
    as_before(made)
    before = keyring()
    use_keyring(Keyring([installed["INTERVISIE_SECRET_KEYS"]], CipherState.UNBOUND))
    with Session(made) as sql, sql.begin():
        tx = Tx(sql, datetime(2027, 1, 14, 9, tzinfo=UTC)).of(OURS)
        group = make_group(tx, "U0ANNA")
        for number in range(CASES):
            make_case(tx, group, "U0ANNA", title=f"Casus {number:03}")
    yield made
    use_keyring(before)
    made.dispose()


async def rekey(installed: dict[str, str], *keys: str) -> asyncio.subprocess.Process:
    settings = {**os.environ, **installed, "INTERVISIE_SECRET_KEYS": ",".join(keys)}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "rekey",
        env={name: value for name, value in settings.items() if value},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


def left(engine: Engine, *keys: str) -> int:
    with engine.connect() as connection:
        return rekeying.outdated_values(connection, Keyring(keys, CipherState.MIXED))


def ciphertexts(engine: Engine) -> set[str]:
    """Titles as they are stored: to compare them is quick, to decrypt all of them is not."""
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT title FROM cases")))


async def until_some_are_written(
    engine: Engine, process: asyncio.subprocess.Process, before: set[str]
) -> None:
    async with asyncio.timeout(PATIENCE):
        while ciphertexts(engine) == before:  # what happens in another process sets no event here
            assert process.returncode is None
            await asyncio.sleep(0.01)


@pytest.mark.long
async def test_killed_twice_and_with_a_third_key_it_ends_with_every_text_of_that_key_alone(
    installed: dict[str, str], engine: Engine
) -> None:
    old, new, third = installed["INTERVISIE_SECRET_KEYS"], new_key(), new_key()
    # Every process reads the new keys before one of them is the first.
    keys_of_all = ",".join([old, new, third])
    async with bot(installed, INTERVISIE_SECRET_KEYS=keys_of_all, PORT=str(unused_port())) as running:
        await until(running, "started")
        for keys in ([new, old], [new, old]):
            before, written = left(engine, *keys), ciphertexts(engine)
            process = await rekey(installed, *keys)
            await until_some_are_written(engine, process, written)
            process.kill()
            await process.communicate()
            assert 0 < left(engine, *keys) < before
        process = await rekey(installed, third, new, old)
        told, _ = await process.communicate()
        assert process.returncode == 0, told.decode()
        assert "take them out of INTERVISIE_SECRET_KEYS" in told.decode()
        assert running.returncode is None
        running.terminate()
        await last_words(running)
    assert left(engine, third) == 0
    # Nothing is needed but the third key, and a start says so.
    async with bot(installed, INTERVISIE_SECRET_KEYS=third, PORT=str(unused_port())) as running:
        await until(running, "started")
    use_keyring(Keyring([third], CipherState.BOUND))
    with engine.connect() as connection:
        assert sorted(connection.scalars(select(Case.title))) == [f"Casus {n:03}" for n in range(CASES)]
        assert canary.lost_canaries(connection, Keyring([third], CipherState.BOUND)) == 0


def test_beside_an_older_version_it_refuses_with_a_sentence(
    installed: dict[str, str], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in installed.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(rekeying, "SECOND_LOOK_SECONDS", 0)
    lock = ProcessLock(installed["DATABASE_URL"])
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_lock({LOCK_NAMESPACE}, 77)"))
        refused = CliRunner().invoke(main, ["rekey"])
        connection.invalidate()
    lock.release()
    assert refused.exit_code == 1
    assert "A process of an older version still runs" in refused.output
    with engine.connect() as connection:
        assert canary.cipher_state(connection) is CipherState.UNBOUND


def test_a_key_that_is_missing_is_told_before_anything_is_written(
    installed: dict[str, str], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**installed, "INTERVISIE_SECRET_KEYS": new_key()}.items():
        monkeypatch.setenv(name, value)
    refused = CliRunner().invoke(main, ["rekey"])
    assert refused.exit_code == 1
    assert "Nothing was changed" in refused.output
    with engine.connect() as connection:
        assert canary.cipher_state(connection) is CipherState.UNBOUND
