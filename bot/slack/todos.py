"""What is asked of somebody at this moment, as their Home tab lists it.

Each room that todos people something says so in its own `todos.py`: `asks_of(tx, workspace, user) -> list[Ask]`, in the
reader's language, and only what they can still do something about. Home puts them in one list (bot/home/service.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.slack.blocks import Block

LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Todo:
    """One thing that somebody is asked. `text` is mrkdwn of at most a few lines, and names the group."""

    text: str
    # The buttons (and at most one menu) that answer it, the most likely one first.
    elements: Sequence[Block]
    # When it is wanted; None for what can wait.
    by: datetime | None = None


def in_order(todos: Iterable[Todo]) -> list[Todo]:
    """What is wanted soonest first; what can wait last, as it came."""
    return sorted(todos, key=lambda todo: todo.by or LAST)
