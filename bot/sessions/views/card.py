"""The session card: the one post in the channel, with the phases and the facilitator's controls."""

from datetime import timedelta

from bot.delivery.message import Message
from bot.sessions.rules import State
from bot.sessions.views.refs import TakeOverRef
from bot.sessions.views.session_view import SessionView, how_long, leader
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, escape, mention

EXTENSION = timedelta(minutes=2)


def card(t: Texts, shown: SessionView) -> Message:
    """The card as it stands now; a closed record once the session has ended."""
    who = t(
        "{presenter} brings the case, {facilitator} facilitates.",
        presenter=mention(shown.presenter),
        facilitator=mention(shown.facilitator) if shown.facilitator else t("nobody"),
    )
    what = t(
        "{method}, {duration}.",
        method=shown.method.name(t.language),
        duration=t.n("{n} minute", "{n} minutes", shown.minutes),
    )
    status = _status(t, shown)
    text = "\n".join([t("Intervisie: {title}", title=escape(shown.title)), who, what, status])
    parts = [
        blocks.header(shown.title),
        blocks.section(f"{who} {what}"),
        blocks.section(status),
        blocks.section(_phases(t, shown)),
    ]
    if shown.state is not State.ENDED:
        parts.append(
            blocks.context(t("Everything else happens in its thread. What is said there stays there."))
        )
        parts.append(blocks.actions(*_controls(t, shown), block_id="controls"))
    return Message(text, parts)


def _status(t: Texts, shown: SessionView) -> str:
    title = shown.phase.title(t.language)
    match shown.state:
        case State.GATHERING:
            return t(
                "*We are gathering.* If we begin now, we finish at {end}.", end=shown.at(t, shown.finishes_at)
            )
        case State.RUNNING:
            assert shown.timer.ends_at is not None
            return t(
                "*Now: {phase}*, until {until}. The session finishes at {end}.",
                phase=title,
                until=shown.at(t, shown.timer.ends_at),
                end=shown.at(t, shown.finishes_at),
            )
        case State.PAUSED:
            return t(
                "*The clock stands still* in {phase}. Left in this phase: {left}.",
                phase=title,
                left=how_long(t, shown.timer.left(shown.now)),
            )
        case State.WAITING if shown.following is None:
            return t(
                "*The time for {phase} is up.* It is up to {facilitator} to close the session.",
                phase=title,
                facilitator=leader(t, shown),
            )
        case State.WAITING:
            assert shown.following is not None
            return t(
                "*The time for {phase} is up.* It is up to {facilitator} when {next} begins.",
                phase=title,
                facilitator=leader(t, shown),
                next=shown.following.title(t.language),
            )
        case _:
            return _closed(t, shown)


def _closed(t: Texts, shown: SessionView) -> str:
    at = shown.at(t, shown.ended_at or shown.now)
    match shown.how:
        case "finished":
            return t("*This session is closed.* It ended at {end}.", end=at)
        case "unattended":
            return t("*This session is closed.* It had been quiet for a while; I closed it at {end}.", end=at)
        case "away":
            return t(
                "*This session is closed.* I had been away for a long time; I closed it at {end}.", end=at
            )
        case _:
            return t("*This session is closed.* It was stopped at {end}.", end=at)


def _phases(t: Texts, shown: SessionView) -> str:
    lines = []
    begun = shown.begun and shown.state is not State.GATHERING
    for number, phase in enumerate(shown.method.phases):
        if number < shown.first:
            continue
        title = phase.title(t.language)
        length = t.n("{n} minute", "{n} minutes", phase.minutes)
        done = number < shown.timer.number or (shown.how == "finished" and shown.state is State.ENDED)
        if begun and done:
            lines.append(t("{phase}: done", phase=title))
        elif begun and number == shown.timer.number and shown.state is State.ENDED:
            lines.append(t("{phase}: stopped here", phase=title))
        elif begun and number == shown.timer.number:
            lines.append(t("*{phase}: now*, {duration}", phase=title, duration=length))
        elif shown.state is State.ENDED:
            lines.append(t("{phase}: not reached", phase=title))
        else:
            lines.append(t("{phase}: {duration}", phase=title, duration=length))
    return "\n".join(lines)


def _controls(t: Texts, shown: SessionView) -> list[Block]:
    begin = blocks.button(t("Begin"), ids.SESSIONS_BEGIN, shown.control, style="primary")
    pause = blocks.button(t("Pause"), ids.SESSIONS_PAUSE, shown.control)
    # What *Go on* means after an absence is said with that question.
    words = t("Give the time back") if shown.was_away else t("Go on")
    resume = blocks.button(words, ids.SESSIONS_RESUME, shown.control, style="primary")
    more = blocks.button(t("Two minutes more"), ids.SESSIONS_EXTEND, shown.control)
    back = blocks.button(t("Back"), ids.SESSIONS_BACK, shown.control)
    on = next_button(t, shown, primary=shown.state is State.WAITING)
    has_previous = shown.timer.number > shown.first
    by_state = {
        State.GATHERING: [begin],
        State.RUNNING: [pause, more, on],
        State.PAUSED: [resume, more, on],
        State.WAITING: [on, more],
    }
    controls = by_state.get(shown.state, [])
    if has_previous and shown.state is not State.GATHERING:
        controls.append(back)
    controls.append(stop_button(t, shown))
    if shown.facilitator is None:
        controls.insert(0, take_over_button(t, shown, t("I'll facilitate")))
    return controls


def next_button(t: Texts, shown: SessionView, *, primary: bool = True) -> Block:
    """On to the next phase, or to the end."""
    text = t("Close the session")
    if shown.following is not None:
        text = t("On to {phase}", phase=shown.following.title(t.language))
    return blocks.button(text, ids.SESSIONS_NEXT, shown.control, style="primary" if primary else None)


def stop_button(t: Texts, shown: SessionView) -> Block:
    """Stops early; the question beforehand says what becomes of the case."""
    goes_back = puts_case_back(shown)
    return blocks.button(
        t("Stop"),
        ids.SESSIONS_STOP,
        shown.ref,
        confirm=blocks.confirm(
            t("Stop this session?"),
            t("The case goes back to the list, so it can be chosen again. Nothing that was said is lost.")
            if goes_back
            else t("The case counts as treated. Nothing that was said is lost."),
            t("Stop"),
            t("Carry on"),
            danger=True,
        ),
    )


def take_over_button(t: Texts, shown: SessionView, text: str | None = None) -> Block:
    """Takes the role of facilitator from whoever has it at this moment."""
    return blocks.button(
        text or t("Take over"),
        ids.SESSIONS_TAKE_OVER,
        TakeOverRef(shown.id, shown.facilitator or ""),
        confirm=blocks.confirm(
            t("Do you want to facilitate?"),
            t("From now on the controls listen to you. I'll tell the group in the thread."),
            t("Yes, I'll do it"),
            t("No"),
        ),
    )


def puts_case_back(shown: SessionView) -> bool:
    """Stopped before the group has thought along, a case has not been treated yet."""
    if shown.state is State.GATHERING:
        return True
    analysis = next((n for n, phase in enumerate(shown.method.phases) if phase.kind == "analysis"), 0)
    return shown.timer.number < analysis
