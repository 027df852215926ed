"""States of an outbox row. A row that is posted anew under its key is another row."""

from enum import StrEnum

from bot.states import StateMachine


class OutboxState(StrEnum):
    """The state of an outbox row."""

    PENDING = "pending"
    # Claimed by a process; in doubt once the lease has run out.
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    # It no longer makes sense, or was taken back.
    DROPPED = "dropped"
    # Deleted by hand, and nobody has said yet whether it is still of use.
    LOST = "lost"


OUTBOX_STATES = StateMachine(
    OutboxState,
    {
        OutboxState.PENDING: (OutboxState.SENDING, OutboxState.SENT, OutboxState.DROPPED),
        OutboxState.SENDING: (OutboxState.PENDING, OutboxState.SENT, OutboxState.FAILED, OutboxState.DROPPED),
        OutboxState.SENT: (OutboxState.LOST, OutboxState.DROPPED),
        OutboxState.FAILED: (),
        OutboxState.DROPPED: (),
        OutboxState.LOST: (OutboxState.SENT, OutboxState.DROPPED),
    },
)
