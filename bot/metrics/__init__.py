"""What is counted for Prometheus, and the page where it is read. No label names a person, a group or a session."""

from bot.metrics.counted import (
    Outcome,
    due_handled,
    ended,
    given_up,
    interaction,
    lookup_counted,
    slack_called,
    unreadable,
    withdrawal_counted,
)
