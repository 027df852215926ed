"""Messages of the rounds: in the thread, and private ones around values."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.message import Message
from bot.groups.views import plan_button
from bot.meetings.records import Meeting
from bot.meetings.views import when
from bot.rounds.rules import Averages
from bot.rounds.views.forms import question_lines
from bot.rounds.views.refs import TurnRef
from bot.sessions.views import PhaseRef, SessionRef
from bot.sessions.views.prompt import Addition
from bot.slack import blocks, ids, limits
from bot.slack.blocks import Block
from bot.texts import Texts, escape, list_of, mention, name_of, one_line


def question_count(t: Texts, ref: PhaseRef, count: int, of: int) -> Addition:
    """In the prompt: the number of members who have written, while the questions are still hidden."""
    return Addition(
        small=t.n("{n} of {of} has written.", "{n} of {of} have written.", count, of=of),
        last_buttons=(blocks.button(t("Show the questions"), ids.ROUNDS_REVEAL, ref),),
    )


def question_list(t: Texts, presenter: str, questions: Sequence[tuple[int, str, str]]) -> Message:
    """All questions in one message, for the presenter to answer one by one."""
    opening = t(
        "{presenter}, these are the questions. Take them one by one; you need not answer them all.",
        presenter=mention(presenter),
    )
    parts = [blocks.section(opening)]
    parts += [blocks.section(question_lines(t, [one]), expand=True) for one in questions]
    return Message(f"{opening}\n{question_lines(t, questions)}", parts)


def more_questions(t: Texts, questions: Sequence[tuple[int, str, str]]) -> Message:
    text = question_lines(t, questions)
    return Message(text, [blocks.section(text, expand=True)])


def first_turn(t: Texts, ref: TurnRef, user: str, left: int) -> Addition:
    """The first turn, as part of the prompt of its phase."""
    text, small = _turn_words(t, user, left)
    write, _, following = _turn_buttons(t, ref)
    # The prompt has a button to pass of its own.
    return Addition(text, small, first_buttons=(write,), last_buttons=(following,))


def turn_prompt(t: Texts, ref: TurnRef, user: str, left: int) -> Message:
    """The call to the turn of one member, with its buttons."""
    text, small = _turn_words(t, user, left)
    return Message(
        f"{text} {small}",
        [blocks.section(text), blocks.actions(*_turn_buttons(t, ref)), blocks.context(small)],
    )


def _turn_words(t: Texts, user: str, left: int) -> tuple[str, str]:
    text = t(
        "{user}, what would you do? Say it here, or write it in the form. Passing is fine.",
        user=mention(user),
    )
    small = t.n("After you {n} more.", "After you {n} more.", left) if left else t("You are the last.")
    return text, small


def _turn_buttons(t: Texts, ref: TurnRef) -> tuple[Block, Block, Block]:
    return (
        blocks.button(t("Write my advice"), ids.ROUNDS_WRITE_ADVICE, ref.phase, style="primary"),
        blocks.button(t("Pass"), ids.ROUNDS_PASS, ref.phase),
        blocks.button(t("Next one"), ids.ROUNDS_NEXT_TURN, ref),
    )


def advice_complete_notice(t: Texts, presenter: str) -> Message:
    return Message(
        t(
            "That was all the advice. {presenter}, take a moment; you're next.",
            presenter=name_of(t, presenter),
        )
    )


def advice_post(t: Texts, user: str, advice: str) -> Message:
    text = t("Advice from *{user}*:", user=name_of(t, user))
    quoted = "\n".join(f"> {escape(line)}" for line in advice.splitlines())[:2900]
    return Message(
        f"{text}\n{escape(advice)[:2900]}", [blocks.section(text), blocks.section(quoted, expand=True)]
    )


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """The values of a session's summary. It holds no text of the case."""

    closing: str
    presenter: str
    # Who was present beside the presenter.
    others: Sequence[str]
    # The writers of shared takeaways, and the words.
    shared: Sequence[tuple[str, str]]
    marks: Averages | None
    answers: int
    lines: Sequence[str]
    meeting: Meeting | None
    group: str


