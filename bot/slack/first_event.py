"""First event over HTTP: without a verified request URL Slack sends commands and clicks, but no events, and says nothing.

https://docs.slack.dev/reference/events/url_verification
"""

from typing import Any

import structlog
from sqlalchemy import Select, select

from bot.jobs.records import Heartbeat
from bot.storage import Store, StoreUnavailable, Tx, statement

log = structlog.get_logger()


class FirstEvent:
    """Notes once that an event has come in over HTTP. Later events cost nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._is_noted = False

    async def on_body(self, body: dict[str, Any]) -> None:
        """Handle the body of a signed request."""
        # A challenge only shows that somebody saved the address. https://docs.slack.dev/apis/events-api
        if self._is_noted or body.get("type") != "event_callback":
            return
        try:
            self._is_noted = await self._store.transact(note_event)
        except StoreUnavailable:
            log.info("first_event_not_noted")


def note_event(tx: Tx) -> bool:
    """Note the time of the first event. False while no worker has started yet: then there is no row for it."""
    heartbeat = tx.sql.get(Heartbeat, 1, with_for_update=True)
    if heartbeat is None:
        return False
    heartbeat.first_event_at = heartbeat.first_event_at or tx.now
    return True


def has_had_event(tx: Tx) -> bool:
    """Whether an event has ever come in over HTTP."""
    return tx.scalar(_first_event()) is not None


@statement
def _first_event() -> Select[Any]:
    return select(Heartbeat.first_event_at).where(Heartbeat.id == 1)
