"""Taking back what waits to be posted and no longer makes sense by now."""

from sqlalchemy import Select, select

from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx, Workspace, statement


def discard_pending(
    tx: Tx, workspace: Workspace, thread: str, beginnings: tuple[str, ...], *, whispers: bool = False
) -> set[str]:
    """Drops the posts in a thread whose key begins so, and the whispers in it; returns the keys of what was dropped.

    What is being sent, or is in doubt, may have been posted already. If it turns out that it was not, it expires.
    """
    dropped: set[str] = set()
    for row in tx.scalars(tx.locked(_waiting_in(workspace, thread))):
        if not (whispers if row.key is None else row.key.startswith(beginnings)):
            continue
        if row.state == OutboxState.PENDING and row.claim_count == 0:
            row.state, row.payload, row.error = OutboxState.DROPPED, None, "outdated"
            dropped.add(row.key or "")
        else:
            row.expires_at = tx.now
    return dropped


@statement
def _waiting_in(workspace: Workspace, thread: str) -> Select[OutboxRow]:
    return (
        select(OutboxRow)
        .where(
            OutboxRow.of(workspace),
            OutboxRow.thread_key == thread,
            OutboxRow.kind.in_(("post", "whisper")),
            OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING)),
        )
        .order_by(OutboxRow.id)
    )
