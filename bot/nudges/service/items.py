"""What the rooms above hand in."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.nudges.records import Nudge
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts


@dataclass(frozen=True)
class DigestItem:
    """What one nudge says. `text` holds all that a screen reader needs, the name of the group included."""

    text: str
    blocks: list[Block] = field(default_factory=list)


# Says it in the reader's language, or None when there is nothing left to do: then nobody hears of it. It is asked at the
# moment of sending, when the nudge waits no longer: it may plan the next one.
Compose = Callable[[Tx, Nudge, Texts], DigestItem | None]
