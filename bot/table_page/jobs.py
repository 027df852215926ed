"""Jobs of the table page: its address ends with the session, or with a choice that came to nothing."""

from bot import events
from bot.events import SelectionClosed, SessionEnded
from bot.jobs import queue
from bot.sessions import service as sessions
from bot.storage import Tx
from bot.table_page import service


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    """Forget the address. It was dead since the session ended; open pages have been told."""
    service.revoke_address(tx, sessions.session_by_id(tx, event.session_id))


def on_selection_closed(tx: Tx, event: SelectionClosed) -> None:
    service.revoke_address_to_choose(tx, event.selection_id)


JOBS: dict[str, queue.Handler] = {
    **events.on(SessionEnded, on_session_ended),
    **events.on(SelectionClosed, on_selection_closed),
}
