"""Worlds that are copied: a copy holds what the world held that was made."""

import pytest
from sqlalchemy import delete

from bot.storage import Base, Tx
from tests.remembered import remember_nothing, remembered, rows_of
from tests.rounds.people import turns_at


def in_the_advice(tx: Tx) -> str:
    """Made step by step, and of no copy itself."""
    remember_nothing(True)
    session = turns_at(tx)
    remember_nothing(False)
    return session.id


def never(tx: Tx) -> str:
    pytest.fail("a world of before was made again")


def test_a_copy_holds_every_row_of_the_world_that_was_made(tx: Tx) -> None:
    made = remembered(tx, in_the_advice, test_a_copy_holds_every_row_of_the_world_that_was_made)
    rows, topics = rows_of(tx.sql), set(tx.topics)
    assert {"sessions", "outbox", "due", "cases"} <= rows.keys()
    for table in reversed(Base.metadata.sorted_tables):
        tx.sql.execute(delete(table))
    tx.sql.expunge_all()
    tx._cache.clear()
    tx.topics.clear()
    assert remembered(tx, never, test_a_copy_holds_every_row_of_the_world_that_was_made) == made
    assert rows_of(tx.sql) == rows
    assert tx.topics == topics