def summary(t: Texts, values: SessionSummary) -> Message:
    """The summary of a session, for the thread."""
    parts = [values.closing]
    if values.others:
        thought = t.n(
            "{names} thought along with {presenter}.",
            "{names} thought along with {presenter}.",
            len(values.others),
            names=list_of(t, [name_of(t, user) for user in values.others]),
            presenter=name_of(t, values.presenter),
        )
        short = t("*In short.*")
        parts.append(f"{short} {thought}")
    if values.shared:
        parts.append(t("Shared:"))
        parts += [f"• {name_of(t, user)}: {escape(one_line(words, 400))}" for user, words in values.shared]
    if values.marks is not None:
        parts.append(averages_line(t, values.marks))
        parts += [f"> {escape(line)}" for line in values.lines]
    elif values.answers:
        parts.append(t("Too few marks to share: they appear from four answers on."))
    parts.append(
        t("Next meeting: {when}.", when=when(t, values.meeting))
        if values.meeting
        else t("Plan the next meeting now, while you are together.")
    )
    sections = [blocks.section(text, expand=True) for text in _sections(parts)]
    plan = [] if values.meeting else [blocks.actions(plan_button(t, values.group))]
    return Message("\n".join(parts), [*sections, *plan])


def averages_line(t: Texts, marks: Averages) -> str:
    """The averages in words."""
    said = t(
        "Marks ({n} answers): use {use}, safety {safety}.",
        n=marks.answers,
        use=decimal(t, marks.use),
        safety=decimal(t, marks.safety),
    )
    if marks.method is not None:
        said += " " + t("Method: {method}.", method=decimal(t, marks.method))
    return said


def _sections(lines: Sequence[str]) -> list[str]:
    """The lines in as few sections as possible. Slack limits the text of a section:
    https://docs.slack.dev/reference/block-kit/blocks/section-block"""
    found = [""]
    for line in lines:
        if len(found[-1]) + len(line) >= limits.TEXT:
            found.append("")
        found[-1] = f"{found[-1]}\n{line}".strip()
    return found


def decimal(t: Texts, value: float) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if t.language == "nl" else text


def unheard_question(t: Texts, ref: SessionRef) -> Message:
    text = t(
        "We haven't heard you in this round yet. Is there something you want to ask or say? Listening is fine too."
    )
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(blocks.button(t("Don't ask me this any more"), ids.ROUNDS_NO_NUDGES, ref)),
        ],
    )


def listening_reminder(t: Texts, ref: SessionRef) -> Message:
    """To a presenter who writes in a phase in which the presenter listens."""
    text = t(
        "You only listen for a moment; you'll have the floor again soon. Write down what you wanted to say, so it isn't lost."
    )
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(blocks.button(t("Write a note"), ids.ROUNDS_WRITE_NOTE, ref, style="primary")),
        ],
    )


def done_answer(t: Texts) -> Message:
    return Message(t("Good. If something comes up after all, you can still say it."))


def passed_ahead_answer(t: Texts) -> Message:
    """For somebody who passes before their turn has come: the thread says nothing of it."""
    return Message(t("Good, I'll skip you this round. If something comes up after all, write it here."))


def nudges_off_answer(t: Texts) -> Message:
    return Message(t("All right, I'll leave you in peace during sessions. You can change it on my Home tab."))


def takeaway_kept_answer(t: Texts) -> Message:
    return Message(t("It's kept, and only you see it."))


def note_kept_answer(t: Texts) -> Message:
    return Message(t("Your note is kept; only you see it, and you get it back when it is your turn."))


def marks_kept_answer(t: Texts) -> Message:
    return Message(t("Thank you, your marks are kept."))
