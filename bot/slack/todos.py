"""To-dos of a person, as their Home tab lists them.

Each room that asks people something has a `todos.py`. It returns a person's open to-dos in their own language. Home merges
those of all rooms into one list (bot/home/service.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.slack.blocks import Block

LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Todo:
    """A to-do. `text` is a few lines of mrkdwn, and names the group."""

    text: str
    # The buttons (and at most one menu) that answer it, the most likely one first.
    elements: Sequence[Block]
    # The deadline; None if the to-do can wait.
    by: datetime | None = None


def in_order(todos: Iterable[Todo]) -> list[Todo]:
    """Sort to-dos by deadline. Those without one come last, in their given order."""
    return sorted(todos, key=lambda todo: todo.by or LAST)
