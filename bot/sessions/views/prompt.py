"""Prompts: the message that opens a phase in the thread, and those about its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.message import Message
from bot.methods.catalogue import Phase, PhaseTexts
from bot.sessions.rules import State, is_rounding_off
from bot.sessions.views.session_view import SessionView, facilitator_mention, facilitator_or_role
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, duration, escape, mention, name_of, one_line

# Escaping can make a text five times as long, and chat.update takes 4,000 characters at most:
# https://docs.slack.dev/reference/methods/chat.update
LOOK_BACK_EXCERPT = 600
LATE_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Addition:
    """What a round shows in its prompt: words beneath the rule, smaller words, and buttons before and after its own."""

    text: str = ""
    small: str = ""
    # Who acts in this activity, where that is not who speaks in the phase.
    speaks: str = ""
    # What came of the phase: the only words that stand there too where people speak.
    result: str = ""
    first_buttons: tuple[Block, ...] = ()
    last_buttons: tuple[Block, ...] = ()


def prompt(
    t: Texts,
    view: SessionView,
    *,
    before: str | None = None,
    opening: str | None = None,
    addition: Addition | None = None,
    buttons: Sequence[Block] = (),
    everyone_done: bool = False,
    until: datetime | None = None,
) -> Message:
    """The prompt of the current phase: what to do, who speaks, the rule, and the end.

    `before` replaces the phase's own words, `opening` stands above everything. `until`: the end of the activity that is on.
    """
    add = addition or Addition()
    if not view.is_written:
        return _one_line(t, view.phase, " ".join(part for part in (_until(t, view), add.result) if part))
    text = _body(view.says(t, _presenter(t, view), until), before)
    # Once everybody is done nobody has the floor any more.
    speaks = "" if everyone_done else add.speaks or _speaks(t, view.phase, view.presenter)
    ends = _everyone_done(t, view) if everyone_done else _until(t, view)
    small = " ".join(part for part in (speaks, ends, add.small) if part)
    paragraphs = [part for part in (opening, text, add.text, add.result) if part]
    parts = [*map(blocks.section, paragraphs), blocks.context(small)]
    pressed = [*add.first_buttons, *buttons, *add.last_buttons]
    if view.phase.presenter == "silent":
        # For the presenter above all, who says nothing now. Everybody may keep a note of their own.
        pressed.append(blocks.button(t("Write a note"), ids.ROUNDS_WRITE_NOTE, view.ref))
    if pressed:
        parts.append(blocks.actions(*pressed, block_id="phase"))
    return Message("\n".join([*paragraphs, small]), parts)


def _one_line(t: Texts, phase: Phase, small: str) -> Message:
    """Where people speak nobody reads along: the phase and its end. What to say stands in the leader's console."""
    text = f"*{phase.title(t.language)}.* {small}"
    return Message(text, [blocks.section(text)])


def past_prompt(
    t: Texts,
    phase: Phase,
    presenter: str,
    *,
    before: str | None = None,
    after: str = "",
    is_written: bool = True,
) -> Message:
    """The prompt of a past phase, without buttons. `after`: what is worth keeping of it."""
    if not is_written:
        return _one_line(t, phase, t("This phase is over."))
    text = _body(phase.says(t.language, name_of(t, presenter)), before)
    small = t("This phase is over.")
    paragraphs = [part for part in (text, after) if part]
    return Message("\n".join([*paragraphs, small]), [*map(blocks.section, paragraphs), blocks.context(small)])


def look_back_opening(t: Texts, user: str, steps: Sequence[str], told: str) -> str:
    """The question to a previous presenter. `steps` and `told` are what they shared, or empty."""
    if steps:
        asked = t(
            "{user}, last time you wanted to: _{step}_. What worked, what didn't?",
            user=mention(user),
            step="; ".join(escape(one_line(step, 300)) for step in steps),
        )
    else:
        asked = t(
            "{user}, last time it was your case. What has happened since: what worked, what didn't?",
            user=mention(user),
        )
    if told:
        wrote = t("{user} wrote beforehand:", user=name_of(t, user))
        quoted = "\n".join(f"> {escape(line)}" for line in told[:LOOK_BACK_EXCERPT].splitlines())
        return f"{asked}\n{wrote}\n{quoted}"
    return asked


def look_back_skipped(t: Texts) -> Message:
    return Message(t("We skip the look-back this time."))


def time_up_notice(t: Texts, phase: Phase, view: SessionView, planned_end: datetime) -> Message:
    """Announces that the time of a phase is up. A late message gives the planned end."""
    title = phase.title(t.language)
    if view.now - planned_end > LATE_AFTER:
        said = t("The time for *{phase}* has been up since {at}.", phase=title, at=view.at(t, planned_end))
    else:
        said = t("The time for *{phase}* is up.", phase=title)
    if view.state is State.WAITING and view.following is None:
        said += " " + t(
            "Finish your sentence; {facilitator} closes the session.",
            facilitator=facilitator_mention(t, view),
        )
    elif view.state is State.WAITING:
        said += " " + t(
            "Finish your sentence; {facilitator} takes you on from here.",
            facilitator=facilitator_mention(t, view),
        )
    return Message(said)


def _body(says: PhaseTexts, before: str | None) -> str:
    return f"*{says.title}.* {before or says.prompt}\n{says.rule}"


def _presenter(t: Texts, view: SessionView) -> str:
    """The presenter in the text of a phase: a mention only when it is their turn, and not beside the begin notice."""
    is_called = view.phase.speaks == "presenter" and view.timer.phase_index > view.first_phase
    return mention(view.presenter) if is_called else name_of(t, view.presenter)


def _speaks(t: Texts, phase: Phase, presenter: str) -> str:
    match phase.speaks:
        case "presenter":
            return t("{presenter} has the floor.", presenter=name_of(t, presenter))
        case "previous presenter":
            return t("The previous presenter has the floor.")
        case "group" if phase.presenter == "silent":
            return t("The group has the floor, without {presenter}.", presenter=name_of(t, presenter))
        case "group" if phase.presenter == "waits":
            return t("Everyone but {presenter} writes.", presenter=name_of(t, presenter))
        case "group":
            return t("The group asks, {presenter} answers.", presenter=name_of(t, presenter))
        case "in turn":
            return t("Everyone has a turn.")
        case _:
            return t("Everyone takes part.")


def _until(t: Texts, view: SessionView) -> str:
    timer = view.timer
    if timer.ends_at is not None and is_rounding_off(timer, timedelta(minutes=view.phase.minutes), view.now):
        return t("Until {until}: time to round off.", until=view.at(t, timer.ends_at))
    if timer.ends_at is not None:
        return t("Until {until}.", until=view.at(t, timer.ends_at))
    if timer.remaining is not None:
        return t("The clock has stopped; still to go: {left}.", left=duration(t, timer.remaining))
    return t("The time is up.")


def _everyone_done(t: Texts, view: SessionView) -> str:
    """Instead of the end of the phase: nobody has anything left to do, and who takes the next step."""
    who = facilitator_or_role(t, view)
    if view.following is None:
        return t("That was everybody; {facilitator} closes the session in a moment.", facilitator=who)
    if view.phase.speaks == "presenter":
        return t(
            "{presenter} is done; {facilitator} takes you on in a moment.",
            presenter=name_of(t, view.presenter),
            facilitator=who,
        )
    return t("That was everybody; {facilitator} takes you on in a moment.", facilitator=who)
