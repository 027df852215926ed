"""What is counted for Prometheus, and the page where it is read. No label names a person, a group or a session."""

from bot.metrics.counted import (
    Interaction,
    Outcome,
    due_handled,
    given_up,
    interaction,
    looked_up,
    slack_called,
    taken_back,
)

__all__ = [
    "Interaction",
    "Outcome",
    "due_handled",
    "given_up",
    "interaction",
    "looked_up",
    "slack_called",
    "taken_back",
]
