"""Worlds that many tests begin with: each is made once in a process, and from then on its rows are copied.

To bring a session to its seventh phase takes some hundred statements in as many steps; to copy it takes ten.
"""

import copy
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import CompoundSelect, Insert, Select, exists, insert, literal, select, union_all
from sqlalchemy.orm import Session

from bot.calendar import service as calendar
from bot.delivery.outbox.rows import TABLE as OUTBOX
from bot.delivery.outbox.rows import next_id
from bot.storage import Base, Store, Tx, seal_values
from bot.table_page import service as table_page
from bot.texts.catalogue import default_language
from tests.clock import StillClock

R = TypeVar("R")

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class World:
    result: str
    rows: Rows
    topics: frozenset[str]


_WORLDS: dict[Hashable, World] = {}
_is_off = False


def remember_nothing(off: bool) -> None:
    """While it is off, each world is made anew: for a test that puts something else in the place of our code."""
    global _is_off
    _is_off = off


def remembered(tx: Tx, make: Callable[[Tx], str], *key: Hashable) -> str:
    """Does what `make` does, which is decided by its key alone, and returns what it returns."""
    if _is_off or filled_tables(tx.sql):
        return make(tx)
    # Links stand in what was posted, and times in everything.
    whole = (key, tx.now, tx.workspace, table_page._address, calendar._public_url, default_language())
    world = _WORLDS.get(whole)
    if world is None:
        before = set(tx.topics)
        result = make(tx)
        tx.sql.flush()
        _WORLDS[whole] = World(result, rows_of(tx.sql), frozenset(tx.topics - before))
        return result
    insert_rows(tx, world.rows)
    tx.topics.update(world.topics)
    return world.result


@dataclass
class Lived:
    result: object
    rows: Rows
    until: datetime


_LIVED: dict[Hashable, Lived] = {}


async def remembered_days(
    store: Store, clock: StillClock, live: Callable[[], Awaitable[R]], *key: Hashable
) -> R:
    """As `remembered`, for what takes days and many transactions: the clock stands at its end afterwards."""
    if _is_off or await store.read(lambda tx: bool(filled_tables(tx.sql))):
        return await live()
    whole = (key, clock.now(), default_language())
    lived = _LIVED.get(whole)
    if lived is None:
        result = await live()
        rows = await store.read(lambda tx: rows_of(tx.sql))
        _LIVED[whole] = Lived(result, rows, clock.now())
        return result
    clock.move_to(lived.until)
    await store.transact(insert_rows, lived.rows)
    return cast(R, copy.deepcopy(lived.result))


def filled_tables(sql: Session) -> set[str]:
    """The names of the tables that hold a row of any workspace."""
    return set(sql.scalars(_filled()))


def rows_of(sql: Session) -> Rows:
    """Every row of every table. Those of the outbox are without their ids: the database numbers them, in this order."""
    filled = filled_tables(sql)
    rows = {
        table: [dict(row) for row in sql.execute(wanted).mappings()]
        for table, wanted in _tables()
        if table in filled
    }
    for row in rows.get(OUTBOX.name, []):
        del row["id"]
    return rows


def insert_rows(tx: Tx, rows: Rows) -> None:
    for name, found in rows.items():
        table = Base.metadata.tables[name]
        if table is OUTBOX:
            for row in found:
                tx.sql.execute(_insert(name), seal_values(tx.sql, table, {**row, "id": next_id(tx)}))
        else:
            tx.sql.execute(_insert(name), [seal_values(tx.sql, table, row) for row in found])


@cache
def _filled() -> CompoundSelect[Any]:
    tables = Base.metadata.sorted_tables
    return union_all(*(select(literal(one.name)).where(exists(select(1).select_from(one))) for one in tables))


@cache
def _tables() -> list[tuple[str, Select[Any]]]:
    return [(table.name, select(table).order_by(*table.primary_key)) for table in Base.metadata.sorted_tables]


@cache
def _insert(table: str) -> Insert:
    return insert(Base.metadata.tables[table])
