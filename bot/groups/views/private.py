"""Private messages about a group."""

from collections.abc import Sequence
from dataclasses import replace

from bot.delivery.errors import ErrorKind
from bot.delivery.message import Message
from bot.groups.records import Group
from bot.groups.views.refs import ChannelRef, GroupRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import LANGUAGES, Texts, channel, for_language, list_of


def offer(t: Texts, where: str) -> Message:
    """The first /intervisie in a channel."""
    text = t("There is no intervisie group in this channel yet.") + " " + _proposal(t)
    return Message(text, [blocks.section(text), blocks.actions(_set_up_button(t, where))])


def greeting(t: Texts, where: str) -> Message:
    """In the channel: somebody invited the bot."""
    text = _who_it_is(t) + " " + _proposal(t)
    return Message(text, [blocks.section(text), blocks.actions(_set_up_button(t, where))])


def greeted(t: Texts) -> Message:
    """The greeting once the group is there."""
    text = _who_it_is(t)
    return Message(text, [blocks.section(text)])


def _who_it_is(t: Texts) -> str:
    return t("Hello, I'm Intervisie. I help a group of colleagues to think along with each other's work.")


def _proposal(t: Texts) -> str:
    return t(
        "Shall we begin one? I collect cases, you choose, and during the conversation I keep an eye on the time."
    )


def _set_up_button(t: Texts, where: str) -> Block:
    return blocks.button(t("Set up the group"), ids.GROUP_SET_UP, ChannelRef(where), style="primary")


def ready(t: Texts, group: Group, *, by_another: bool = False) -> Message:
    """After set-up: the first steps, and a way to the other settings."""
    if by_another:
        text = t(
            "Somebody else was a moment faster, so the group is there with the settings that they chose. Do you take part? "
            "Then you can look at them, and change them, with /intervisie group."
        )
        join = blocks.button(t("Join"), ids.GROUP_JOIN, GroupRef(group.id), style="primary")
        return Message(text, [blocks.section(text), blocks.actions(join)])
    first = t(
        "The group is there. You are in it, and in the channel I'm asking who else takes part. Bring in the first case with "
        "/intervisie case."
    )
    rest = t(
        "The rest I have filled in with what suits most groups. You can change it now, or later with /intervisie group."
    )
    ref = GroupRef(group.id)
    return Message(
        f"{first} {rest}",
        [
            blocks.section(first),
            blocks.actions(
                blocks.button(t("Plan a date or a rhythm"), ids.MEETING_OPEN, ref, style="primary"),
                blocks.button(t("More settings"), ids.GROUP_OPEN, ref),
            ),
            blocks.context(rest),
        ],
    )


def not_here(t: Texts, channels: Sequence[str]) -> Message:
    """To somebody who types a command in a conversation: where their groups are, or where one can be."""
    if channels:
        return Message(
            t(
                "This is not a channel, and a group belongs to one. Type it there: {channels}. What I ask of you stands on "
                "my Home tab.",
                channels=list_of(t, [channel(one) for one in channels]),
            )
        )
    return Message(
        t(
            "This is not a channel, and a group belongs to one. Go to a channel with the people of your group, type "
            "/invite @Intervisie there, and then /intervisie."
        )
    )


def invite_me(t: Texts) -> Message:
    return Message(
        t(
            "I am not in this channel yet. Type /invite @Intervisie here, and then /intervisie once more. Nothing is lost."
        )
    )


def joined(t: Texts, group: Group) -> Message:
    text = t(
        "You are in the group of {channel}. What is said there stays there. When you meet stands on my Home tab; you leave again "
        "with /intervisie group.",
        channel=channel(group.channel),
    )
    button = blocks.button(t("Agreements"), ids.AGREEMENTS_OPEN, GroupRef(group.id))
    return Message(text, [blocks.section(text), blocks.actions(button)])


def left(t: Texts, group: Group) -> Message:
    text = t(
        "You have left the group of {channel}. Your cases and steps are kept, and you are welcome back with the button Join.",
        channel=channel(group.channel),
    )
    return Message(
        text, [blocks.section(text), blocks.actions(blocks.button(t("My data"), ids.PRIVACY_OPEN))]
    )


def channel_lost(t: Texts, where: str, reason: str) -> Message:
    """To the person who set the group up: its channel cannot be reached."""
    if reason == "deleted":
        return Message(
            t(
                "A channel in which you set up intervisie has been deleted, so the group has ended. Everyone's cases and "
                "steps are kept in their Home tab. To go on, invite me into another channel and type /intervisie there."
            )
        )
    if reason == "archived":
        return Message(
            t(
                "The channel {channel} is archived, so intervisie rests there. Cases and steps are kept; "
                "unarchive the channel and invite me with /invite @Intervisie to go on.",
                channel=channel(where),
            )
        )
    return Message(
        t(
            "I am no longer in {channel}, so intervisie rests there. Cases and steps are kept; "
            "type /invite @Intervisie in the channel to go on.",
            channel=channel(where),
        )
    )


def not_delivered(t: Texts, where: str, meaning: ErrorKind, code: str) -> Message:
    """To the person who set the group up: a message could not be posted, and what can be done about it."""
    if meaning is ErrorKind.NOT_ALLOWED:
        return Message(
            t(
                "I could not post a message in {channel}: Slack does not let me ({code}). Ask whoever looks after your Slack "
                "to allow this app there. I tell you this once; the session itself goes on.",
                channel=channel(where),
                code=code,
            )
        )
    return Message(
        t(
            "I could not post a message in {channel} ({code}). Tell whoever installed me, with this word between brackets. "
            "I tell you this once; the session itself goes on.",
            channel=channel(where),
            code=code,
        )
    )


def with_language_hint(language: str, message: Message) -> Message:
    """The message with a line beneath it, in the other language, on how to change the language.

    The button in the line is named as it stands on the reader's Home tab.
    """
    (other,) = (one for one in LANGUAGES if one != language)
    t = for_language(other)
    hint = t(
        "Rather in English? On my Home tab, press *{button}*.", button=for_language(language)("My settings")
    )
    shown = message.blocks or [blocks.section(message.text)]
    return replace(message, blocks=[*shown, blocks.context(hint)])
