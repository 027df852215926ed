"""Pruning: old rows go some at a time, so that on SQLite, which has one writer, no click waits for all of them."""

from typing import Any

from sqlalchemy import ColumnClause, ColumnElement, any_, column, delete, func, inspect, select

from bot.storage.base import Base
from bot.storage.tx import Tx

# So many rows are deleted, and so many looked at, in one transaction.
BATCH = 500
PAGE = 2000


def _place(tx: Tx, kind: type[Base]) -> ColumnClause[Any]:
    """Where a row stands. To look the rows up again by their random ids took longer in a larger table.

    https://www.postgresql.org/docs/current/ddl-system-columns.html, https://www.sqlite.org/rowidtable.html
    """
    place: ColumnClause[Any] = column("ctid" if tx.dialect == "postgresql" else "rowid")
    place.table = inspect(kind).local_table
    return place


def delete_some(tx: Tx, kind: type[Base], *conditions: ColumnElement[bool]) -> bool:
    """Delete some of the rows that meet all conditions; return whether there may be more of them."""
    some = select(_place(tx, kind)).where(*conditions).limit(BATCH).scalar_subquery()
    is_one = (
        _place(tx, kind) == any_(func.array(some))
        if tx.dialect == "postgresql"
        else _place(tx, kind).in_(some)
    )
    gone = tx.change((delete(kind).where(is_one), {}))
    return int(getattr(gone, "rowcount", 0)) == BATCH
