"""The message in a channel whose two groups have become one."""

from bot.delivery.message import Message
from bot.slack import blocks
from bot.texts import Texts


def merged(t: Texts) -> Message:
    """In the channel: everybody may miss the second group."""
    text = t(
        "This channel had two intervisie groups, since the workspace joined an organisation. They are one group now: "
        "cases and meetings of the newer one have moved along. Whoever was only in the newer one is asked to agree "
        "with the agreements again."
    )
    return Message(text, [blocks.section(text)])
