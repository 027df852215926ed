"""Messages of the rounds: in the thread, and private ones around values."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cases.views.case import help_name
from bot.delivery.message import Message
from bot.groups.views import plan_button
from bot.meetings.records import Meeting
from bot.meetings.views import when
from bot.rounds.rules import COLD, LUKEWARM, WARM, Averages
from bot.rounds.views.forms import MAX_QUESTION_LENGTH
from bot.rounds.views.refs import TurnRef
from bot.sessions.views import PhaseRef, SessionRef
from bot.sessions.views.prompt import Addition
from bot.slack import blocks, ids, limits
from bot.slack.blocks import Block
from bot.texts import Texts, escape, list_of, mention, name_of, one_line


def rating_name(t: Texts, rating: int) -> str:
    return {COLD: t("cold"), LUKEWARM: t("lukewarm"), WARM: t("warm")}[rating]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its number and writer. `rating`: the presenter's word for it, if it has one."""

    place: int
    user: str
    text: str
    rating: int | None = None


def write_question_button(t: Texts, ref: PhaseRef, *, is_first: bool = True) -> Block:
    return blocks.button(
        t("Write your question"), ids.ROUNDS_WRITE_QUESTION, ref, style="primary" if is_first else None
    )


def question_count(t: Texts, ref: PhaseRef, count: int, of: int, *, item: str = "question") -> Addition:
    """In the prompt: the number of members who have written, while it is still hidden."""
    show = t("Show the advice") if item == "advice" else t("Show the questions")
    return Addition(
        small=t.n("{n} of {of} has written.", "{n} of {of} have written.", count, of=of),
        last_buttons=(blocks.button(show, ids.ROUNDS_REVEAL, ref),),
    )


def question_list(t: Texts, presenter: str, questions: Sequence[Asked]) -> Message:
    """All questions in one message, for the presenter to answer one by one."""
    opening = t(
        "{presenter}, these are the questions. Take them one by one; you need not answer them all.",
        presenter=mention(presenter),
    )
    lines = [_question_line(t, one) for one in questions]
    text = "\n".join([opening, *lines])
    return Message(text, [blocks.section(opening), *(blocks.section(line, expand=True) for line in lines)])


def more_questions(t: Texts, questions: Sequence[Asked]) -> Message:
    text = "\n".join(_question_line(t, one) for one in questions)
    return Message(text, [blocks.section(text, expand=True)])


def _question_line(t: Texts, one: Asked) -> str:
    line = f"{one.place}. {escape(one_line(one.text, MAX_QUESTION_LENGTH))} ({name_of(t, one.user)})"
    return line if one.rating is None else f"{line} · *{rating_name(t, one.rating)}*"


def question_on_now(t: Texts, now: tuple[int, str, str] | None) -> str:
    """The question that is being discussed: its number, its writer and its words."""
    if now is None:
        return t("Those were all the questions.")
    place, user, text = now
    return t(
        "*Now question {n}:* {text} ({user})",
        n=place,
        text=escape(one_line(text, 300)),
        user=name_of(t, user),
    )


def discussed_so_far(t: Texts, done: int, of: int, warm: Sequence[int] = ()) -> str:
    """How many questions were discussed, and the numbers of the warm ones that are still open."""
    said = t("{n} of {of} discussed.", n=done, of=of)
    if warm:
        said += " " + t("Warm, and still open: {numbers}.", numbers=list_of(t, [str(one) for one in warm]))
    return said


def warm_questions_left(t: Texts, count: int) -> str:
    """Asked once, of whoever leads, before warm questions are left behind."""
    return t.n(
        "One warm question still lies there. On all the same?",
        "{n} warm questions still lie there. On all the same?",
        count,
    )


