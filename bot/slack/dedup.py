"""Deduplication of events: a handler's effect happens once, also if Slack delivers the event again or to another process.

The ProcessedEvent row is written in the transaction of the effect, so a crash before the commit leaves neither. A handler
that writes nothing leaves no row either.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Select, event, select
from sqlalchemy.orm import ORMExecuteState

from bot.slack.records import ProcessedEvent
from bot.storage import Tx, Workspace, belonging_to, delete_some, statement

# Slack retries an event for up to 24 hours: https://docs.slack.dev/apis/events-api/
# Events are remembered for twice that time. The rows are small, and a step of the clock does no harm.
RETENTION = timedelta(hours=48)

P = ParamSpec("P")
R = TypeVar("R")


class AlreadyProcessed(Exception):
    """This handler has processed this event before; nothing was done."""


def once(
    tx: Tx,
    event_id: str,
    handled_by: tuple[str, ...],
    fn: Callable[Concatenate[Tx, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Run `fn(tx, …)` unless this handler has processed this event. Raises AlreadyProcessed.

    `handled_by` are the handler's names: the current one, and those that a running older version may use. If two processes
    get the event at the same time, one fails on the unique row, is retried, and then finds that row.
    """
    if tx.scalars(_known(tx.workspace, event_id, handled_by)).first() is not None:
        raise AlreadyProcessed
    writes = _Writes(tx)
    result = fn(tx, *args, **kwargs)
    tx.sql.flush()
    if writes.any:
        for name in handled_by:
            tx.sql.add(
                ProcessedEvent(event_id=event_id, handler=name, seen_at=tx.now, **belonging_to(tx.workspace))
            )
        tx.sql.flush()
    return result


@statement
def _known(workspace: Workspace, event_id: str, handled_by: tuple[str, ...]) -> Select[str]:
    return select(ProcessedEvent.id).where(
        ProcessedEvent.of(workspace),
        ProcessedEvent.event_id == event_id,
        ProcessedEvent.handler.in_(handled_by),
    )


def purge_old_events(tx: Tx) -> bool:
    """Purge some events that Slack does not deliver again; return whether there may be more."""
    return delete_some(tx, ProcessedEvent, ProcessedEvent.seen_at < tx.now - RETENTION)


class _Writes:
    """Observer: whether a transaction writes anything from now on."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._changes = tx.changes
        self._by_session = False
        event.listen(tx.sql, "after_flush", self._flushed)
        event.listen(tx.sql, "do_orm_execute", self._executed)

    @property
    def any(self) -> bool:
        return self._by_session or self._tx.changes > self._changes

    def _flushed(self, *_: Any) -> None:
        self._by_session = True

    def _executed(self, state: ORMExecuteState) -> None:
        self._by_session = self._by_session or state.is_insert or state.is_update or state.is_delete
