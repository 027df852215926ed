"""What the rounds say in the thread, and privately around it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.message import Message
from bot.followups.records import Takeaway
from bot.followups.views import edit_button
from bot.meetings.records import Meeting
from bot.meetings.views import when
from bot.rounds.rules import Averages
from bot.rounds.views.forms import numbered
from bot.rounds.views.refs import PhaseRef, SessionRef, TurnRef
from bot.slack import blocks, ids, limits
from bot.texts import Texts, channel, day_name, escape, list_of, mention, one_line


def written(t: Texts, ref: PhaseRef, count: int, of: int) -> Message:
    """How many have written, while the questions are still hidden."""
    text = t.n("{n} of {of} has written a question.", "{n} of {of} have written a question.", count, of=of)
    return Message(
        text,
        [
            blocks.context(text),
            blocks.actions(blocks.button(t("Show the questions"), ids.ROUNDS_REVEAL, ref)),
        ],
    )


def all_written(t: Texts) -> Message:
    text = t("The questions are there.")
    return Message(text, [blocks.context(text)])


def nothing_written(t: Texts) -> Message:
    text = t("Nobody wrote a question through the form.")
    return Message(text, [blocks.context(text)])


def revealed(t: Texts, presenter: str, shown: Sequence[tuple[int, str, str]]) -> Message:
    """The questions together, without haste."""
    opening = t(
        "{presenter}, these are the questions. Take them one by one; you need not answer them all.",
        presenter=mention(presenter),
    )
    parts = [blocks.section(opening)]
    parts += [blocks.section(numbered(t, [one])) for one in shown]
    return Message(f"{opening}\n{numbered(t, shown)}", parts)


def one_more(t: Texts, shown: Sequence[tuple[int, str, str]]) -> Message:
    text = numbered(t, shown)
    return Message(text, [blocks.section(text)])


def turn(t: Texts, ref: TurnRef, user: str, left: int) -> Message:
    """Whose turn it is to advise."""
    text = t(
        "{user}, what would you do? Say it here, or write it in the form. Passing is fine.",
        user=mention(user),
    )
    small = t.n("After this {n} more.", "After this {n} more.", left) if left else t("You are the last.")
    return Message(
        f"{text} {small}",
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(t("Write my advice"), ids.ROUNDS_WRITE_ADVICE, ref.phase, style="primary"),
                blocks.button(t("Pass"), ids.ROUNDS_PASS, ref.phase),
                blocks.button(t("Next one"), ids.ROUNDS_NEXT_TURN, ref),
            ),
            blocks.context(small),
        ],
    )


def turn_over(t: Texts, user: str, how: str) -> Message:
    """A turn that is over, without its buttons."""
    text = {
        "spoke": t("{user} had a turn.", user=mention(user)),
        "pass": t("{user} passes.", user=mention(user)),
        "next": t("{user}'s turn is over.", user=mention(user)),
    }[how]
    return Message(text, [blocks.context(text)])


def everyone_advised(t: Texts, presenter: str) -> Message:
    return Message(
        t("Everyone has had a turn. {presenter}, you will speak in a moment.", presenter=mention(presenter))
    )


def advised(t: Texts, user: str, advice: str) -> Message:
    text = t("*{user}* advises:", user=mention(user))
    quoted = "\n".join(f"> {escape(line)}" for line in advice.splitlines())[:2900]
    return Message(f"{text}\n{escape(advice)[:2900]}", [blocks.section(text), blocks.section(quoted)])


def responded(t: Texts, user: str, takeaway: str, step: str, by: str, *, shared: bool) -> Message:
    """What the presenter lets the thread see."""
    if not shared:
        return Message(
            t("{user} has written down what to take from it, and a first step.", user=mention(user))
        )
    text = t("*{user} takes from it:*", user=mention(user)) + f"\n{escape(takeaway)[:2000]}"
    text += "\n" + t("*First step, by {day}:* {step}", day=day_name(t, by), step=escape(step))
    return Message(text, [blocks.section(text)])


def harvested(t: Texts, user: str, takeaway: str, step: str) -> Message:
    text = t("*{user}:* {takeaway}", user=mention(user), takeaway=escape(takeaway)[:2000])
    if step:
        text += "\n" + t("Tomorrow: {step}", step=escape(step))
    return Message(text, [blocks.section(text)])


def taken_back(t: Texts, user: str) -> Message:
    """In the place of what somebody shared at first and then rather kept."""
    text = t("{user} has taken this back.", user=mention(user))
    return Message(text, [blocks.context(text)])


@dataclass(frozen=True, slots=True)
class Remains:
    """What a session leaves behind, without a word of the case."""

    present: Sequence[str]
    phases: Sequence[str]
    questions: int
    advisers: int
    # Who shared an insight, and its words.
    shared: Sequence[tuple[str, str]]
    marks: Averages | None
    answers: int
    lines: Sequence[str]
    meeting: Meeting | None


def summary(t: Texts, it: Remains) -> Message:
    """What remains of a session for everyone."""
    parts = [
        t("*In short.* There were {names}.", names=list_of(t, [mention(user) for user in it.present])),
        t("Phases: {phases}.", phases=list_of(t, it.phases)),
    ]
    if it.questions:
        parts.append(t.n("{n} question was written.", "{n} questions were written.", it.questions))
    if it.advisers:
        parts.append(t.n("{n} person gave advice.", "{n} people gave advice.", it.advisers))
    if it.shared:
        parts.append(t("Shared:"))
        parts += [f"• {mention(user)}: {escape(one_line(words, 400))}" for user, words in it.shared]
    if it.marks is not None:
        parts.append(
            t(
                "Marks ({n} answers): use {use}, safety {safety}, method {method}.",
                n=it.marks.answers,
                use=number(t, it.marks.use),
                safety=number(t, it.marks.safety),
                method=number(t, it.marks.method),
            )
        )
        parts += [f"> {escape(line)}" for line in it.lines]
    elif it.answers:
        parts.append(t("Too few marks to share: they appear from four answers on."))
    parts.append(
        t("Next meeting: {when}.", when=when(t, it.meeting))
        if it.meeting
        else t("Plan the next meeting with /intervisie plan, while you are together.")
    )
    return Message("\n".join(parts), [blocks.section(text) for text in _sections(parts)])


def _sections(lines: Sequence[str]) -> list[str]:
    """Lines in as few paragraphs as Slack's length allows, so that a talkative group loses nothing."""
    found = [""]
    for line in lines:
        if len(found[-1]) + len(line) >= limits.TEXT:
            found.append("")
        found[-1] = f"{found[-1]}\n{line}".strip()
    return found


