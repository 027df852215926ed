"""Discreet notifications: what a lock screen shows of a message with people's words."""

from dataclasses import replace

from bot.delivery.message import Message
from bot.groups import queries
from bot.groups.records import Group
from bot.storage import Tx
from bot.texts import Texts


def discreet_in(t: Texts, group: Group, message: Message) -> Message:
    """A message of a group, with a notification that tells nothing where the group wants that."""
    return _discreet(t, message) if group.discreet else message


def discreet_to(tx: Tx, t: Texts, user: str, message: Message) -> Message:
    """A private message about any of somebody's groups, if one of these wants that."""
    return _discreet(t, message) if any(group.discreet for group in queries.groups_of(tx, user)) else message


def _discreet(t: Texts, message: Message) -> Message:
    return replace(message, discreet=t("There is something new in your intervisie. Open it to read it."))
