"""Transaction: what a use case gets, with a database session, one fixed time `now`, and its workspace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, TypeVarTuple, overload
from weakref import WeakKeyDictionary

from sqlalchemy import CursorResult, Result, Row, ScalarResult, Select, event, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, ORMExecuteState, Session
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import TypedReturnsRows

from bot.storage.base import Workspace
from bot.storage.sealing import follow_state
from bot.storage.statements import Values, statement

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")
Columns = TypeVarTuple("Columns")
AnyColumns: TypeAlias = tuple[Any, ...]
# Locked variants of prebuilt statements: adding a lock builds a new statement.
_LOCKED: WeakKeyDictionary[Select[*AnyColumns], Select[*AnyColumns]] = WeakKeyDictionary()
_SHARED: WeakKeyDictionary[Select[*AnyColumns], Select[*AnyColumns]] = WeakKeyDictionary()
_NEEDS_SESSION: WeakKeyDictionary[TypedReturnsRows[*AnyColumns], bool] = WeakKeyDictionary()
_READS = "tx.reads"
_CHANGES = "tx.changes"


@statement
def _by_id(id: str, *, kind: type[Any]) -> Select[*AnyColumns]:
    (key,) = inspect(kind).primary_key
    return select(kind).where(key == id)


@dataclass(slots=True)
class Tx:
    """One transaction. `now` is the same in all of it; use cases read no other clock.

    `scalars`, `scalar`, `recall`, `rows` and `change` take the result of a `@statement` function.
    """

    sql: Session
    now: datetime
    topics: set[str] = field(default_factory=set)
    # What follows from this transaction, also where the work for it waits already and nobody need be woken.
    follows: set[str] = field(default_factory=set)
    # The database refuses writes in this transaction (Store.read).
    read_only: bool = False
    # The session's identity map holds records weakly, so `get` keeps its own references.
    _cache: dict[tuple[type[Any], str], Any] = field(default_factory=dict)
    _workspace: Workspace | None = None

    @property
    def workspace(self) -> Workspace:
        """The workspace of this transaction. Raises RuntimeError in one that works for all workspaces."""
        if self._workspace is None:
            raise RuntimeError("this transaction belongs to no workspace: take tx.of(workspace)")
        return self._workspace

    def of(self, workspace: Workspace) -> "Tx":
        """The same transaction, bound to a workspace."""
        return replace(self, _workspace=workspace)

    @property
    def dialect(self) -> str:
        """The database's kind: "sqlite" or "postgresql"."""
        return self.sql.get_bind().dialect.name

    @property
    def changes(self) -> int:
        """How many statements `change` has executed. The session's events don't see them."""
        count: int = self.sql.info.get(_CHANGES, 0)
        return count

    def wake(self, topic: str) -> None:
        """Tell the listeners of a topic ("due", "outbox") after the commit that there is work."""
        self.topics.add(topic)
        self.follows.add(topic)

    def expect(self, topic: str) -> None:
        """Note that work of a topic follows which waits already: whoever acts will see it, and no listener is told."""
        self.follows.add(topic)

    def get(self, kind: type[T], id: str) -> T | None:
        """The record with this id; read once per transaction."""
        known = self._cache.get((kind, id)) or self.sql.identity_map.get(identity_key(kind, id))
        if known is not None and known in self.sql:
            found: T | None = known
        else:
            found = self.scalars(_by_id(id, kind=kind)).one_or_none()
        if found is not None:
            self._cache[kind, id] = found
        return found

    def scalars(self, given: tuple[TypedReturnsRows[T, *AnyColumns], Values]) -> ScalarResult[T]:
        """The records, or the first column of each row."""
        return self.rows(given).scalars()

    def scalar(self, given: tuple[TypedReturnsRows[T, *AnyColumns], Values]) -> T | None:
        """The first column of the first row; None when there is none."""
        return self.rows(given).scalar()

    def recall(self, given: tuple[TypedReturnsRows[T, *AnyColumns], Values]) -> Sequence[T]:
        """The same as `scalars`, read once per transaction until it writes or locks something.

        For what many rooms ask within one use case, as the groups of a person. The values must be hashable.
        """
        return [row[0] for row in self.recall_rows(given)]

    def recall_rows(self, given: tuple[TypedReturnsRows[*Columns], Values]) -> Sequence[Row[*Columns]]:
        """The same as `rows`, read as `recall` does."""
        reads: dict[Any, Sequence[Row[*Columns]]] | None = self.sql.info.get(_READS)
        if reads is None:
            reads = self.sql.info[_READS] = {}
            event.listen(self.sql, "after_flush", lambda *_: _forget_reads(self.sql))
            event.listen(self.sql, "do_orm_execute", _forget_reads_of_a_write)
        if self.sql.new or self.sql.dirty or self.sql.deleted:
            # The next query flushes these.
            reads.clear()
        key = given[0], tuple(given[1].values())
        if key not in reads:
            reads[key] = self.rows(given).all()
        return reads[key]

    def rows(self, given: tuple[TypedReturnsRows[*Columns], Values]) -> Result[*Columns]:
        if _needs_session(given[0]):
            return self.sql.execute(given[0], given[1])
        # On the connection: for columns alone the session's own way took twice as long.
        self.sql.flush()
        return self.sql.connection().execute(given[0], given[1])

    def change(self, given: tuple[UpdateBase, Values | list[Values]]) -> CursorResult[*AnyColumns]:
        """Execute an INSERT, UPDATE or DELETE. Records that the session holds are not refreshed."""
        # Pending changes of the session go to the database first.
        self.sql.flush()
        follow_state(self.sql)
        _forget_reads(self.sql)
        self.sql.info[_CHANGES] = self.changes + 1
        # On the connection: the session's own way took twice as long, to refresh records that it holds.
        return self.sql.connection().execute(given[0], given[1])

    @overload
    def locked(self, wanted: Select[*Columns], *, shared: bool = False) -> Select[*Columns]: ...

    @overload
    def locked(
        self, wanted: tuple[Select[*Columns], Values], *, shared: bool = False
    ) -> tuple[Select[*Columns], Values]: ...

    def locked(
        self, wanted: Select[*Columns] | tuple[Select[*Columns], Values], *, shared: bool = False
    ) -> Select[*Columns] | tuple[Select[*Columns], Values]:
        """Add FOR UPDATE: wait for other locks, then read the rows again. In a read-only transaction it changes nothing.

        `shared` adds FOR SHARE: transactions that share the lock do not wait for each other.
        """
        if isinstance(wanted, tuple):
            return self.locked(wanted[0], shared=shared), wanted[1]
        if self.read_only:
            return wanted
        # What was read before the lock may have changed while waiting for it.
        _forget_reads(self.sql)
        known = _SHARED if shared else _LOCKED
        found = known.get(wanted)
        if found is None:
            found = wanted.with_for_update(read=shared).execution_options(populate_existing=True)
            known[wanted] = found
        return found


def _needs_session(wanted: TypedReturnsRows[*AnyColumns]) -> bool:
    """Whether a statement returns records, or columns that are called otherwise in the table."""
    known = _NEEDS_SESSION.get(wanted)
    if known is None:
        returned = getattr(wanted, "column_descriptions", ())
        known = _NEEDS_SESSION[wanted] = any(
            one["expr"] is one.get("entity") or _is_renamed(one["expr"], one["name"]) for one in returned
        )
    return known


def _is_renamed(column: object, name: str) -> bool:
    return isinstance(column, InstrumentedAttribute) and column.expression.name != name


def _forget_reads(sql: Session) -> None:
    sql.info.get(_READS, {}).clear()


def _forget_reads_of_a_write(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _forget_reads(state.session)


def in_workspace(
    workspace: Workspace, fn: Callable[Concatenate[Tx, P], R]
) -> Callable[Concatenate[Tx, P], R]:
    """Bind a use case's transaction to a workspace."""

    def bound(tx: Tx, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return fn(tx.of(workspace), *args, **kwargs)

    return bound