def question_became(t: Texts, presenter: str, before: str, now: str) -> str:
    """The presenter's question as it was and as it is now. `now`: empty when it stayed the same."""
    who = name_of(t, presenter)
    if not now:
        return t("This is still the question of {presenter}.", presenter=who)
    return t(
        "The question of {presenter} was: {before}\n*Now it is:* {now}",
        presenter=who,
        before=escape(one_line(before, 500)),
        now=escape(one_line(now, 500)),
    )


def contract(t: Texts, presenter: str, question: str, wanted: Sequence[str]) -> str:
    """What the presenter asked for: the question as it is now, and the help."""
    said = []
    if question:
        said.append(t("The question is now: {question}", question=escape(one_line(question, 500))))
    if wanted:
        helps = list_of(t, [help_name(t, one) for one in wanted])
        said.append(t("{presenter} asked for {help}.", presenter=name_of(t, presenter), help=helps))
    return "\n".join(said)


def advice_list(t: Texts, advices: Sequence[tuple[str, str]], *, goes_on: bool) -> Message:
    """All advice at once, in drawn order, each with its writer."""
    parts = [] if goes_on else [blocks.section(t("This is what each of you would do. The order was drawn."))]
    said = []
    for user, text in advices:
        quoted = "\n".join(f"> {escape(line)}" for line in text.splitlines())[:2800]
        said.append(f"{quoted}\n*{name_of(t, user)}*")
    # Screen readers read the text. Slack takes 40,000 characters, and an edit takes 4,000:
    # https://docs.slack.dev/reference/methods/chat.update
    return Message("\n".join(said)[:3900], [*parts, *(blocks.section(one, expand=True) for one in said)])


def first_turn(t: Texts, ref: TurnRef, user: str, left: int) -> Addition:
    """The first turn, as part of the prompt of its phase."""
    text, small = _turn_words(t, user, left)
    write, _, done, following = _turn_buttons(t, ref)
    # The prompt has a button to pass of its own.
    return Addition(text, small, first_buttons=(write,), last_buttons=(done, following))


def turn_prompt(t: Texts, ref: TurnRef, user: str, left: int, *, has_written: bool = False) -> Message:
    """The call to the turn of one member, with its buttons. `has_written`: their advice stands in the thread already."""
    text, small = _turn_words(t, user, left, has_written=has_written)
    write, *others = _turn_buttons(t, ref)
    # The form takes one advice, so it has nothing to offer to whoever wrote theirs.
    buttons = others if has_written else [write, *others]
    return Message(
        f"{text} {small}",
        [blocks.section(text), blocks.actions(*buttons), blocks.context(small)],
    )


def _turn_words(t: Texts, user: str, left: int, *, has_written: bool = False) -> tuple[str, str]:
    if has_written:
        text = t(
            "{user}, what would you do? What you wrote stands above. Add to it here, or pass.",
            user=mention(user),
        )
    else:
        text = t(
            "{user}, what would you do? Say it here, or write it in the form. Passing is fine.",
            user=mention(user),
        )
    small = t.n("After you {n} more.", "After you {n} more.", left) if left else t("You are the last.")
    return text, small


def _turn_buttons(t: Texts, ref: TurnRef) -> tuple[Block, Block, Block, Block]:
    return (
        blocks.button(t("Write my advice"), ids.ROUNDS_WRITE_ADVICE, ref.phase, style="primary"),
        blocks.button(t("Pass"), ids.ROUNDS_PASS, ref.phase),
        blocks.button(t("My turn is over"), ids.ROUNDS_TURN_DONE, ref),
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
    # What the presenter's question became, where it may be repeated.
    question: str
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
    if values.question:
        parts.append(t("The question became: {question}", question=escape(one_line(values.question, 500))))
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
        "Marks ({n} answers): “It was of use to me” {use}, “I felt safe” {safety}.",
        n=marks.answers,
        use=decimal(t, marks.use),
        safety=decimal(t, marks.safety),
    )
    if marks.method is not None:
        said += " " + t("“The method helped” {method}.", method=decimal(t, marks.method))
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


def said_already(t: Texts) -> Message:
    return Message(t("You have said so already."))


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
