"""Message: the text and blocks that a view hands to the outbox."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A Slack message. Screen readers read `text`, not the blocks, so it contains everything that matters.

    `discreet`: a text for the notification, which a lock screen shows too. The message is posted with it, and at once
    edited to `text`: an edit notifies nobody. https://docs.slack.dev/reference/methods/chat.update
    `holds_words`: people's words stand in it, so it goes when these do.
    """

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    discreet: str | None = None
    holds_words: bool = False


class Guarantee(StrEnum):
    """Delivery guarantee of a message whose outcome is unknown and can't be looked up."""

    AT_LEAST_ONCE = "twice"
    AT_MOST_ONCE = "never"


@dataclass(frozen=True, slots=True)
class Answer:
    """Slack's answer to `outbox.call_api`. `error` is Slack's error code; empty after a success.

    `about`: the values that the caller gave along.
    """

    subject: str
    data: dict[str, Any]
    error: str = ""
    about: dict[str, Any] = field(default_factory=dict)
