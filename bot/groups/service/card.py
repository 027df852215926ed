"""The group's card in the channel."""

from bot.delivery import outbox
from bot.groups import views
from bot.groups.records import Group
from bot.groups.service import language as languages
from bot.storage import Tx


def update_card(tx: Tx, group: Group) -> None:
    """Updates the group's card in the channel."""
    outbox.update(tx, card_key(group), views.card(languages.texts_in(group), group))


def card_key(group: Group) -> str:
    return f"group/{group.id}/card"
