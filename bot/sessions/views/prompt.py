"""A phase's prompt in the thread, and what stands around it."""

from datetime import datetime, timedelta

from bot.delivery.message import Message
from bot.methods.catalogue import Phase
from bot.sessions.rules import State
from bot.sessions.views.refs import PhaseRef
from bot.sessions.views.session_view import SessionView, how_long, leader
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, escape, mention, one_line

# What people can do in a phase besides writing in the thread, in this order: action ids of the room `rounds`.
BUTTONS: dict[str, tuple[str, ...]] = {
    "look_back": (ids.SESSIONS_SKIP_LOOK_BACK,),
    "presentation": (),
    "questions": (ids.ROUNDS_WRITE_QUESTION, ids.ROUNDS_DONE),
    "analysis": (ids.ROUNDS_DONE,),
    "advice": (ids.ROUNDS_PASS, ids.ROUNDS_DONE),
    "response": (ids.ROUNDS_RESPOND,),
    "harvest": (ids.ROUNDS_HARVEST,),
    "evaluation": (ids.ROUNDS_EVALUATE,),
}
# What is hoped for stands out; being done, passing and skipping are as good, and do not.
WRITING = {ids.ROUNDS_WRITE_QUESTION, ids.ROUNDS_RESPOND, ids.ROUNDS_HARVEST, ids.ROUNDS_EVALUATE}
# Escaped it may be five times as long, and Slack edits a message of 4,000 characters at most.
TOLD = 600
ON_TIME = timedelta(minutes=1)


def prompt(t: Texts, shown: SessionView, *, before: str | None = None) -> Message:
    """What happens now, who speaks, the one rule, until when. `before` opens it, as the look-back's does."""
    text = _body(t, shown.phase, shown.presenter, before)
    small = f"{_speaks(t, shown.phase, shown.presenter)} {_until(t, shown)}"
    parts = [blocks.section(text), blocks.context(small)]
    buttons = _buttons(t, shown.phase.kind, shown.phase_ref)
    if buttons:
        parts.append(blocks.actions(*buttons, block_id="phase"))
    return Message(f"{text}\n{small}", parts)


def past_prompt(t: Texts, phase: Phase, presenter: str, *, before: str | None = None) -> Message:
    """The same prompt once the phase is over: without anything to press."""
    text = _body(t, phase, presenter, before)
    small = t("This phase is over.")
    return Message(f"{text}\n{small}", [blocks.section(text), blocks.context(small)])


def look_back_opening(t: Texts, user: str, step: str, told: str) -> str:
    """What the previous presenter is asked; `step` and `told` are what they chose to share, or empty."""
    if step:
        asked = t(
            "{user}, last time you wanted to: _{step}_. What worked, what didn't?",
            user=mention(user),
            step=escape(one_line(step, 300)),
        )
    else:
        asked = t(
            "{user}, last time it was your case. What has happened since: what worked, what didn't?",
            user=mention(user),
        )
    if told:
        wrote = t("{user} wrote beforehand:", user=mention(user))
        quoted = "\n".join(f"> {escape(line)}" for line in told[:TOLD].splitlines())
        return f"{asked}\n{wrote}\n{quoted}"
    return asked


def look_back_skipped(t: Texts) -> Message:
    return Message(t("We skip the look-back this time."))


def nearly_over(t: Texts, shown: SessionView) -> Message:
    """Said shortly before the end of a phase."""
    assert shown.timer.ends_at is not None
    return Message(
        t(
            "*{phase}* goes on until {until}: time to round off.",
            phase=shown.phase.title(t.language),
            until=shown.at(t, shown.timer.ends_at),
        )
    )


def over(t: Texts, phase: Phase, shown: SessionView, meant: datetime) -> Message:
    """Said when a phase's time is up; with the truth when it is said too late."""
    title = phase.title(t.language)
    if shown.now - meant > ON_TIME:
        said = t("The time for *{phase}* has been up since {at}.", phase=title, at=shown.at(t, meant))
    else:
        said = t("The time for *{phase}* is up.", phase=title)
    if shown.state is State.WAITING and shown.following is None:
        said += " " + t(
            "Finish your sentence; {facilitator} closes the session.", facilitator=leader(t, shown)
        )
    elif shown.state is State.WAITING:
        said += " " + t(
            "Finish your sentence; {facilitator} takes you on from here.", facilitator=leader(t, shown)
        )
    return Message(said)


def everyone_done(t: Texts, shown: SessionView, *, goes_on: bool) -> Message:
    if goes_on:
        return Message(
            t("Everyone is done with *{phase}*, so we go on.", phase=shown.phase.title(t.language))
        )
    return Message(
        t(
            "Everyone is done with *{phase}*. It is up to {facilitator} when we go on.",
            phase=shown.phase.title(t.language),
            facilitator=leader(t, shown),
        )
    )


def _body(t: Texts, phase: Phase, presenter: str, before: str | None) -> str:
    says = phase.says(t.language, mention(presenter))
    return f"*{says.title}.* {before or says.prompt}\n{says.rule}"


def _speaks(t: Texts, phase: Phase, presenter: str) -> str:
    match phase.speaks:
        case "presenter":
            return t("{presenter} has the floor.", presenter=mention(presenter))
        case "previous presenter":
            return t("The previous presenter has the floor.")
        case "group" if phase.presenter == "silent":
            return t("The group has the floor, without {presenter}.", presenter=mention(presenter))
        case "group":
            return t("The group asks, {presenter} answers.", presenter=mention(presenter))
        case "in turn":
            return t("Everyone has a turn.")
        case _:
            return t("Everyone takes part.")


def _until(t: Texts, shown: SessionView) -> str:
    timer = shown.timer
    if timer.ends_at is not None:
        return t("Until {until}.", until=shown.at(t, timer.ends_at))
    if timer.remaining is not None:
        return t("The clock stands still; left: {left}.", left=how_long(t, timer.remaining))
    return t("The time is up.")


def _buttons(t: Texts, kind: str, ref: PhaseRef) -> list[Block]:
    words = {
        ids.SESSIONS_SKIP_LOOK_BACK: t("Skip the look-back"),
        ids.ROUNDS_WRITE_QUESTION: t("Write your question"),
        ids.ROUNDS_DONE: t("I'm done"),
        ids.ROUNDS_PASS: t("Pass"),
        ids.ROUNDS_RESPOND: t("What I take from it"),
        ids.ROUNDS_HARVEST: t("My insight"),
        ids.ROUNDS_EVALUATE: t("Give my marks"),
    }
    return [
        blocks.button(words[action], action, ref, style="primary" if action in WRITING else None)
        for action in BUTTONS[kind]
    ]
