"""Pruning: old rows go some at a time, so that on SQLite, which has one writer, no click waits for all of them."""

from sqlalchemy import ColumnElement, delete, inspect, select

from bot.storage.base import Base
from bot.storage.tx import Tx

# So many rows are deleted, and so many looked at, in one transaction.
BATCH = 500
PAGE = 2000


def delete_some(tx: Tx, kind: type[Base], *conditions: ColumnElement[bool]) -> bool:
    """Delete some of the rows that meet all conditions; return whether there may be more of them."""
    (key,) = inspect(kind).primary_key
    some = select(key).where(*conditions).limit(BATCH)
    gone = tx.change((delete(kind).where(key.in_(some)), {}))
    return int(getattr(gone, "rowcount", 0)) == BATCH
