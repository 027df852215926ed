"""Views about members: invitations, guests, the group's size, and somebody new."""

from dataclasses import dataclass

from bot.delivery.message import Message
from bot.groups.views import GroupRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.todos import Todo
from bot.texts import Texts, channel, mention


@dataclass(frozen=True)
class NewcomerRef:
    """Somebody new in a group, of whom a member is asked."""

    group: str
    newcomer: str


def ask_to_join(t: Texts, group: str, place: str) -> Todo:
    """The to-do of somebody who is in the channel of a group, and was not in the group."""
    text = t(
        "Do you take part in the group of {channel}? There you help each other with cases from work.",
        channel=channel(place),
    )
    return Todo(text, _join_or_not(t, group))


def invitation(t: Texts, group: str, place: str, *, begins: bool = False) -> Message:
    """The letter to somebody who came into a small channel, or was in it when its group began."""
    text = (
        t(
            "A group begins in {channel} that does intervisie: helping each other with cases from work. Do you want to take part? If "
            "not, you need not do anything.",
            channel=channel(place),
        )
        if begins
        else t(
            "Welcome. A group in {channel} does intervisie: helping each other with cases from work. Do you want to take part? "
            "If not, you need not do anything.",
            channel=channel(place),
        )
    )
    return Message(text, [blocks.section(text), blocks.actions(*_join_or_not(t, group))])


def _join_or_not(t: Texts, group: str) -> list[Block]:
    ref = GroupRef(group)
    return [
        blocks.button(t("Join"), ids.GROUP_JOIN, ref, style="primary"),
        blocks.button(t("No, thank you"), ids.INVITATION_DECLINE, ref),
    ]


def joined(t: Texts, place: str) -> str:
    return t("You are in the group of {channel}.", channel=channel(place))


def declined(t: Texts, place: str) -> str:
    return t(
        "All right. If you change your mind: with /intervisie group in {channel} you can join.",
        channel=channel(place),
    )


def about_size(t: Texts, where: str, number: int, hint: str) -> str:
    return t.n(
        "The group of {channel} has {n} member now. {hint}",
        "The group of {channel} has {n} members now. {hint}",
        number,
        channel=channel(where),
        hint=hint,
    )


def for_guest(t: Texts, where: str, guest: str) -> str:
    if guest == "stranger":
        return t(
            "In {channel} you take part with the buttons: bringing in a case, voting, a session. Commands that begin with "
            "/intervisie don't work for people of another organisation; ask a colleague in the channel for what needs one.",
            channel=channel(where),
        )
    return t(
        "You are a guest in this Slack. In {channel} you take part in everything: cases, the choice, sessions. Of other channels I "
        "show you nothing.",
        channel=channel(where),
    )


def for_leader_elsewhere(t: Texts, where: str) -> str:
    """To a leader from another organisation."""
    return t(
        "In {channel} you lead with the buttons. Commands that begin with /intervisie don't work for people of another "
        "organisation; *The group* on the card in the channel does.",
        channel=channel(where),
    )


def ask_about_newcomer(
    t: Texts, group: str, where: str, newcomer: str, told: str, reader: str
) -> tuple[str, list[Block]]:
    """To a member: somebody is new. `told` hears how many would rather talk first."""
    is_new = t("{user} is new in the group of {channel}.", user=mention(newcomer), channel=channel(where))
    if told == reader:
        asks = t(
            "Would you rather talk first, before your next meeting? Of the others who press this you get only the number, and "
            "nobody else hears of it."
        )
    else:
        asks = t(
            "Would you rather talk first, before your next meeting? Then press this: only {user} hears of it, and only how many of "
            "you did.",
            user=mention(told),
        )
    text = f"{is_new} {asks} " + t("If not, you need not do anything.")
    button = blocks.button(t("Rather talk first"), ids.NEWCOMER_TALK_FIRST, NewcomerRef(group, newcomer))
    return text, [blocks.section(text), blocks.actions(button)]


def talk_first_noted(t: Texts, where: str, newcomer: str, told: str, reader: str) -> str:
    """Takes the place of the question."""
    is_new = t("{user} is new in the group of {channel}.", user=mention(newcomer), channel=channel(where))
    if told == reader:
        return is_new + " " + t("You would rather talk first.")
    return (
        is_new
        + " "
        + t("You would rather talk first. {user} hears only how many of you would.", user=mention(told))
    )


def newcomer_has_met(t: Texts, where: str, newcomer: str) -> str:
    """Takes the place of the question once the group has met."""
    return t("{user} is new in the group of {channel}.", user=mention(newcomer), channel=channel(where))


def how_many_talk_first(t: Texts, where: str, newcomer: str, number: int) -> str:
    """To the group's owner."""
    return t.n(
        "Before {user} is at a meeting in {channel} for the first time, {n} of you would rather talk first. Who that is stays "
        "between them and me. Ten minutes at the start, together, is often enough.",
        "Before {user} is at a meeting in {channel} for the first time, {n} of you would rather talk first. Who they are stays "
        "between them and me. Ten minutes at the start, together, is often enough.",
        number,
        user=mention(newcomer),
        channel=channel(where),
    )
