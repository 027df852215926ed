"""The message in the channel that asks who takes part, until a new group has met."""

from collections.abc import Sequence

from bot.delivery.message import Message
from bot.groups.records import Group
from bot.groups.views import words
from bot.groups.views.refs import GroupRef
from bot.slack import blocks, ids
from bot.texts import Texts, list_of, name_of


def who_joins(t: Texts, group: Group, users: Sequence[str]) -> Message:
    """Asks who takes part, and names who does so far."""
    asks = t(
        "*Who takes part?* A group begins here that does intervisie: helping each other with cases from work. Only who presses "
        "the button is in it."
    )
    who = t("In it so far: {who}.", who=_names(t, users)) if users else t("Nobody is in it yet.")
    size = words.good_size(t, group)
    return Message(
        f"{asks} {who} {size}",
        [
            blocks.section(f"{asks}\n{who}"),
            blocks.actions(blocks.button(t("Join"), ids.GROUP_JOIN, GroupRef(group.id), style="primary")),
            blocks.context(size),
        ],
    )


def has_begun(t: Texts, group: Group, users: Sequence[str]) -> Message:
    """Takes its place once the group has met: a line says who joins from then on."""
    text = t("The group has begun, with {who}. You can still join.", who=_names(t, users))
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(blocks.button(t("Join"), ids.GROUP_JOIN, GroupRef(group.id))),
        ],
    )


def _names(t: Texts, users: Sequence[str]) -> str:
    return list_of(t, [name_of(t, user) for user in users])
