"""One event has one effect, however often Slack brings it and whichever process gets it.

That it was dealt with is written in the transaction of the effect: a crash before the commit leaves neither. What
has no effect writes nothing, here neither.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Select, delete, event, select
from sqlalchemy.orm import ORMExecuteState, Session

from bot.slack.records import ProcessedEvent
from bot.storage import Tx, Workspace, belonging_to, statement

# Slack brings an event again at once, after 1 and after 5 minutes, and with delayed events switched on every hour for
# 24 hours. Page: The Events API. Twice that: the rows are small, and a clock that is set does no harm.
RETENTION = timedelta(hours=48)

P = ParamSpec("P")
R = TypeVar("R")


class AlreadyProcessed(Exception):
    """This handler has dealt with this event before; nothing was done."""


def once(
    tx: Tx,
    workspace: Workspace,
    event_id: str,
    handled_by: tuple[str, ...],
    fn: Callable[Concatenate[Tx, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Deduplication: runs `fn(tx, …)` unless this handler has handled this event. Raises AlreadySeen.

    `handled_by` are the handler's names: today's, and those by which a version that may still run knows it.
    Of two processes that get it in the same instant one meets the other's row at the end, is undone, and finds it at
    the beginning of its second try.
    """
    if tx.scalars(_known(workspace, event_id, handled_by)).first() is not None:
        raise AlreadyProcessed
    writes = _Writes(tx.sql)
    result = fn(tx, *args, **kwargs)
    tx.sql.flush()
    if writes.any:
        for name in handled_by:
            tx.sql.add(
                ProcessedEvent(event_id=event_id, handler=name, seen_at=tx.now, **belonging_to(workspace))
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


def purge_old_events(tx: Tx) -> None:
    """Lets go of events that Slack does not bring again."""
    tx.sql.execute(delete(ProcessedEvent).where(ProcessedEvent.seen_at < tx.now - RETENTION))


class _Writes:
    """Whether a session writes anything from now on."""

    def __init__(self, sql: Session) -> None:
        self.any = False
        event.listen(sql, "after_flush", self._flushed)
        event.listen(sql, "do_orm_execute", self._executed)

    def _flushed(self, *_: Any) -> None:
        self.any = True

    def _executed(self, state: ORMExecuteState) -> None:
        self.any = self.any or state.is_insert or state.is_update or state.is_delete
