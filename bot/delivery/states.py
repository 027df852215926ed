"""States of an outbox row. A message that is posted again under its key gets a new row."""

from enum import StrEnum

from bot.states import StateMachine


class OutboxState(StrEnum):
    """The state of an outbox row."""

    PENDING = "pending"
    # Claimed by a process; in doubt once the lease has run out.
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    # Outdated, or deleted by the bot.
    DROPPED = "dropped"
    # Deleted by hand; the rooms have not decided yet whether to post it again.
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
