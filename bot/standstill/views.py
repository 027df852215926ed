"""Views of a standstill: the question what the group needs, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.delivery.message import Message
from bot.groups.views import GroupRef, SettingsRef
from bot.meetings.records import Meeting
from bot.meetings.views import when
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.standstill.rules import Answer, Cause
from bot.texts import Texts, name_of


@dataclass(frozen=True)
class AnswerRef:
    """An answer to the question of a standstill."""

    standstill: str
    answer: str


def question(t: Texts, standstill: str, cause: str, waiting: int) -> Message:
    """Asks the channel once what the group needs. `waiting`: the number of cases."""
    text = {
        Cause.MISSED: t(
            "The last two meetings did not take place. That happens, and nobody has to explain it. I'll say nothing more "
            "about meetings for now."
        ),
        Cause.NEVER_MET: t(
            "The group began three weeks ago, and has not met yet. Beginning is often the hardest part."
        ),
    }.get(Cause(cause), t("There is no meeting planned."))
    if waiting and cause == Cause.NOTHING_PLANNED:
        text += " " + t.n("{n} case is waiting.", "{n} cases are waiting.", waiting)
    asked = t("What does the group need? Talk about it for a moment; one of you presses.")
    text = f"{text} {asked}"
    change = [Answer.RHYTHM, Answer.SHORTER, Answer.WAY, Answer.LEAD]
    rows = [
        blocks.actions(*(_button(t, standstill, cause, answer) for answer in answers))
        for answers in (change, [Answer.MET, Answer.REST, Answer.STOP])
    ]
    return Message(text, [blocks.section(text), *rows])


def _button(t: Texts, standstill: str, cause: str, answer: Answer) -> Block:
    confirm = {
        Answer.REST: blocks.confirm(
            t("Rest for a while?"),
            t(
                "This is for the whole group: nobody gets reminders. Cases, steps and dates are kept, and you can go on "
                "at any time."
            ),
            t("Rest"),
            t("Back"),
        ),
        Answer.STOP: blocks.confirm(
            t("Stop as a group?"),
            t(
                "This is for the whole group. I'll write nothing more, cases and steps are kept, and you can go on at any time."
            ),
            t("Stop"),
            t("Back"),
        ),
    }.get(answer)
    return blocks.button(
        _label(t, answer, cause),
        f"{ids.STANDSTILL_ANSWER}.{answer}",
        AnswerRef(standstill, answer),
        confirm=confirm,
    )


def _label(t: Texts, answer: Answer, cause: str) -> str:
    if answer == Answer.RHYTHM and cause != Cause.MISSED:
        return t("A date or a rhythm")
    return {
        Answer.RHYTHM: t("Another rhythm"),
        Answer.SHORTER: t("Shorter"),
        Answer.WAY: t("Another way of meeting"),
        Answer.LEAD: t("Somebody to lead"),
        Answer.MET: t("We did meet"),
        Answer.REST: t("Rest for a while"),
        Answer.STOP: t("Stop"),
    }[answer]


@dataclass(frozen=True)
class Answered:
    """An answer: who gave it, and for a shorter meeting the minutes and the meeting, if one is planned."""

    group: str
    cause: str
    answer: Answer
    user: str
    minutes: int = 0
    meeting: Meeting | None = None


def chosen(t: Texts, given: Answered) -> Message:
    """Replaces the question: who chose what, with a way to do it."""
    user = name_of(t, given.user)
    told: dict[Answer, Callable[[], str]] = {
        Answer.RHYTHM: lambda: (
            t("{user} is looking for another rhythm.", user=user)
            if given.cause == Cause.MISSED
            else t("{user} is looking for a date.", user=user)
        ),
        Answer.SHORTER: lambda: _shorter(t, given, user),
        Answer.WAY: lambda: t("{user} would like to meet in another way.", user=user),
        Answer.LEAD: lambda: t("{user} is looking for somebody to lead.", user=user),
        Answer.MET: lambda: t("You did meet, says {user}. Good; then I'll go on as before.", user=user),
        Answer.REST: lambda: t("{user} chose to rest for a while.", user=user),
        Answer.STOP: lambda: t(
            "{user} pressed: we stop. Thank you for what you did for each other. You can go on at any time.",
            user=user,
        ),
    }
    text = told[given.answer]()
    button = _next_step(t, given)
    return Message(text, [blocks.section(text), *([blocks.actions(button)] if button else [])])


def _shorter(t: Texts, given: Answered, user: str) -> str:
    if given.meeting is None:
        return t(
            "{user} would like it shorter. The short form takes {n} minutes; choose it when you begin.",
            user=user,
            n=given.minutes,
        )
    return t(
        "{user} would like it shorter. The meeting of {when} is in the short form, {n} minutes.",
        user=user,
        when=when(t, given.meeting),
        n=given.minutes,
    )


def _next_step(t: Texts, given: Answered) -> Block | None:
    plan = blocks.button(t("Plan a date or a rhythm"), ids.MEETING_OPEN, GroupRef(given.group))
    return {
        Answer.RHYTHM: plan,
        Answer.MET: plan if given.cause != Cause.MISSED else None,
        Answer.SHORTER: plan if given.meeting is None else None,
        Answer.WAY: blocks.button(t("How we meet"), ids.GROUP_SETTINGS, SettingsRef(given.group, "basics")),
        Answer.LEAD: blocks.button(t("Who leads"), ids.GROUP_SETTINGS, SettingsRef(given.group, "leading")),
    }.get(given.answer)


def already_answered(t: Texts, user: str | None, answer: str, cause: str, *, own: bool) -> str:
    """Tells whoever presses later what was chosen."""
    if user is None or answer not in tuple(Answer):
        return t(
            "The group goes on already, so this question is closed. /intervisie plan shows what is planned."
        )
    if own:
        return t(
            "You chose: {answer}. With /intervisie plan and /intervisie group you can still change it.",
            answer=_label(t, Answer(answer), cause),
        )
    return t(
        "{user} was just before you and chose: {answer}. With /intervisie plan and /intervisie group you can still change it.",
        user=name_of(t, user),
        answer=_label(t, Answer(answer), cause),
    )


def date_found(t: Texts, meeting: Meeting) -> Message:
    """Replaces the question once a date is planned."""
    text = t("A meeting is planned again: {when}.", when=when(t, meeting))
    return Message(text, [blocks.section(text)])


def begun_again(t: Texts) -> Message:
    """Replaces the question once a session has begun."""
    text = t("The group has begun again.")
    return Message(text, [blocks.section(text)])


def paused_instead(t: Texts) -> Message:
    """Replaces the question once the group is paused in another way."""
    text = t("The group rests now.")
    return Message(text, [blocks.section(text)])
