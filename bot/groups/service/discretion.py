"""Messages with people's words: what a lock screen shows of them, and the mark by which they are deleted later."""

from dataclasses import replace

from bot.delivery.message import Message
from bot.groups import queries
from bot.groups.records import Group
from bot.storage import Tx
from bot.texts import Texts


def discreet_in(t: Texts, group: Group, message: Message) -> Message:
    """A group's message with people's words; its notification tells nothing where the group wants that."""
    return _with_words(t, message, discreet=group.discreet)


def discreet_to(tx: Tx, t: Texts, user: str, message: Message) -> Message:
    """A private message with words of any of somebody's groups, discreet if one of these wants that."""
    return _with_words(t, message, discreet=any(group.discreet for group in queries.groups_of(tx, user)))


def _with_words(t: Texts, message: Message, *, discreet: bool) -> Message:
    neutral = t("There is something new in your intervisie. Open it to read it.") if discreet else None
    return replace(message, discreet=neutral, holds_words=True)
