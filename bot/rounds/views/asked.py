"""Views of what is asked in private at the end, where people speak: the harvest, and rows of marks."""

from bot.delivery.message import Message
from bot.rounds.rules import MARKED, Marks
from bot.rounds.views.refs import MarkRef, SafetyRef
from bot.sessions.views import PhaseRef, SessionRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts


def harvest_question(t: Texts, ref: PhaseRef, *, may_leave: bool) -> Message:
    text = t(
        "What do you see now in your own work, and what will you do with it? Say it, or write it for yourself."
    )
    button = blocks.button(t("My insight"), ids.ROUNDS_HARVEST, ref, style="primary")
    return Message(text, [blocks.section(text), blocks.actions(button, *_not_here(t, ref, may_leave))])


def _not_here(t: Texts, ref: PhaseRef, may_leave: bool) -> list[Block]:
    """For somebody who was ticked and is elsewhere. Whoever leads is there."""
    button = blocks.button(t("I'm not there"), ids.ROUNDS_NOT_HERE, SessionRef(ref.session))
    return [button] if may_leave else []


def left_out(t: Texts) -> Message:
    return Message(t("Good, I don't count you in. Until next time."))


def marks_question(
    t: Texts, ref: PhaseRef, marks: Marks, *, with_method: bool, averages: str, may_leave: bool
) -> Message:
    """A row of five buttons for each mark; the chosen one stands out, and its name says so.

    `averages`: in words, once they are shown; a mark that changes afterwards does not change them.
    """
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
                        MarkRef(ref.session, what, mark),
                        style="primary" if mark == chosen else None,
                        label=t("{question}: {mark}", question=names[what], mark=mark),
                    )
                    for mark in range(1, 6)
                )
            )
        )
    if marks.counts:
        # The averages stand once they are shown.
        thanks = (
            t("Thank you. The averages stand now; another mark no longer changes them.")
            if averages
            else t("Thank you. Until the averages are shown you can still change them.")
        )
        parts.append(blocks.context(thanks))
    line = blocks.button(t("Add a line"), ids.ROUNDS_EVALUATE, ref)
    parts.append(blocks.actions(line, *_not_here(t, ref, may_leave)))
    if averages:
        parts.append(blocks.section(averages))
    return Message(opening, parts)


def harvest_count(t: Texts, given: int, of: int, *, is_written: bool) -> str:
    """To whoever leads: how many have written their harvest down. Where people speak, most say it."""
    if given == of:
        return _that_was_everybody(t)
    said = t.n(
        "{n} of {of} has written something down.", "{n} of {of} have written something down.", given, of=of
    )
    aloud = t("Saying it aloud is just as good.")
    return said if is_written else f"{said} {aloud}"


def marks_count(t: Texts, given: int, of: int, *, is_written: bool) -> str:
    """To whoever leads: how many have given their marks. Whoever has no phone is ticked as having said it."""
    if given == of:
        return _that_was_everybody(t)
    said = t.n("{n} of {of} has given marks.", "{n} of {of} have given marks.", given, of=of)
    if is_written:
        return said
    aloud = t("Somebody without a phone? Tick *Said aloud* in *Who is here*.")
    return f"{said} {aloud}"


def _that_was_everybody(t: Texts) -> str:
    return t("That was everybody. You can go on.")


def same_mark_answer(t: Texts, mark: int) -> Message:
    return Message(t("Here you gave a {mark} already.", mark=mark))


def safety_question(t: Texts, note: str, after: Message | None) -> Message:
    """To somebody for whom it was not safe, above what else they get after the session.

    A notification shows the text of a message on a locked phone, so the question stands in the message only.
    """
    opening = t("I have one question, for you alone.")
    text = t(
        "It was not safe for you today. May whoever leads next time know that there was something? Without your name. Until you say yes, nobody knows."
    )
    buttons = [
        blocks.button(t("Yes, without my name"), f"{ids.ROUNDS_SAFETY}.yes", SafetyRef(note, "yes")),
        blocks.button(t("No"), f"{ids.ROUNDS_SAFETY}.no", SafetyRef(note, "no")),
    ]
    asked = [blocks.section(opening), blocks.section(text), blocks.actions(*buttons)]
    return _above(Message(opening, asked), after)


def safety_answered(t: Texts, after: Message | None, *, told: bool) -> Message:
    text = (
        t("Whoever leads next time reads that it was not safe for everybody. Not who, and not how many.")
        if told
        else t("It stays with you.")
    )
    return _above(Message(text, [blocks.section(text)]), after)


def _above(first: Message, after: Message | None) -> Message:
    if after is None:
        return first
    following = after.blocks or [blocks.section(after.text)]
    return Message(f"{first.text}\n{after.text}", [*first.blocks, *following])


def question_closed(t: Texts) -> Message:
    return Message(t("This session is closed. The summary stands in its thread."))
