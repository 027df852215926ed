"""Views of the end: what whoever led gets back, without names and without a judgement."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.message import Message
from bot.methods.catalogue import Phase
from bot.sessions.views import SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, escape

MAX_LINE_LENGTH = 300
# A phase that took a minute more or less went as planned.
WORTH_TELLING = 2


@dataclass(frozen=True, slots=True)
class Taken:
    """The minutes that a phase took."""

    phase: Phase
    minutes: int


@dataclass(frozen=True, slots=True)
class After:
    """The leader's message after a session. `has_line`: something was written down for next time."""

    times: Sequence[Taken] = ()
    extensions: int = 0
    has_line: bool = False
    # What the group does differently next time, and the averages as they were shown.
    agreed: str = ""
    averages: str = ""


def session_over(t: Texts, view: SessionView, after: After) -> Message:
    """The last state of the console."""
    thanks = t("The session is closed. Thank you for leading it.")
    if not after.times:
        return Message(thanks)
    kept = [t("*Agreed for next time:* {line}", line=escape(after.agreed))] if after.agreed else []
    kept += [after.averages] if after.averages else []
    lines = [
        t(
            "{phase}: {planned}, {taken}",
            phase=one.phase.title(t.language),
            planned=one.phase.minutes,
            taken=t.n("{n} minute", "{n} minutes", one.minutes),
        )
        for one in after.times
        if abs(one.minutes - one.phase.minutes) >= WORTH_TELLING
    ]
    if lines:
        lines.insert(0, t("*The time*, planned and taken:"))
    if after.extensions:
        lines.append(t.n("Two minutes more: once.", "Two minutes more: {n} times.", after.extensions))
    asked = (
        t("What you wrote for next time comes back when you lead again.")
        if after.has_line
        else t("One thing for next time? Only you read it, when you lead again.")
    )
    button = blocks.button(
        t("Change it") if after.has_line else t("One thing for next time"), ids.CONSOLE_OWN_LINE, view.ref
    )
    parts: list[Block] = [
        blocks.section("\n".join([thanks, *kept]), expand=True),
        *([blocks.section("\n".join(lines), expand=True)] if lines else []),
        blocks.section(asked),
        blocks.actions(button),
    ]
    return Message("\n".join([thanks, *kept, *lines, asked]), parts)
