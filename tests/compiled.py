"""Compiled statements, shared by all engines in a process of the tests.

SQLAlchemy keeps compiled statements with an engine, and each bot that a test starts has an engine of its own. To
compile them anew took about a third of the time of such a test. A bot that runs for days compiles each of them once.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Mapper
from sqlalchemy.util import LRUCache

MAX_STATEMENTS = 4000


class SharedStatements(LRUCache[Any, Any]):
    """A cache of compiled statements for every engine of one kind of database, with any driver set up alike."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_of_any_engine(key), value)


def _of_any_engine(key: Any) -> Any:
    """A key begins with the dialect, which each engine has for itself."""
    dialect, *statement = key
    return (dialect.name, dialect.driver, *statement)


def share_compiled_statements() -> None:
    shared = SharedStatements(MAX_STATEMENTS)

    @event.listens_for(Engine, "engine_connect")
    def use(connection: Connection) -> None:
        connection.execution_options(compiled_cache=shared)

    # The ORM keeps its INSERT, UPDATE and DELETE with each mapper instead, a hundred for all engines together.
    Mapper._compiled_cache = shared  # type: ignore[assignment,method-assign]  # each mapper makes its own otherwise
