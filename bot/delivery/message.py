"""What a view hands to the outbox."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A Slack message. `text` holds all that someone with a screen reader needs: they are read it, not the blocks."""

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)


class Guarantee(StrEnum):
    """What may happen to a post whose outcome is unknown and cannot be looked up."""

    AT_LEAST_ONCE = "twice"
    AT_MOST_ONCE = "never"


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack answered to something asked through the outbox. `error` is Slack's code; empty when it went well."""

    subject: str
    data: dict[str, Any]
    error: str = ""
