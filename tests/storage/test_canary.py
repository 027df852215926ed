"""A start with a key that is wrong, or without one that is needed, is noticed before anything happens.

The database is one that an older version has used; test_rekeying.py has those with bound ciphertexts.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, func, select

from bot.storage import Keyring, canary
from bot.storage.records import Canary
from tests.stored import DAMAGED, as_before, new_key, put, words

OLD, NEW, OTHER = new_key(), new_key(), new_key()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine(database_url)
    as_before(made)
    yield made
    made.dispose()


def opens(engine: Engine, *keys: str) -> bool:
    return canary.check_canaries(engine, Keyring(keys))


def canaries(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Canary)) or 0


def test_the_same_key_opens_it_again_and_another_one_does_not(engine: Engine) -> None:
    assert opens(engine, OLD)
    put(engine, words(OLD))
    assert opens(engine, OLD)
    assert canaries(engine) == 1
    assert not opens(engine, OTHER)
    assert canaries(engine) == 1


def test_a_new_key_in_front_leaves_a_value_of_its_own_and_each_of_both_is_needed(engine: Engine) -> None:
    assert opens(engine, OLD)
    put(engine, words(OLD))
    assert opens(engine, NEW, OLD)
    put(engine, words(NEW))
    assert canaries(engine) == 2
    assert not opens(engine, NEW)
    assert not opens(engine, OLD)
    assert opens(engine, OLD, NEW)
    assert canaries(engine) == 2


def test_one_damaged_row_keeps_nobody_from_starting(engine: Engine) -> None:
    assert opens(engine, OLD)
    put(engine, words(OLD), DAMAGED, words(OTHER))
    assert opens(engine, OLD)


def test_a_key_that_nothing_needs_any_more_may_go(engine: Engine) -> None:
    assert opens(engine, OLD)
    put(engine, words(NEW))
    assert opens(engine, NEW)
    assert canaries(engine) == 1
    assert opens(engine, NEW)


def test_of_a_database_without_such_a_value_everything_is_tried_first(engine: Engine) -> None:
    put(engine, words(OLD), words(OLD))
    assert not opens(engine, NEW)
    assert canaries(engine) == 0
    assert opens(engine, NEW, OLD)
    assert canaries(engine) == 1


def test_there_a_key_that_went_too_early_is_missed_too(engine: Engine) -> None:
    put(engine, *(words(NEW) for _ in range(20)), words(OLD), words(OLD))
    assert not opens(engine, NEW)
    assert canaries(engine) == 0


def test_there_one_damaged_row_is_no_wrong_key(engine: Engine) -> None:
    put(engine, words(OLD), words(OLD), DAMAGED)
    assert opens(engine, OLD)
    assert canaries(engine) == 1
