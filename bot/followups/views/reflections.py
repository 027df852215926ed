"""Views of reflections: four questions as a form, in a list, and as plain text."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.message import Message
from bot.followups.records import Reflection
from bot.followups.rules import ReflectionState
from bot.followups.views.refs import ReflectionRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, day_name, escape

# Four of these fit in one message of plain text, also when every character has to be escaped.
# https://docs.slack.dev/reference/methods/chat.postMessage
ANSWER = 1900


@dataclass(frozen=True)
class Place:
    """A reflection with the channel and the local day (YYYY-MM-DD) of its session."""

    reflection: Reflection
    channel: str
    day: str


@dataclass(frozen=True)
class Draft:
    """The initial contents of the form."""

    reflection: Reflection
    brought_in: str
    seen: str
    doing: str
    needed: str


def questions(t: Texts) -> dict[str, str]:
    """The four questions, by field."""
    return {
        "brought_in": t("What did I bring in?"),
        "seen": t("What do I see anew?"),
        "doing": t("What am I going to do, and when?"),
        "needed": t("What did I need?"),
    }


def reflection_question(t: Texts, found: Reflection, group_channel: str, day: str) -> Message:
    """The question to the presenter, two days after the session."""
    text = t(
        "On {day} you brought in your case in {channel}. Do you want to look back for yourself, in four short questions? "
        "Nobody but you reads it, and you can take it along as text.",
        day=day_name(t, day),
        channel=channel(group_channel),
    )
    ref = ReflectionRef(found.id)
    write = blocks.button(t("Write it"), ids.REFLECTION_WRITE, ref, style="primary")
    decline = blocks.button(t("Not this time"), ids.REFLECTION_NOT_NOW, ref)
    return Message(text, [blocks.section(text), blocks.actions(write, decline)])


def reflection_settled(t: Texts, found: Reflection, group_channel: str, day: str) -> Message:
    """Replaces the question once it is answered."""
    about = {"day": day_name(t, day), "channel": channel(group_channel)}
    if found.state == ReflectionState.WRITTEN:
        text = t("Your reflection on {day} in {channel} is kept. Only you see it.", **about)
    else:
        text = t("No reflection on {day} in {channel}, that is fine.", **about)
    button = blocks.button(_open_word(t, found), ids.REFLECTION_WRITE, ReflectionRef(found.id))
    return Message(text, [blocks.section(text), blocks.actions(button)])


def _open_word(t: Texts, found: Reflection) -> str:
    return t("Read or change it") if found.state == ReflectionState.WRITTEN else t("Write it after all")


def reflection_form(t: Texts, draft: Draft) -> Block:
    ref = ReflectionRef(draft.reflection.id)
    before: list[Block] = [blocks.context(t("Only you read this. One of the four is enough."))]
    if draft.reflection.state == ReflectionState.WRITTEN:
        sure = blocks.confirm(
            t("Delete it?"),
            t("What you wrote is wiped, and the text that I sent you of it is taken back."),
            t("Delete"),
            t("Keep it"),
            danger=True,
        )
        before.append(
            blocks.actions(
                blocks.button(t("Send me the text"), ids.REFLECTION_EXPORT, ref),
                blocks.button(t("Delete"), ids.REFLECTION_DELETE, ref, style="danger", confirm=sure),
            )
        )
    fields = [
        blocks.field(
            name,
            question,
            blocks.text_element(multiline=True, initial=getattr(draft, name), at_most=ANSWER),
            optional=True,
        )
        for name, question in questions(t).items()
    ]
    return blocks.modal(
        t("Reflection"),
        [*before, *fields],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.REFLECTION_FORM,
        meta=ref,
    )


def reflection_kept(t: Texts) -> Message:
    return Message(t("Kept. Only you see it; you find it with /intervisie steps."))


def reflection_sent(t: Texts) -> Message:
    return Message(
        t(
            "The text stands in our conversation, to copy. When you delete the reflection, I'll take it away there too."
        )
    )


def reflection_deleted(t: Texts) -> Message:
    return Message(t("It is deleted, and the text that I sent you of it as well."))


def reflection_as_text(t: Texts, found: Reflection, day: str) -> Message:
    """The whole reflection as plain text, to copy."""
    lines = [t("Reflection, {day}", day=day_name(t, day))]
    for name, question in questions(t).items():
        answer = getattr(found, name)
        if answer:
            lines.append(f"{question}\n{escape(answer)}")
    return Message("\n\n".join(lines))


def reflection_line(t: Texts, place: Place) -> Block:
    """One reflection in a list."""
    state = {
        ReflectionState.WRITTEN: t("written"),
        ReflectionState.OPEN: t("not written yet"),
        ReflectionState.DECLINED: t("not written"),
    }[place.reflection.state]
    word = t("Read or change it") if place.reflection.state == ReflectionState.WRITTEN else t("Write it")
    return blocks.section(
        t(
            "{day} in {channel}: {state}",
            day=day_name(t, place.day),
            channel=channel(place.channel),
            state=state,
        ),
        accessory=blocks.button(word, ids.REFLECTION_WRITE, ReflectionRef(place.reflection.id)),
    )


def reflection_list(t: Texts, places: Sequence[Place]) -> list[Block]:
    """A list of reflections, the newest first."""
    if not places:
        return [
            blocks.header(t("My reflections")),
            blocks.section(
                t("After a session you can look back here for yourself, in four short questions.")
            ),
        ]
    return [blocks.header(t("My reflections")), *(reflection_line(t, place) for place in places)]
