"""Digest items, and their composers in the rooms above."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.nudges.records import Nudge
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


@dataclass(frozen=True)
class DigestItem:
    """The item of one nudge in a digest. `text` holds all that a screen reader needs, with the group's name."""

    text: str
    blocks: list[Block] = field(default_factory=list)


# Composes an item in the reader's language; None when there is nothing left to do. It runs when the digest is sent, after
# the nudge was deleted: it may plan the next one.
Compose = Callable[[Tx, Nudge, Texts], DigestItem | None]
