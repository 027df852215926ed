"""Views of reading along: the presenter is asked, whoever leads reads, and one question comes back."""

from bot.attendance.views.private import Words
from bot.cases import views as case_views
from bot.cases.records import Case
from bot.console.refs import ReadRef
from bot.delivery.message import Message
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.line_forms import one_field_form
from bot.texts import Texts, escape, name_of

MAX_QUESTION_LENGTH = 300


def offer_to_read(t: Texts, ref: ReadRef, allowed: bool | None) -> Words:
    """In the presenter's own message: may whoever leads read the case? Afterwards: the answer, which can be changed."""
    leads = name_of(t, ref.facilitator)
    yes = blocks.button(t("Yes, read along"), f"{ids.CONSOLE_LET_READ}.yes", ref)
    no = blocks.button(t("Rather not"), f"{ids.CONSOLE_LET_READ}.no", ref)
    if allowed is None:
        text = t(
            "{user} leads. May {user} read your case beforehand, and send you one question back? Nobody else sees it.",
            user=leads,
        )
        buttons = [yes, no]
    elif allowed:
        text = t("{user} may read your case beforehand.", user=leads)
        buttons = [no]
    else:
        text = t("{user} does not read along.", user=leads)
        buttons = [yes]
    return text, [blocks.section(text), blocks.actions(*buttons)]


def beneath(message: Message, words: Words) -> Message:
    """The words beneath a message."""
    text, parts = words
    shown = message.blocks or [blocks.section(message.text)]
    return Message(f"{message.text}\n{text}", [*shown, *parts])


def may_read_now(t: Texts, ref: ReadRef, presenter: str, title: str) -> Words:
    """To whoever leads: the presenter has said yes."""
    text = t(
        "{presenter} lets you read the case beforehand: *{title}*.",
        presenter=name_of(t, presenter),
        title=escape(title),
    )
    return text, [blocks.section(text), blocks.actions(read_button(t, ref))]


def read_button(t: Texts, ref: ReadRef) -> Block:
    return blocks.button(t("Read the case"), ids.CONSOLE_READ, ref)


def case_window(t: Texts, ref: ReadRef, case: Case, asked: str) -> Block:
    """The case, for whoever leads, with the one question that may go back."""
    button = blocks.button(
        t("Change my question") if asked else t("One question back"), ids.CONSOLE_ASK_BACK, ref
    )
    parts = [*case_views.case_blocks(t, case)]
    if asked:
        parts.append(blocks.section(t("You asked: _{question}_", question=escape(asked))))
    parts.append(blocks.actions(button))
    parts.append(blocks.context(t("You read this to help find the question. It stays with the two of you.")))
    return blocks.modal(t("The case"), parts, close=t("Close"))


def ask_back_form(t: Texts, ref: ReadRef, asked: str) -> Block:
    field = blocks.field(
        "question",
        t("What would you like to ask beforehand?"),
        blocks.text_element(initial=asked, at_most=MAX_QUESTION_LENGTH, focus=True),
        hint=t("Open and short. Only the presenter reads it, and need not answer."),
    )
    return one_field_form(
        t, t("One question back"), field, submit=t("Send"), callback_id=ids.CONSOLE_ASK_BACK_FORM, meta=ref
    )


def asked_back(t: Texts, ref: ReadRef) -> Message:
    """To the presenter. The question stands in a window."""
    text = t(
        "{user} has read your case, and has one question for you. You need not answer it.",
        user=name_of(t, ref.facilitator),
    )
    button = blocks.button(t("Read the question"), ids.CONSOLE_READ_QUESTION, ref)
    return Message(text, [blocks.section(text), blocks.actions(button)])


def question_window(t: Texts, ref: ReadRef, asked: str) -> Block:
    text = t("*{user} asks:*", user=name_of(t, ref.facilitator))
    return blocks.modal(
        t("One question"), [blocks.section(f"{text}\n{escape(asked)}", expand=True)], close=t("Close")
    )


def over(t: Texts) -> Message:
    return Message(t("There was a question for you here, before the session. It is gone now."))


def said_already(t: Texts) -> Message:
    return Message(t("You have said so already."))
