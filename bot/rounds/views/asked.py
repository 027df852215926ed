"""Views of what is asked in private at the end, where people speak: the harvest, and rows of marks."""

from bot.delivery.message import Message
from bot.rounds.rules import MARKED, Marks
from bot.rounds.views.refs import MarkRef
from bot.sessions.views import PhaseRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts


def harvest_question(t: Texts, ref: PhaseRef) -> Message:
    text = t(
        "What do you see now in your own work, and what will you do with it? Say it, or write it for yourself."
    )
    button = blocks.button(t("My insight"), ids.ROUNDS_HARVEST, ref, style="primary")
    return Message(text, [blocks.section(text), blocks.actions(button)])


def marks_question(t: Texts, session: str, ref: PhaseRef, marks: Marks, *, with_method: bool) -> Message:
    """A row of five buttons for each mark; the chosen one stands out, and its name says so."""
    opening = t("About our conversation: 1 = not at all, 5 = very much. Nobody sees your marks.")
    names = {
        "use": t("It was of use to me"),
        "safety": t("I felt safe"),
        "method": t("The method helped"),
    }
    parts: list[Block] = [blocks.section(opening)]
    for number, what in enumerate(MARKED):
        if what == "method" and not with_method:
            continue
        chosen = marks[number]
        parts.append(blocks.section(f"*{names[what]}*"))
        parts.append(
            blocks.actions(
                *(
                    blocks.button(
                        str(mark),
                        f"{ids.ROUNDS_MARK}.{what}.{mark}",
                        MarkRef(session, what, mark),
                        style="primary" if mark == chosen else None,
                        label=t("{question}: {mark}", question=names[what], mark=mark),
                    )
                    for mark in range(1, 6)
                )
            )
        )
    if marks.counts:
        parts.append(blocks.context(t("Thank you. Until we close you can still change them.")))
    parts.append(blocks.actions(blocks.button(t("Add a line"), ids.ROUNDS_EVALUATE, ref)))
    return Message(opening, parts)


def same_mark_answer(t: Texts, mark: int) -> Message:
    return Message(t("Here you gave a {mark} already.", mark=mark))


def question_closed(t: Texts) -> Message:
    return Message(t("This session is closed. Thank you for being there."))
