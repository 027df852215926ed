"""Views of the text of the agreements: reading it, agreeing with it, changing it."""

from dataclasses import dataclass
from typing import Any

from bot.delivery.message import Message
from bot.groups import rules
from bot.groups.views import GroupRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.todos import Todo
from bot.texts import Texts, channel, escape, name_of

# Leaves room for escaping: https://docs.slack.dev/reference/block-kit/blocks/section-block
MAX_TEXT_LENGTH = 2000
MAX_CONTACT_LENGTH = 200


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
    # Whom somebody can turn to with what does not belong here; may be empty.
    contact: str = ""
    # Sentences that the group may want to add.
    suggested: tuple[str, ...] = ()


def first_text(t: Texts, number: int) -> str:
    """The first text of the agreements, while the group has no text of its own. `number`: which one it began with."""
    lines = [
        t("What is said here stays here. Outside we say nothing about it, not even as a joke."),
        t("Bringing in a case is never a must, and whoever brings one decides what to take from it."),
        t("In this conversation nobody is above another, whoever decides about whose work elsewhere."),
        t("We cancel only when it cannot be helped, and say so as soon as we know."),
        t("This is no staff meeting in disguise: no agenda, only cases."),
        t("Everyone takes part: asking, thinking along, listening."),
    ]
    if number != rules.OLD_TEXT:
        lines += new_lines(t, by_video=number == rules.VIDEO_TEXT)
    return "\n".join(f"• {line}" for line in lines)


def new_lines(t: Texts, *, by_video: bool) -> list[str]:
    """The sentences of newer first texts, which are suggested to groups that began before them."""
    lines = [
        t("We are honest, and stay respectful: holding back doesn't help the other."),
        t("We open up."),
        t("If we know somebody in a case, we say so, and step out for a while."),
    ]
    if by_video:
        lines.append(t("By video: everyone sits alone, and nobody records, no AI either."))
    return lines


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
    if shown.contact:
        parts.append(
            blocks.section(t("*If it doesn't belong here:* {contact}", contact=escape(shown.contact)))
        )
    if opening is None:
        parts.append(blocks.actions(blocks.button(t("Change the text"), ids.AGREEMENTS_CHANGE, ref)))
        parts += _suggestion(t, shown.suggested, ref)
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


def _suggestion(t: Texts, lines: tuple[str, ...], ref: AgreementsRef) -> list[Block]:
    """Suggests sentences to a group whose text lacks them, until one of its members has answered."""
    if not lines:
        return []
    text = (
        t("*A suggestion for this text*, which I make once:")
        + "\n"
        + "\n".join(f"• {line}" for line in lines)
    )
    return [
        blocks.divider(),
        blocks.section(text),
        blocks.actions(
            blocks.button(t("Add them"), ids.AGREEMENTS_SUGGESTION, ref),
            blocks.button(t("No, leave it as it is"), ids.AGREEMENTS_NO_SUGGESTION, ref),
        ),
    ]


def change_form(t: Texts, ref: AgreementsRef, text: str, contact: str) -> Block:
    return blocks.modal(
        t("Our agreements"),
        [
            blocks.field(
                "text",
                t("What do you agree on?"),
                blocks.text_element(multiline=True, initial=text, at_most=MAX_TEXT_LENGTH),
                hint=t(
                    "When it changes, I'll ask everyone in the channel to read it again. Write down what you agreed on together."
                ),
            ),
            blocks.field(
                "contact",
                t("Who is there for what doesn't belong here?"),
                blocks.text_element(initial=contact, at_most=MAX_CONTACT_LENGTH),
                hint=t(
                    "A person and a number of your organisation, for whoever leads. Nobody has to agree with it."
                ),
                optional=True,
            ),
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.AGREEMENTS_CHANGE_FORM,
        meta=ref,
    )


def before_a_case(t: Texts) -> str:
    """Above the agreements, for somebody who is about to write a case."""
    return t(
        "Before your case goes to the group: do you agree with this? I won't ask again until the text changes."
    )


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