def number(t: Texts, value: float) -> str:
    shown = f"{value:.1f}"
    return shown.replace(".", ",") if t.language == "nl" else shown


def own(t: Texts, place: str, kept: Takeaway | None, ref: SessionRef, asked_on: str | None) -> Message:
    """To one participant: what they wrote down, and on which day we ask about it, if we do."""
    if kept is None or not (kept.takeaway or kept.step):
        text = t(
            "Thank you for being there, in {channel}. Is there one insight that you want to keep? It stays yours.",
            channel=channel(place),
        )
        button = blocks.button(t("Write it down"), ids.ROUNDS_HARVEST_LATER, ref)
        return Message(text, [blocks.section(text), blocks.actions(button)])
    parts = [
        t("Thank you for being there, in {channel}. This is what you wrote down:", channel=channel(place))
    ]
    if kept.takeaway:
        parts.append(t("*Insight:* {text}", text=escape(kept.takeaway)[:1500]))
    if kept.step:
        parts.append(t("*Step:* {text}", text=escape(kept.step)))
        if asked_on is not None:
            parts.append(t("I ask you about it on {day}.", day=day_name(t, asked_on)))
    text = "\n".join(parts)
    buttons = [edit_button(t, kept, t("Change it"))] if kept.step else []
    return Message(text, [blocks.section(text), *([blocks.actions(*buttons)] if buttons else [])])


# Privately, during the session


def not_heard(t: Texts, ref: SessionRef) -> Message:
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


def heard_so_far(t: Texts, heard: Sequence[str], not_yet: Sequence[str]) -> Message:
    """To the facilitator: who has spoken, and who hasn't yet."""
    if not not_yet:
        return Message(t("Everyone has been heard in this round."))
    names = list_of(t, [mention(user) for user in not_yet])
    text = t(
        "Not heard in this round yet: {names}. Perhaps leave a silence, or ask who still has a question.",
        names=names,
    )
    if heard:
        text += " " + t("Heard: {names}.", names=list_of(t, [mention(user) for user in heard]))
    return Message(text)


def listen_now(t: Texts, ref: SessionRef) -> Message:
    """To a presenter who speaks in a phase of listening."""
    text = t(
        "This is the moment to only listen; in a little while it is your turn again. Do you want to keep this as a note?"
    )
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(blocks.button(t("Write a note"), ids.ROUNDS_WRITE_NOTE, ref, style="primary")),
        ],
    )


def done(t: Texts) -> Message:
    return Message(t("Good. If something comes up after all, you can still say it."))


def no_more_nudges(t: Texts) -> Message:
    return Message(t("All right, I leave you in peace during sessions. You can change it on my Home tab."))


def kept(t: Texts) -> Message:
    return Message(t("It is kept. Only you see it, unless you ticked that it may be shared."))


def note_kept(t: Texts) -> Message:
    return Message(t("Your note is kept; only you see it, and you get it back when it is your turn."))


def question_kept(t: Texts) -> Message:
    return Message(t("Your question is kept. It appears together with those of the others."))


def marks_kept(t: Texts) -> Message:
    return Message(t("Thank you, your marks are kept."))
