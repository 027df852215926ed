"""A statement is made once, and each call gives it values of its own."""

import asyncio
import gc
import threading
import weakref
from typing import Any

import pytest
from sqlalchemy import Select, Update, event, func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.jobs import queue
from bot.jobs.records import JobRow
from bot.storage import Store, Tx, Workspace, statement
from bot.storage.records import ProbeRow
from tests.conftest import OURS, THEIRS, open_for_us

made: list[str] = []


@statement
def _subjects(workspace: Workspace, kinds: list[str], subject: str) -> Select[str]:
    made.append("subjects")
    wanted = select(JobRow.subject).where(JobRow.of(workspace), JobRow.kind.in_(kinds))
    return wanted.where(JobRow.subject >= subject).order_by(JobRow.subject)


@statement
def _first(workspace: Workspace, *, backwards: bool = False, dialect: str = "") -> Select[str]:
    made.append(f"first {backwards} {dialect}")
    order = JobRow.subject.desc() if backwards else JobRow.subject
    return select(JobRow.subject).where(JobRow.of(workspace)).order_by(order).limit(1)


@statement
def _retry(kind: str, tries: int) -> Update:
    """Its arguments have the names of columns."""
    return update(JobRow).where(JobRow.kind == kind).values(attempts=tries)


def fill(tx: Tx) -> None:
    for workspace, kind, subject in (
        (OURS, "one", "a"),
        (OURS, "two", "b"),
        (OURS, "three", "c"),
        (THEIRS, "one", "d"),
    ):
        queue.schedule(tx.of(workspace), kind, subject, tx.now)


async def test_each_call_is_given_its_own_values(store: Store) -> None:
    def look(tx: Tx) -> list[list[str]]:
        calls = (
            _subjects(OURS, ["one", "two"], "a"),
            _subjects(OURS, ["two", "three", "one"], subject="b"),
            _subjects(workspace=THEIRS, kinds=["one"], subject="a"),
            _subjects(OURS, [], "a"),
        )
        # All of them are there before the first is carried out.
        return [list(tx.scalars(call)) for call in calls]

    await store.transact(fill)
    made.clear()
    assert await store.read(look) == [["a", "b"], ["b", "c"], ["d"], []]
    assert await store.read(look) == [["a", "b"], ["b", "c"], ["d"], []]
    assert made in (["subjects"], [])


async def test_each_shape_is_a_statement_of_its_own(store: Store) -> None:
    def look(tx: Tx, *, backwards: bool) -> str | None:
        return tx.scalar(_first(OURS, backwards=backwards, dialect=tx.dialect))

    await store.transact(fill)
    made.clear()
    for _ in range(2):
        assert await store.read(look, backwards=False) == "a"
        assert await store.read(look, backwards=True) == "c"
    name = store.engine.dialect.name
    assert made == [f"first False {name}", f"first True {name}"]


async def test_a_change_may_name_its_values_after_the_columns(store: Store) -> None:
    def retry(tx: Tx) -> None:
        tx.change(_retry("one", 3))
        tx.change(_retry("two", tries=4))

    def tries(tx: Tx) -> list[int]:
        return list(tx.sql.scalars(select(JobRow.attempts).order_by(JobRow.subject)))

    await store.transact(fill)
    await store.transact(retry)
    assert await store.read(tries) == [3, 4, 0, 3]


async def test_a_record_is_looked_up_once_in_a_transaction_also_when_nobody_holds_it(store: Store) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, words: str, *_: Any) -> None:
        asked.append(words)

    def write(tx: Tx) -> None:
        tx.sql.add(ProbeRow(id="kept", text="x"))

    def look(tx: Tx) -> tuple[str, int]:
        for _ in range(3):
            found = tx.get(ProbeRow, "kept")
            assert found is not None
            words = found.text
            del found
            gc.collect()
        return words, len(asked)

    def take_away(tx: Tx) -> None:
        assert tx.get(ProbeRow, "never") is None
        tx.sql.delete(tx.get(ProbeRow, "kept"))
        tx.sql.flush()
        assert tx.get(ProbeRow, "kept") is None
        tx.sql.add(ProbeRow(id="kept", text="y"))
        tx.sql.flush()
        again = tx.get(ProbeRow, "kept")
        assert again is not None
        assert again.text == "y"

    await store.transact(write)
    event.listen(store.engine, "before_cursor_execute", note)
    assert await store.read(look) == ("x", 1)
    event.remove(store.engine, "before_cursor_execute", note)
    await store.transact(take_away)


async def test_a_statement_with_its_lock_is_made_once_and_kept_for_no_longer_than_itself(
    store: Store,
) -> None:
    def look(tx: Tx) -> None:
        wanted = _subjects(OURS, ["one"], "a")
        assert tx.locked(wanted)[0] is tx.locked(wanted)[0]
        assert list(tx.scalars(tx.locked(wanted))) == ["a"]
        thrown_away = select(func.count(JobRow.id))
        locked = weakref.ref(tx.locked(thrown_away))
        del thrown_away
        gc.collect()
        assert locked() is None

    await store.transact(fill)
    await store.transact(look)


@statement
def _attempts(kind: str) -> Select[str, int]:
    return select(JobRow.kind, JobRow.attempts).where(JobRow.kind == kind)


@statement
def _kinds(subject: str) -> Select[str]:
    return select(JobRow.kind).where(JobRow.subject == subject)


async def test_columns_are_read_as_they_will_be_and_under_the_names_of_the_record(store: Store) -> None:
    """`attempts` has another name in the table."""

    def look(tx: Tx) -> tuple[int, str | None]:
        row = tx.sql.scalars(select(JobRow).where(JobRow.subject == "a")).one()
        row.kind, row.attempts = "later", 5
        # Neither has been flushed: one read goes through the session, the other to the connection.
        return tx.rows(_attempts("later")).one().attempts, tx.scalar(_kinds("a"))

    await store.transact(fill)
    assert await store.transact(look) == (5, "later")


async def test_those_who_share_a_lock_do_not_wait_for_each_other(database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has one writer at a time")
    store = open_for_us(database_url)
    meet = threading.Barrier(2, timeout=60)

    def both(tx: Tx) -> None:
        tx.scalar(tx.locked(_kinds("a"), shared=True))
        meet.wait()

    def alone(tx: Tx) -> None:
        tx.sql.execute(text("SET LOCAL lock_timeout = 1"))
        tx.scalar(tx.locked(_kinds("a")))

    def share(tx: Tx) -> None:
        tx.scalar(tx.locked(_kinds("a"), shared=True))
        with pytest.raises(OperationalError), Session(store.engine) as other:
            alone(Tx(other, tx.now))

    await store.transact(fill)
    await asyncio.gather(store.transact(both), store.transact(both))
    await store.transact(share)
    store.close()
