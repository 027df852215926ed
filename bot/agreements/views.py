"""Views of agreements, of the trial, and of the notices about size and guests."""

from dataclasses import dataclass
from typing import Any

from bot.delivery.message import Message
from bot.groups.views import GroupRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.todos import Todo
from bot.texts import Texts, channel, escape, name_of

# Leaves room for escaping: https://docs.slack.dev/reference/block-kit/blocks/section-block
MAX_TEXT_LENGTH = 2000


@dataclass(frozen=True)
class AgreementsRef:
    """The agreements as somebody read them."""

    group: str
    version: int


@dataclass(frozen=True)
class Shown:
    """The agreements as one member sees them."""

    group: str
    channel: str
    version: int
    text: str
    mine: bool
    agreed: int
    members: int
    trying: bool


def first_text(t: Texts) -> str:
    """The first text of the agreements, while the group has no text of its own."""
    lines = [
        t("What is said here stays here. Outside we say nothing about it, not even as a joke."),
        t("Bringing in a case is never a must, and whoever brings one decides what to take from it."),
        t("In this conversation nobody is above another, whoever decides about whose work elsewhere."),
        t("We cancel only when it cannot be helped, and say so as soon as we know."),
        t("This is no staff meeting in disguise: no agenda, only cases."),
        t("Everyone takes part: asking, thinking along, listening."),
    ]
    return "\n".join(f"• {line}" for line in lines)


def agreements_window(
    t: Texts, shown: Shown, *, callback_id: str | None, meta: Any, opening: str | None
) -> Block:
    """The window of the agreements: the text, how many agree, and the button to agree."""
    ref = AgreementsRef(shown.group, shown.version)
    parts = [blocks.section(opening)] if opening else []
    parts += [
        blocks.section(f"*{channel(shown.channel)}*\n{escape(shown.text)}", expand=True),
        blocks.context(_how_many(t, shown)),
    ]
    if opening is None:
        parts.append(blocks.actions(blocks.button(t("Change the text"), ids.AGREEMENTS_CHANGE, ref)))
    view = blocks.modal(
        t("Our agreements"),
        parts,
        close=t("Close") if shown.mine else t("Not now"),
        submit=None if shown.mine else t("I agree"),
        callback_id=None if shown.mine else callback_id or ids.AGREEMENTS_FORM,
        meta=meta or ref,
    )
    return {**view, "clear_on_close": True} if opening is None else view


def _how_many(t: Texts, shown: Shown) -> str:
    counted = t.n(
        "{n} of {members} members agrees.",
        "{n} of {members} members agree.",
        shown.agreed,
        members=shown.members,
    )
    lines = [counted, t("Who that is, nobody sees.")]
    if shown.mine:
        lines.append(t("You agree."))
    if shown.trying:
        lines.append(t("You are trying it once first, so nobody needs to agree yet."))
    return " ".join(lines)


def change_form(t: Texts, ref: AgreementsRef, text: str) -> Block:
    return blocks.modal(
        t("Our agreements"),
        [
            blocks.field(
                "text",
                t("What do you agree on?"),
                blocks.text_element(multiline=True, initial=text, at_most=MAX_TEXT_LENGTH),
                hint=t(
                    "When it changes, I ask everyone in the channel to read it again. Write down what you agreed on together."
                ),
            )
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.AGREEMENTS_CHANGE_FORM,
        meta=ref,
    )


def before_a_case(t: Texts) -> str:
    """Above the agreements, for somebody who is about to write a case."""
    return t("Before your case goes to the group: do you agree with this? You are asked once.")


def kept_as_draft(t: Texts) -> str:
    """Above the agreements, for somebody whose case was just kept as a draft."""
    return t("Your case is kept as a draft. Do you agree with this? Then it goes to the group.")


def agreements_changed(t: Texts, group: str, user: str) -> Message:
    """In the channel: the agreements have changed."""
    text = t(
        "{user} has changed the agreements of this group. Will you read them again?", user=name_of(t, user)
    )
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(blocks.button(t("Read the agreements"), ids.AGREEMENTS_OPEN, GroupRef(group))),
        ],
    )


def ask_to_agree(t: Texts, group: str, place: str) -> Todo:
    """The to-do of a member who has not accepted the current text."""
    text = t(
        "Do you agree with the agreements in {channel}? Reading them takes a minute.", channel=channel(place)
    )
    return Todo(text, [blocks.button(t("Read the agreements"), ids.AGREEMENTS_OPEN, GroupRef(group))])


def ask_to_join(t: Texts, group: str, place: str) -> Todo:
    """The to-do of somebody who came into the channel of a group."""
    text = t(
        "Do you take part in the group of {channel}? There you help each other with cases from work.",
        channel=channel(place),
    )
    return Todo(text, _join_or_not(t, group))


def invitation(t: Texts, group: str, place: str) -> Message:
    """The letter to somebody who came into a small channel."""
    text = t(
        "Welcome. A group in {channel} does intervisie: helping each other with cases from work. Do you want to take part? "
        "If not, you need not do anything.",
        channel=channel(place),
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


def asks_to_go_on(t: Texts, group: str) -> Message:
    """In the channel, after the first session of a group in its trial."""
    text = t(
        "You have tried it once. Do you go on as a group? Talk about it for a moment; one of you presses the button."
    )
    asks = blocks.confirm(
        t("Stop here?"),
        t(
            "The group is taking a break; nobody gets reminders. Cases and steps are kept, and you can go on at any time."
        ),
        t("Stop here"),
        t("Back"),
    )
    ref = GroupRef(group)
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(t("Yes, we go on"), ids.TRIAL_GO_ON, ref, style="primary"),
                blocks.button(t("We stop here"), ids.TRIAL_STOP, ref, confirm=asks),
            ),
        ],
    )


def goes_on(t: Texts, group: str) -> Message:
    text = t(
        "You go on as a group. What helps now: a date, or a rhythm for the coming months, if there is none yet; and everyone's word on the agreements."
    )
    ref = GroupRef(group)
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(t("Plan a date or a rhythm"), ids.MEETING_OPEN, ref, style="primary"),
                blocks.button(t("Read the agreements"), ids.AGREEMENTS_OPEN, ref),
            ),
        ],
    )


def stops(t: Texts, group: str) -> Message:
    text = t("The group rests here. Thank you for trying it. With the button you go on at any time.")
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(blocks.button(t("Go on after all"), ids.TRIAL_GO_ON, GroupRef(group))),
        ],
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
