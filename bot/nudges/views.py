"""One private message made of what several rooms have to say."""

from bot.delivery.message import Message
from bot.nudges.records import Letter
from bot.slack import blocks
from bot.texts import Texts


def letter(t: Texts, sent: Letter) -> Message:
    """The parts, one after the other."""
    found: list[blocks.Block] = []
    for part in sent.parts:
        if found:
            found.append(blocks.divider())
        found += part["blocks"] or [blocks.section(part["text"])]
    return Message("\n\n".join(part["text"] for part in sent.parts), found)
